"""The built-in Kafka: it starts, keeps what it was given, and says clearly why it cannot start."""

from __future__ import annotations

import os
import select
import socket
import subprocess
import sys
import uuid
from typing import TYPE_CHECKING

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient, NewTopic

from service.errors import LocalKafkaError
from service.local_kafka import Broker, distribution

if TYPE_CHECKING:
    from pathlib import Path


def test_state_survives_a_restart(tmp_path: Path) -> None:
    """What was produced before a stop is read after the next start."""
    with Broker(tmp_path) as broker:
        admin = KafkaAdminClient(bootstrap_servers=broker.bootstrap_servers)
        admin.create_topics([NewTopic("kept", 1, 1)], wait_for_metadata=True)
        admin.close()
        producer = KafkaProducer(bootstrap_servers=broker.bootstrap_servers)
        producer.send("kept", b"news").get(timeout=30)
        producer.close()

    with broker:
        consumer = KafkaConsumer(bootstrap_servers=broker.bootstrap_servers, auto_offset_reset="earliest")
        consumer.assign([TopicPartition("kept", 0)])
        values = [record.value for records in consumer.poll(timeout_ms=30_000).values() for record in records]
        consumer.close()

    assert values == [b"news"]


def test_a_taken_port_is_told(tmp_path: Path) -> None:
    """Where another program listens, the error names the port and the way out."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        with pytest.raises(LocalKafkaError, match=rf"127\.0\.0\.1:{port} is taken.*KAFKA_BOOTSTRAP_SERVERS"):
            Broker(tmp_path, port).start()


def test_a_broker_that_cannot_start_shows_why(tmp_path: Path) -> None:
    """A setting that Kafka refuses ends up in the error, not in a file that nobody opens."""
    with pytest.raises(LocalKafkaError, match=r"num\.network\.threads"):
        Broker(tmp_path, overrides={"num.network.threads": "none"}).start()


def test_a_tampered_jar_is_refused(tmp_path: Path) -> None:
    """Jars that differ from the released ones are named, and nothing of them is run."""
    jar = tmp_path / "jars" / "kafka_2.13-4.3.1.jar"
    jar.parent.mkdir()
    jar.write_bytes(b"not what Apache released")

    with pytest.raises(LocalKafkaError, match=r"kafka_2\.13-4\.3\.1\.jar"):
        distribution.verify([jar])


PARENT = """
import os, pathlib, signal, sys
from service.local_kafka import Broker
broker = Broker(pathlib.Path(sys.argv[1])).start()
print(broker.pid, flush=True)
sys.stdin.read(1)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_it_goes_with_its_parent(tmp_path: Path) -> None:
    """A parent that is killed leaves no Kafka behind."""
    command = [sys.executable, "-c", PARENT, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdin is not None
        assert parent.stdout is not None
        kafka = os.pidfd_open(int(parent.stdout.readline()))
        parent.stdin.write(b"!")
        parent.stdin.flush()
        ended, _, _ = select.select([kafka], [], [], 30)

    assert ended, "Kafka outlived its parent"
    os.close(kafka)


def test_an_id_that_begins_with_a_hyphen_is_no_option(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Kafka is prepared whatever the cluster's random id is."""
    monkeypatch.setattr("uuid.uuid4", lambda: uuid.UUID(bytes=b"\xf8" + bytes(15)))
    with Broker(tmp_path) as broker:
        assert broker.pid
