"""TLS and SASL: every client uses the configured protocol, and none sends a password unencrypted."""

from __future__ import annotations

import ssl

import pytest
from faust.auth import SASLCredentials, SSLCredentials
from faust.transport.drivers.aiokafka import credentials_to_aiokafka_auth

from service.kafka import connection
from service.settings import Settings

PASSWORD = "open sesame"


def settings(protocol: str) -> Settings:
    """Return settings for *protocol*, with a password."""
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
    configured = settings("SASL_SSL")
    credentials = connection.faust_credentials(configured)

    assert isinstance(credentials, SASLCredentials)
    faust = credentials_to_aiokafka_auth(credentials, None)
    for options in (faust, connection.aiokafka_options(configured), connection.kafka_python_options(configured)):
        assert options["security_protocol"] == "SASL_SSL"
        assert isinstance(options["ssl_context"], ssl.SSLContext)
        assert options["ssl_context"].verify_mode is ssl.CERT_REQUIRED
        assert options["ssl_context"].check_hostname
        assert options["sasl_plain_password"] == PASSWORD
        assert options["sasl_mechanism"] == "SCRAM-SHA-512"


def test_tls_alone() -> None:
    """With SSL every client uses TLS and sends no password."""
    configured = settings("SSL")

    assert isinstance(connection.faust_credentials(configured), SSLCredentials)
    for options in (connection.aiokafka_options(configured), connection.kafka_python_options(configured)):
        assert isinstance(options["ssl_context"], ssl.SSLContext)
        assert "sasl_plain_password" not in options


def test_plain_text_sends_no_password() -> None:
    """Without SASL no client receives the password, even if it is set."""
    configured = settings("PLAINTEXT")

    assert connection.faust_credentials(configured) is None
    for options in (connection.aiokafka_options(configured), connection.kafka_python_options(configured)):
        assert PASSWORD not in str(options)


@pytest.mark.parametrize("protocol", ["PLAINTEXT", "SASL_SSL"])
def test_all_brokers_are_known(protocol: str) -> None:
    """Every client receives all brokers of the list."""
    configured = settings(protocol)

    assert connection.faust_broker(configured) == ["kafka://a:1", "kafka://b:2"]
    assert connection.aiokafka_options(configured)["bootstrap_servers"] == ["a:1", "b:2"]
    assert connection.kafka_python_options(configured)["bootstrap_servers"] == ["a:1", "b:2"]
