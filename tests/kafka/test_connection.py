"""TLS and SASL: what is asked for is what every client does, and a password never goes out in clear."""

from __future__ import annotations

import ssl

import pytest
from faust.auth import SASLCredentials, SSLCredentials
from faust.transport.drivers.aiokafka import credentials_to_aiokafka_auth

from service.kafka import connection
from service.settings import Settings

PASSWORD = "open sesame"


def settings(protocol: str) -> Settings:
    """Return settings for *protocol*."""
    return Settings.model_validate(
        {
            "security_protocol": protocol,
            "sasl_username": "ali",
            "sasl_password": PASSWORD,
            "bootstrap_servers": "a:1,b:2",
        }
    )


def test_sasl_over_tls_is_tls_for_every_client() -> None:
    """With SASL_SSL, Faust, aiokafka and kafka-python all encrypt before the password is sent."""
    chosen = settings("SASL_SSL")
    credentials = connection.faust_credentials(chosen)

    assert isinstance(credentials, SASLCredentials)
    faust = credentials_to_aiokafka_auth(credentials, None)
    for options in (faust, connection.aiokafka_options(chosen), connection.kafka_python_options(chosen)):
        assert options["security_protocol"] == "SASL_SSL"
        assert isinstance(options["ssl_context"], ssl.SSLContext)
        assert options["ssl_context"].verify_mode is ssl.CERT_REQUIRED
        assert options["ssl_context"].check_hostname
        assert options["sasl_plain_password"] == PASSWORD
        assert options["sasl_mechanism"] == "SCRAM-SHA-512"


def test_tls_alone() -> None:
    """With SSL there is TLS and no password."""
    chosen = settings("SSL")

    assert isinstance(connection.faust_credentials(chosen), SSLCredentials)
    for options in (connection.aiokafka_options(chosen), connection.kafka_python_options(chosen)):
        assert isinstance(options["ssl_context"], ssl.SSLContext)
        assert "sasl_plain_password" not in options


def test_plain_text_sends_no_password() -> None:
    """Without SASL no client is given the password, set or not."""
    chosen = settings("PLAINTEXT")

    assert connection.faust_credentials(chosen) is None
    for options in (connection.aiokafka_options(chosen), connection.kafka_python_options(chosen)):
        assert PASSWORD not in str(options)


@pytest.mark.parametrize("protocol", ["PLAINTEXT", "SASL_SSL"])
def test_all_brokers_are_known(protocol: str) -> None:
    """Every client gets every broker of the list."""
    chosen = settings(protocol)

    assert connection.faust_broker(chosen) == ["kafka://a:1", "kafka://b:2"]
    assert connection.aiokafka_options(chosen)["bootstrap_servers"] == ["a:1", "b:2"]
    assert connection.kafka_python_options(chosen)["bootstrap_servers"] == ["a:1", "b:2"]
