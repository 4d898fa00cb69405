"""Client options to reach the brokers: TLS and SASL in one place, for kafka-python, aiokafka and Faust."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from service.kafka import tls, tokens

if TYPE_CHECKING:
    import faust.auth

    from service.settings import Settings


def kafka_python_options(settings: Settings) -> dict[str, Any]:
    """Return the options common to all clients of kafka-python."""
    options = _options(settings) | {"client_id": "newswire"}
    return options | ({"sasl_oauth_token_provider": tokens.kafka_python_provider(settings)} if _oauth(settings) else {})


def aiokafka_options(settings: Settings) -> dict[str, Any]:
    """Return the options common to all clients of aiokafka."""
    options = _options(settings) | {"client_id": f"newswire-{settings.group}"}
    return options | ({"sasl_oauth_token_provider": tokens.aiokafka_provider(settings)} if _oauth(settings) else {})


def _options(settings: Settings) -> dict[str, Any]:
    options: dict[str, Any] = {
        "bootstrap_servers": settings.bootstrap_servers.split(","),
        "security_protocol": settings.security_protocol,
        "ssl_context": tls.context(settings),
    }
    if settings.security_protocol.startswith("SASL"):
        options["sasl_mechanism"] = settings.sasl_mechanism
        if not _oauth(settings):
            options |= {"sasl_plain_username": settings.sasl_username, "sasl_plain_password": _password(settings)}
    return options


def faust_broker(settings: Settings) -> list[str]:
    """Return the brokers as URLs, the form that Faust expects."""
    return [f"kafka://{server.strip()}" for server in settings.bootstrap_servers.split(",")]


def faust_credentials(settings: Settings) -> faust.auth.Credentials | None:
    """Return Faust's credentials, or None for a connection without TLS and SASL.

    Faust derives SASL_SSL from credentials with a TLS context, and SASL_PLAINTEXT from those without.
    """
    import faust.auth  # noqa: PLC0415 - Kafka commands of the command line do not need Faust

    context = tls.context(settings)
    if _oauth(settings):
        return faust.auth.OAuthCredentials(oauth_cb=tokens.aiokafka_provider(settings), ssl_context=context)
    if settings.security_protocol.startswith("SASL"):
        return faust.auth.SASLCredentials(
            username=settings.sasl_username,
            password=_password(settings),
            mechanism=settings.sasl_mechanism,
            ssl_context=context,
        )
    return faust.auth.SSLCredentials(context) if context else None


def _oauth(settings: Settings) -> bool:
    return settings.security_protocol.startswith("SASL") and settings.sasl_mechanism == "OAUTHBEARER"


def _password(settings: Settings) -> str:
    assert settings.sasl_password is not None  # the settings refuse SASL without one
    return settings.sasl_password.get_secret_value()
