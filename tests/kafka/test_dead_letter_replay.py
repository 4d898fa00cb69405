"""Dead letters are sent again once, even by concurrent replays, and listed without holding them in memory."""

from __future__ import annotations

import sys
import tracemalloc
from collections import Counter
from datetime import UTC, datetime
from os import urandom
from typing import TYPE_CHECKING

import pytest
from kafka import KafkaProducer

from service.contract.outcomes import Refused
from service.contract.reject_reasons import RejectReason
from service.dead_letters import letters
from service.dead_letters.replaying import replay
from service.errors import KafkaOperationError
from service.kafka.kafka_record import KafkaRecord
from service.kafka.reading import committed_records
from service.settings import Settings
from service.worker.encoding import dead_letter
from tests.kafka.harness import PATIENCE, await_

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from service.contract.headers import KafkaHeaders
    from tests.kafka.harness import Stream

NOW = datetime.now(UTC)
MEGABYTE = 1024 * 1024


def settings_of(stream: Stream) -> Settings:
    """Return the settings for commands that run on *stream*."""
    return Settings(
        bootstrap_servers=stream.bootstrap,
        raw_topic=stream.raw,
        dead_letter_topic=stream.dead,
        parked_topic=f"{stream.name}.parked",
        group=stream.name,
    )


def article(stream: Stream, number: int, value: bytes = b"{}", headers: KafkaHeaders = ()) -> KafkaRecord:
    """Return an article of the raw topic whose key is its number."""
    now = round(NOW.timestamp() * 1000)
    return KafkaRecord(stream.raw, number % stream.partitions, number, now, str(number).encode(), value, headers)


def refuse(stream: Stream, articles: Iterable[KafkaRecord], limit: int = 10 * MEGABYTE) -> None:
    """Write the dead letters of *articles* like a worker whose topic accepts records of *limit* bytes."""
    refused = Refused(RejectReason.EMPTY_TEXT, "wire", "no words")
    producer = KafkaProducer(bootstrap_servers=stream.bootstrap, max_request_size=10 * MEGABYTE)
    for record in articles:
        letter = dead_letter(settings_of(stream), record, refused, NOW, limit)
        headers = [(name, value or b"") for name, value in letter.headers]
        producer.send(letter.topic, letter.value, letter.key, headers, record.partition, letter.timestamp)
    producer.flush()
    producer.close()


def every(_: object) -> bool:
    """Choose every letter."""
    return True


def keys(stream: Stream) -> list[bytes]:
    """Return the keys in the raw topic."""
    return [record.key for record in stream.read(stream.raw)]


@pytest.mark.parametrize("sent", [0, 1])
def test_two_replays_at_once_send_each_letter_once(make_stream: Callable[..., Stream], sent: int) -> None:
    """If two operators replay 500 letters, no letter is sent twice or left, even if the first had already sent some."""
    stream = make_stream()
    refuse(stream, (article(stream, number) for number in range(500)))
    command = [sys.executable, "-m", "service", "dead-letters", "replay"]

    first = stream.run(command)
    await_(lambda: first.log.read_text().count("sent to") >= sent, "the first replay", PATIENCE, [first])
    both = [first, stream.run(command)]
    codes = [process.wait() for process in both]

    assert Counter(keys(stream)) == {str(number).encode(): 1 for number in range(500)}
    assert stream.command("dead-letters", "list", "--json").stdout == ""
    assert 0 in codes
    for code, process in zip(codes, both, strict=True):
        printed = process.log.read_text()
        assert "Traceback" not in printed
        assert code == 0 or "has taken over, and this one stopped" in printed


def test_a_newer_replay_stops_an_older_one(make_stream: Callable[..., Stream]) -> None:
    """The newer one sends the remaining letters. The older one stops and reports what happened and what to do."""
    stream = make_stream()
    refuse(stream, (article(stream, number) for number in range(6)))
    older = replay(settings_of(stream), every)
    next(older)
    next(older)

    newer = list(replay(settings_of(stream), every))
    with pytest.raises(KafkaOperationError, match=r"(?s)has taken over.*dead-letters list.* 2 letters were processed"):
        next(older)

    assert len(newer) == 4
    assert Counter(keys(stream)) == {str(number).encode(): 1 for number in range(6)}


def test_a_replay_waits_for_an_open_transaction(make_stream: Callable[..., Stream]) -> None:
    """Notes that an earlier replay wrote behind an open transaction count, so its letters are not sent again."""
    stream = make_stream(partitions=1)
    refuse(stream, (article(stream, number) for number in range(3)))
    first = replay(settings_of(stream), every)
    next(first)
    worker = KafkaProducer(
        bootstrap_servers=stream.bootstrap, transactional_id=f"{stream.name}-worker", transaction_timeout_ms=5_000
    )
    worker.init_transactions()
    worker.begin_transaction()
    worker.send(stream.dead, b"left open by a killed worker", partition=0).get(timeout=60)
    assert len(list(first)) == 2

    assert list(replay(settings_of(stream), every)) == []  # the broker aborts the transaction meanwhile
    worker.close()


