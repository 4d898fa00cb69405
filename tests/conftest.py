"""For all tests: a clean environment."""

from __future__ import annotations

import os

import pytest

OURS = ("NEWSWIRE_", "KAFKA_", "OTEL_", "FAUST_", "XDG_STATE_HOME", "NO_COLOR", "FORCE_COLOR", "COLUMNS")


def pytest_configure(config: pytest.Config) -> None:
    """Remove the variables that change what the service or its output does: a test sets those that it needs.

    Not in a fixture, which would be too late: some test modules read the settings when they are imported.
    """
    patch = pytest.MonkeyPatch()
    config.add_cleanup(patch.undo)
    for name in [name for name in os.environ if name.startswith(OURS)]:
        patch.delenv(name)
