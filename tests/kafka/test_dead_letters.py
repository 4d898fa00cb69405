"""`newswire dead-letters`: what was refused is seen, sent again once, and parked when it fails too often."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from kafka import KafkaAdminClient
from kafka.admin import NewTopic

from tests.kafka.harness import await_

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

    from tests.kafka.harness import Stream

BAD = b'{"id": "bad", "do": "refuse"}'


@pytest.fixture
def stream(make_stream: Callable[..., Stream]) -> Stream:
    """Return a stream with two dead letters, the first with a header of its producer's, and two good articles."""
    stream = make_stream()
    admin = KafkaAdminClient(bootstrap_servers=stream.bootstrap)
    admin.create_topics([NewTopic(f"{stream.name}.parked", 1, 1)], wait_for_metadata=True)
    admin.close()
    stream.produce_light(2)
    stream.produce_with_headers(b"bad", BAD, [("newswire.format", b"newswire"), ("desk", b"foreign")])
    stream.produce([(b"worse", b'{"id": "worse", "do": "refuse"}')])
    stream.start()
    stream.await_done()
    return stream


def _run(stream: Stream, *arguments: str) -> subprocess.CompletedProcess[str]:
    return stream.command("dead-letters", *arguments, NEWSWIRE_REPLAY_ATTEMPTS="2")


def _listed(stream: Stream, *arguments: str) -> list[dict[str, Any]]:
    done = _run(stream, "list", "--json", *arguments)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_letters_are_listed_and_shown(stream: Stream) -> None:
    """A letter is found by reason and by key, and its article is printed byte for byte."""
    assert {row["key"] for row in _listed(stream, "--reason", "empty_text")} == {"bad", "worse"}
    assert _listed(stream, "--reason", "timeout") == []
    [row] = _listed(stream, "--id", "bad")

    shown = _run(stream, "show", row["letter"])

    assert shown.stdout.encode() == BAD
    assert "newswire.reason: empty_text" in shown.stderr


def test_a_dry_run_sends_nothing(stream: Stream) -> None:
    """The letters are named, and the raw topic stays as it is."""
    before = len(stream.read(stream.raw))
    done = _run(stream, "replay", "--dry-run")

    assert done.stderr.count("would be sent") == 2
    assert len(stream.read(stream.raw)) == before


def test_a_replayed_letter_is_sent_once_and_parked_when_it_fails_again(stream: Stream) -> None:
    """It goes back with its own headers and the next attempt; refused again, it is parked, and nothing is open."""
    _run(stream, "replay", "--id", "bad")
    [original, again] = [record for record in stream.read(stream.raw) if record.key == b"bad"]

    assert again.value == original.value
    assert again.partition == original.partition
    assert list(again.headers) == [*original.headers, ("newswire.attempt", b"2")]

    await_(lambda: bool(_listed(stream, "--id", "bad")), "the second refusal", 60, stream.workers)
    [row] = _listed(stream, "--id", "bad")
    assert row["attempt"] == 2
    done = _run(stream, "replay", "--id", "bad")

    assert "parked" in done.stderr
    assert "0 dead letters" in _run(stream, "replay", "--id", "bad").stderr
    assert [record.key for record in stream.read(stream.raw)].count(b"bad") == 2
    assert [row["key"] for row in _listed(stream)] == ["worse"]
