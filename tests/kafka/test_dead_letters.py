"""`newswire dead-letters`: refused articles are listed, sent again once, and parked if they fail too often."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from kafka import KafkaAdminClient, KafkaProducer
from kafka.admin import NewTopic

from tests.kafka.harness import PATIENCE, await_

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

    from tests.kafka.harness import Stream

DAY = 86_400.0  # seconds
MAY = 1_651_399_200_000  # milliseconds at 2022-05-01T10:00:00Z
BAD = b'{"id": "bad", "do": "refuse"}'


@pytest.fixture
def stream(make_stream: Callable[..., Stream]) -> Stream:
    """Return a stream with two dead letters, the first with a header of its producer, and two good articles."""
    stream = make_stream()
    admin = KafkaAdminClient(bootstrap_servers=stream.bootstrap)
    admin.create_topics([NewTopic(f"{stream.name}.parked", stream.partitions, 1)], wait_for_metadata=True)
    admin.close()
    stream.produce_light(2)
    stream.produce_with_headers(b"bad", BAD, [("newswire.format", b"newswire"), ("desk", b"foreign")])
    stream.produce([(b"worse", b'{"id": "worse", "do": "refuse"}')])
    stream.start()
    stream.await_done()
    return stream


def _run(stream: Stream, *arguments: str) -> subprocess.CompletedProcess[str]:
    return stream.command("dead-letters", *arguments, NEWSWIRE_REPLAY_ATTEMPTS="2")


def _list(stream: Stream, *arguments: str) -> list[dict[str, Any]]:
    done = _run(stream, "list", "--json", *arguments)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_letters_are_listed_and_shown(stream: Stream) -> None:
    """A letter can be selected by reason and by key, and its article is printed byte for byte."""
    assert {row["key"] for row in _list(stream, "--reason", "empty_text")} == {"bad", "worse"}
    assert _list(stream, "--reason", "timeout") == []
    [row] = _list(stream, "--id", "bad")

    shown = _run(stream, "show", row["letter"])

    assert shown.stdout.encode() == BAD
    assert "newswire.reason: empty_text" in shown.stderr


def test_a_dry_run_sends_nothing(stream: Stream) -> None:
    """The letters are listed, and the raw topic is unchanged."""
    before = len(stream.read(stream.raw))
    done = _run(stream, "replay", "--dry-run")

    assert done.stderr.count("would be sent") == 2
    assert len(stream.read(stream.raw)) == before


def test_a_replayed_letter_is_sent_once_and_parked_when_it_fails_again(stream: Stream) -> None:
    """It is sent with its own headers and the next attempt. Refused again, it is parked and no longer open."""
    _run(stream, "replay", "--id", "bad")
    [original, again] = [record for record in stream.read(stream.raw) if record.key == b"bad"]

    assert again.value == original.value
    assert again.partition == original.partition
    first = ("newswire.timestamp", str(original.timestamp).encode())
    assert list(again.headers) == [*original.headers, first, ("newswire.attempt", b"2")]

    await_(lambda: bool(_list(stream, "--id", "bad")), "the second refusal", 60, stream.workers)
    [row] = _list(stream, "--id", "bad")
    assert row["attempt"] == 2
    done = _run(stream, "replay", "--id", "bad")

    assert "parked" in done.stderr
    [parked] = stream.read(f"{stream.name}.parked")
    assert list(parked.headers).count(first) == 1
    assert parked.timestamp >= again.timestamp
    assert "0 dead letters" in _run(stream, "replay", "--id", "bad").stderr
    assert [record.key for record in stream.read(stream.raw)].count(b"bad") == 2
    assert [row["key"] for row in _list(stream)] == ["worse"]


ODD = [
    ("note", None),
    ("newswire.attempt", b"9" * 5000),
    ("newswire.settled", b"0/0"),  # like the note that a letter is settled
    ("newswire.omitted", b"value"),  # like a letter without its value
]


@pytest.mark.parametrize("header", ODD)
def test_no_header_stops_a_replay(make_stream: Callable[..., Stream], header: tuple[str, bytes | None]) -> None:
    """A letter and those after it are listed and sent again, whichever headers its producer set."""
    stream = make_stream(partitions=1)
    stream.produce_with_headers(b"odd", b'{"id": "odd", "do": "refuse once"}', [header])
    stream.produce([(b"later", b'{"id": "later", "do": "refuse once"}')])
    stream.start()
    stream.await_done()
    assert [(row["key"], row["attempt"]) for row in _list(stream)] == [("odd", 1), ("later", 1)]
    done = _run(stream, "replay")

    assert done.returncode == 0, done.stderr
    await_(lambda: len(stream.read(stream.enriched)) == 2, "the second try", 60, stream.workers)
    assert _list(stream) == []


def test_a_letter_outlives_the_raw_topic(make_stream: Callable[..., Stream]) -> None:
    """A letter older than the retention of the raw topic is sent with a new timestamp, and becomes the same record.

    A kill notice with an unreadable date has the time of its message, and must not sort after later articles.
    """
    stream = make_stream(partitions=1, raw_config={"retention.ms": "-1"})
    stream.configure(stream.dead, {"retention.ms": "-1"})  # otherwise Kafka deletes such old records during the test
    kill = {"id": "a", "status": "canceled", "updated_at": "the day before yesterday", "body": "x" * 1000}
    producer = KafkaProducer(bootstrap_servers=stream.bootstrap)
    producer.send(stream.raw, orjson.dumps(kill), b"a", timestamp_ms=MAY).get(timeout=60)
    producer.close()
    worker = stream.start("service.processes.processor:Processor", NEWSWIRE_MAX_ARTICLE_BYTES="1000")
    await_(lambda: len(stream.read(stream.dead)) == 1, "the refusal", PATIENCE, [worker])
    assert worker.terminate() == 0
    [letter] = stream.read(stream.dead)
    assert _run(stream, "replay").returncode == 0
    stream.start("service.processes.processor:Processor")
    await_(lambda: len(stream.read(stream.enriched)) == 1, "the second try", 60, stream.workers)

    [_, again] = stream.read(stream.raw)
    [record] = stream.read(stream.enriched)
    assert letter.timestamp == MAY
    assert time.time() - again.timestamp / 1000 < DAY
    assert orjson.loads(record.value)["updated_at"] == "2022-05-01T10:00:00Z"
