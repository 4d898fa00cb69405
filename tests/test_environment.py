"""The tests do not depend on the shell that they are started from."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_settings_of_the_shell_change_nothing() -> None:
    """Tests that pass in a clean shell pass where the service's variables are set for a real Kafka."""
    shell = {"NEWSWIRE_GROUP": "mine", "KAFKA_SASL_USERNAME": "me", "OTEL_SDK_DISABLED": "true"}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/worker/test_encoding.py"]

    done = subprocess.run(command, env=os.environ | shell, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout
