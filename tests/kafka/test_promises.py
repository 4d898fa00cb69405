"""`.ci/run` fails on a ledger in which a promise of the service is broken, and not on articles that are late."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest
from kafka import KafkaConsumer, OffsetAndMetadata, TopicPartition

from tests.kafka import harness
from tests.kafka.harness import BROKEN_PROMISES, ROOT, Ledger, note

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.kafka.harness import Stream


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return this test's file for broken promises, so that promises broken on purpose are not reported."""
    path = tmp_path / "broken"
    monkeypatch.setenv(BROKEN_PROMISES, str(path))
    monkeypatch.setattr(harness, "LEDGER_LINES", [])
    return path


@pytest.mark.parametrize(
    ("delivery", "wrong", "kept"),
    [
        ("exactly_once", "", True),
        ("exactly_once", "duplicated", False),
        ("at_least_once", "duplicated", True),
        ("at_least_once", "lost", False),
        ("at_least_once", "disordered", False),
    ],
)
def test_a_broken_promise_is_written_down(written: Path, delivery: str, wrong: str, kept: bool) -> None:
    """Any loss, any disorder and, in exactly once, any repeat is written; a repeat in at least once is not."""
    counts = dict.fromkeys(("lost", "duplicated", "disordered"), 0) | ({wrong: 1} if wrong else {})
    ledger = Ledger(delivery=delivery, sent=9, out=9, dead=0, **counts)

    note("a fault", ledger)

    assert (written.read_text() if written.exists() else "") == ("" if kept else f"{delivery}, a fault: {ledger}\n")


@pytest.mark.parametrize(("committed", "lost"), [(0, 0), (2, 2)])
def test_only_what_is_committed_is_lost(
    make_stream: Callable[..., Stream], written: Path, monkeypatch: pytest.MonkeyPatch, committed: int, lost: int
) -> None:
    """On a timeout an article counts as lost only if the group has committed an offset beyond it."""
    monkeypatch.setattr(harness, "SETTLE_SECONDS", 0.1)
    stream = make_stream(partitions=1)
    stream.produce_light(3)
    consumer = KafkaConsumer(bootstrap_servers=stream.bootstrap, group_id=stream.name, enable_auto_commit=False)
    consumer.commit({TopicPartition(stream.raw, 0): OffsetAndMetadata(committed, "", -1)})
    consumer.close()

    with pytest.raises(AssertionError, match="waited 0 s for 3 articles"):
        stream.await_done(0.1)

    assert (f"in 3, out 0, dead-lettered 0, lost {lost}," in written.read_text()) if lost else not written.exists()


@pytest.mark.parametrize(
    ("target", "script", "passes"),
    [
        ("none", "", True),
        ("faults", "exit 1", True),
        ("test", 'echo broken >> "$BROKEN_PROMISES"', False),
        ("faults", 'echo broken >> "$BROKEN_PROMISES"; exit 1', False),
    ],
    ids=["all is well", "a fault test fails", "broken in make test", "broken in make faults"],
)
def test_ci_fails_on_a_broken_promise(tmp_path: Path, target: str, script: str, passes: bool) -> None:
    """A fault test that fails otherwise is only printed; one broken promise fails the run even if all else passes."""
    for name, body in {"make": f'[ "$1" != {target} ] || {{ {script or "true"}; }}', "id": "echo 1000"}.items():
        command = tmp_path / name
        command.write_text(f"#!/bin/sh\n{body}\n")
        command.chmod(0o755)

    process = subprocess.run(
        [ROOT / ".ci" / "run"],
        env=os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (process.returncode == 0) is passes, process.stdout + process.stderr
    assert ("a promise of the service was broken:\nbroken\n" in process.stdout) is not passes
