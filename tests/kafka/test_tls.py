"""Mutual TLS on a real Kafka, with certificates that are renewed while a client runs."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaConnectionError
from kafka import KafkaAdminClient

from service.kafka import connection
from service.local_kafka import Broker
from service.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def openssl(folder: Path, *arguments: str) -> None:
    """Run openssl in *folder*."""
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


def make_authority(folder: Path, name: str) -> None:
    """Make the key and the certificate of a certificate authority."""
    subject = ["-subj", f"/CN={name}", "-days", "2", "-nodes", "-newkey", "rsa:2048"]
    openssl(folder, "req", "-x509", *subject, "-keyout", f"{name}.key", "-out", f"{name}.crt")


def make_certificate(folder: Path, name: str, authority: str) -> None:
    """Make a key and a certificate for 127.0.0.1, signed by *authority*."""
    key = ["-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr"]
    openssl(folder, "req", *key, "-subj", f"/CN={name}")
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1")
    signer = ["-CA", f"{authority}.crt", "-CAkey", f"{authority}.key", "-CAcreateserial", "-extfile", "names"]
    openssl(folder, "x509", "-req", "-in", f"{name}.csr", *signer, "-days", "2", "-out", f"{name}.crt")


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make what brokers and clients need, and the certificate of a stranger."""
    folder = tmp_path_factory.mktemp("certificates")
    for authority in ("ours", "another"):
        make_authority(folder, authority)
    for name, authority in {"broker": "ours", "client": "ours", "stranger": "another"}.items():
        make_certificate(folder, name, authority)
    (folder / "broker.pem").write_text((folder / "broker.key").read_text() + (folder / "broker.crt").read_text())
    return folder


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory, certificates: Path) -> Iterator[str]:
    """Run a Kafka that wants a certificate from everyone."""
    overrides = {
        "listener.security.protocol.map": "PLAINTEXT:SSL,CONTROLLER:PLAINTEXT",
        "inter.broker.listener.name": "PLAINTEXT",
        "ssl.client.auth": "required",
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(certificates / "broker.pem"),
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": str(certificates / "ours.crt"),
    }
    with Broker(tmp_path_factory.mktemp("kafka"), overrides=overrides) as broker:
        yield broker.bootstrap_servers


def put(certificates: Path, folder: Path, *, authority: str, client: str) -> None:
    """Put the files of a client into *folder*."""
    for name, source in {"ca.crt": f"{authority}.crt", "tls.crt": f"{client}.crt", "tls.key": f"{client}.key"}.items():
        (folder / name).write_bytes((certificates / source).read_bytes())


def settings(guarded: str, folder: Path) -> Settings:
    """Return the settings of a client with its files in *folder*."""
    return Settings(
        bootstrap_servers=guarded,
        security_protocol="SSL",
        ssl_cafile=folder / "ca.crt",
        ssl_certfile=folder / "tls.crt",
        ssl_keyfile=folder / "tls.key",
    )


async def test_certificates_that_were_renewed(guarded: str, certificates: Path, tmp_path: Path) -> None:
    """Both clients use the new files of CA and client for their next connection, without a restart."""
    put(certificates, tmp_path, authority="another", client="stranger")
    configured = settings(guarded, tmp_path)
    options = connection.kafka_python_options(configured)
    producer = AIOKafkaProducer(**connection.aiokafka_options(configured))

    with pytest.raises(KafkaConnectionError):  # neither side trusts the other
        await producer.start()
    put(certificates, tmp_path, authority="ours", client="client")
    admin = KafkaAdminClient(**options)
    admin.list_topics()
    admin.close()
    await producer.start()
    await producer.stop()


async def test_a_certificate_that_is_not_trusted(guarded: str, certificates: Path, tmp_path: Path) -> None:
    """Brokers refuse a client whose certificate is of another authority."""
    put(certificates, tmp_path, authority="ours", client="stranger")
    producer = AIOKafkaProducer(**connection.aiokafka_options(settings(guarded, tmp_path)))

    with pytest.raises(KafkaConnectionError):
        await producer.start()
    await producer.stop()
