"""Commands that need Kafka, without any."""

from __future__ import annotations

import os
import subprocess
import sys


def test_a_missing_broker_is_reported_in_one_line() -> None:
    """The error names the address and the command to run next, without a traceback."""
    environment = os.environ | {"KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1"}
    command = [sys.executable, "-m", "service", "lag"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=100)

    assert done.returncode == 1
    assert done.stderr.startswith("newswire: Kafka at 127.0.0.1:1 failed")
    assert "newswire check" in done.stderr
    assert "Traceback" not in done.stderr
