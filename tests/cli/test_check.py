"""`newswire check` without Kafka: each problem is one line that says what to do."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import spacy

if TYPE_CHECKING:
    from pathlib import Path


def check(**environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command without Kafka."""
    return subprocess.run(
        [sys.executable, "-m", "service", "check"],
        env=os.environ | {"KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1"} | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )


def test_all_problems_are_reported_at_once() -> None:
    """A missing broker and a missing model are two lines."""
    done = check(NEWSWIRE_MODEL="en_nowhere")

    assert done.returncode == 1
    broker, model = [line for line in done.stderr.splitlines() if line.startswith("✗")]
    assert "no broker answers at 127.0.0.1:1" in broker
    assert "KAFKA_BOOTSTRAP_SERVERS" in broker
    assert "the model en_nowhere cannot be loaded" in model
    assert "Traceback" not in done.stderr


def test_a_model_that_loads_but_does_not_work_is_a_problem(tmp_path: Path) -> None:
    """The check enriches a first article as a worker does, so a model that cannot do it is detected."""
    untrained = spacy.blank("en")
    untrained.add_pipe("ner").add_label("GPE")  # type: ignore[attr-defined] # spaCy does not type its components
    untrained.to_disk(tmp_path)

    done = check(NEWSWIRE_MODEL=str(tmp_path))

    assert done.returncode == 1
    assert "✗ the self-test was not enriched" in done.stderr
    assert "NEWSWIRE_MODEL" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("certificates", ["/nowhere/ca.pem", __file__])
def test_unreadable_certificates_are_a_problem(certificates: str) -> None:
    """A file that is missing or holds no certificate is named together with its setting."""
    done = check(KAFKA_SECURITY_PROTOCOL="SSL", KAFKA_SSL_CAFILE=certificates)

    assert done.returncode == 1
    assert f"✗ no TLS with {certificates}" in done.stderr
    assert "KAFKA_SSL_CAFILE" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("brokers", ["kafka:none", "kafka://kafka:9092", "kafka:9092,"])
def test_malformed_broker_addresses_are_wrong_settings(brokers: str) -> None:
    """They are rejected like any other wrong setting, before a client is created."""
    done = check(KAFKA_BOOTSTRAP_SERVERS=brokers)

    assert done.returncode == 2
    assert "is not `host:port`" in done.stderr
    assert "Traceback" not in done.stderr