def test_letters_are_listed_without_their_values(make_stream: Callable[..., Stream]) -> None:
    """Listing 60 MB of letters needs a fraction of that in memory."""
    stream = make_stream(raw_config={"max.message.bytes": str(MEGABYTE)})
    refuse(stream, (article(stream, number, b"x" * 300 * 1024) for number in range(200)))
    settings = settings_of(stream)

    tracemalloc.start()
    open_letters = letters.read(settings)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert len(open_letters) == 200
    assert peak < 40 * MEGABYTE


def test_a_letter_without_key_and_headers_gets_them_back(make_stream: Callable[..., Stream]) -> None:
    """Key, headers and value that did not fit into the letter are read at the article's origin."""
    stream = make_stream(partitions=1)
    stream.produce_with_headers(b"key", b'{"id": "long"}', [("desk", b"x" * 5000)])
    [original] = committed_records(settings_of(stream), stream.raw)
    refuse(stream, [KafkaRecord.of(original)], limit=3000)
    assert [record.key for record in stream.read(stream.dead)] == [None]

    [(_, result)] = replay(settings_of(stream), every)

    assert result == f"sent to {stream.raw}"
    _, again = stream.read(stream.raw)
    assert (again.key, again.value) == (b"key", b'{"id": "long"}')
    assert again.headers[0] == ("desk", b"x" * 5000)


def test_a_letter_that_is_not_accepted_is_named(make_stream: Callable[..., Stream]) -> None:
    """A letter that is longer than its topic accepts stays open, and the error names it and says how to continue."""
    stream = make_stream(partitions=1, raw_config={"max.message.bytes": "2000"})
    refuse(stream, [article(stream, 0), article(stream, 1, urandom(5000)), article(stream, 2)])

    done = stream.command("dead-letters", "replay")

    assert done.returncode == 1
    assert "newswire: letter 0/1 is longer than its topic accepts, and stays open. Raise max.mess" in done.stderr
    assert done.stderr.endswith("Before that, 1 letters were processed, each once\n")
    assert keys(stream) == [b"0"]
    assert stream.command("dead-letters", "replay", "--id", "2").returncode == 0
    assert [letter.name for letter in letters.read(settings_of(stream))] == ["0/1"]


def test_a_letter_that_cannot_be_sent_does_not_stop_the_others(make_stream: Callable[..., Stream]) -> None:
    """A letter that the settings do not allow stays open with a reason. The next is sent, and the exit code is 1."""
    stream = make_stream(partitions=1)
    refuse(stream, [article(stream, 0, b"x" * 20_000), article(stream, 1)])

    done = stream.command(
        "dead-letters", "replay", NEWSWIRE_MAX_RECORD_BYTES="10000", NEWSWIRE_MAX_ARTICLE_BYTES="1000"
    )

    assert done.returncode == 1
    assert "0/0 empty_text: left: it has 20,3" in done.stderr
    assert keys(stream) == [b"1"]


def test_a_letter_for_a_missing_topic_is_left_open(make_stream: Callable[..., Stream]) -> None:
    """Without the parked topic, the letter stays open and the message says so."""
    stream = make_stream(partitions=1)
    refuse(stream, [article(stream, 0, headers=(("newswire.attempt", b"3"),))])

    done = stream.command("dead-letters", "replay")

    assert done.returncode == 1
    assert f"left: there is no topic {stream.name}.parked; `newswire topics create`" in done.stderr


def test_a_settled_letter_can_be_shown(make_stream: Callable[..., Stream]) -> None:
    """`show` prints a letter even if it was sent again. A missing letter and a malformed name have different errors."""
    stream = make_stream(partitions=1)
    refuse(stream, [article(stream, 0, b"the article")])
    assert stream.command("dead-letters", "replay").returncode == 0

    assert stream.command("dead-letters", "show", "0/0").stdout == "the article"
    note, end_of_its_transaction, nothing = ((0, 1), (0, 2), (0, 99))
    for partition, offset in (note, end_of_its_transaction, nothing, (7, 0)):
        assert letters.fetch(settings_of(stream), partition, offset) is None
    missing = stream.command("dead-letters", "show", "0/1")
    assert (missing.returncode, missing.stderr.startswith("newswire: there is no dead letter 0/1")) == (1, True)
    assert "x/0 is not PARTITION/OFFSET" in stream.command("dead-letters", "show", "x/0").stderr
