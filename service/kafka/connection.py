"""Client options to reach the brokers: TLS and SASL in one place, for kafka-python, aiokafka and Faust."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import faust.auth

    from service.settings import Settings


def ssl_context(settings: Settings) -> ssl.SSLContext | None:
    """Return the TLS context if the protocol asks for one. Without it a password would be sent in clear text."""
    if not settings.security_protocol.endswith("SSL"):
        return None
    context = ssl.create_default_context(cafile=settings.ssl_cafile)
    if settings.ssl_certfile:
        context.load_cert_chain(settings.ssl_certfile, settings.ssl_keyfile)
    return context


def kafka_python_options(settings: Settings) -> dict[str, Any]:
    """Return the options common to all clients of kafka-python."""
    return _options(settings) | {"client_id": "newswire"}


def aiokafka_options(settings: Settings) -> dict[str, Any]:
    """Return the options common to all clients of aiokafka."""
    return _options(settings) | {"client_id": f"newswire-{settings.group}"}


def _options(settings: Settings) -> dict[str, Any]:
    options: dict[str, Any] = {
        "bootstrap_servers": settings.bootstrap_servers.split(","),
        "security_protocol": settings.security_protocol,
        "ssl_context": ssl_context(settings),
    }
    if settings.security_protocol.startswith("SASL"):
        options |= {
            "sasl_mechanism": settings.sasl_mechanism,
            "sasl_plain_username": settings.sasl_username,
            "sasl_plain_password": _password(settings),
        }
    return options


def faust_broker(settings: Settings) -> list[str]:
    """Return the brokers as URLs, the form that Faust expects."""
    return [f"kafka://{server.strip()}" for server in settings.bootstrap_servers.split(",")]


def faust_credentials(settings: Settings) -> faust.auth.Credentials | None:
    """Return Faust's credentials, or None for a connection without TLS and SASL.

    Faust derives SASL_SSL from credentials with a TLS context, and SASL_PLAINTEXT from those without.
    """
    import faust.auth  # noqa: PLC0415 - Kafka commands of the command line do not need Faust

    context = ssl_context(settings)
    if settings.security_protocol.startswith("SASL"):
        return faust.auth.SASLCredentials(
            username=settings.sasl_username,
            password=_password(settings),
            mechanism=settings.sasl_mechanism,
            ssl_context=context,
        )
    return faust.auth.SSLCredentials(context) if context else None


def _password(settings: Settings) -> str:
    assert settings.sasl_password is not None  # the settings refuse SASL without one
    return settings.sasl_password.get_secret_value()
