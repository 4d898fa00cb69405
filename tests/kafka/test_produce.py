"""`newswire produce`: keys are the ids of the records, memory is bounded, and failures are reported clearly."""

from __future__ import annotations

import gzip
import os
from itertools import count
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import orjson
import pytest

from service import wire
from service.cli.articles import article_key, with_keys
from service.contract.reject_reasons import InvalidArticleError
from service.errors import KafkaOperationError
from service.kafka import producing
from service.processes.processor import Enriched, Message, Processor
from service.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.kafka.harness import Stream

SAMPLES = sorted((Path(__file__).parents[1] / "wire" / "samples").iterdir())
LONG = b'{"id": "long", "body": "' + os.urandom(5000).hex().encode() + b'"}'


def settings_of(stream: Stream) -> Settings:
    """Return the settings with which the command runs on *stream*."""
    return Settings(bootstrap_servers=stream.bootstrap, raw_topic=stream.raw)


def article(number: int) -> bytes:
    """Return a short article."""
    return orjson.dumps({"id": str(number), "body": "Talks in Sofia."})


def test_the_key_is_the_id_of_the_record(make_stream: Callable[..., Stream], tmp_path: Path) -> None:
    """This holds for every format, and for an article without an id."""
    stream = make_stream()
    nameless = tmp_path / "nameless.json"
    nameless.write_bytes(b'{"headline": "Talks in Sofia", "body": "They went on."}')
    files = [*SAMPLES, nameless]

    done = stream.command("produce", *map(str, files))

    assert done.stderr == f"{len(files)} articles sent to {stream.raw}\n"
    processor = Processor(Settings())
    outcomes = {path: processor.process(Message(path.read_bytes())) for path in files}
    keys = {record.value: record.key for record in stream.read(stream.raw)}
    assert {path.name: keys[path.read_bytes()] for path in files} == {
        path.name: outcome.id.encode() if isinstance(outcome, Enriched) else None for path, outcome in outcomes.items()
    }
    assert keys[nameless.read_bytes()] is not None


@pytest.mark.parametrize(
    ("value", "key"),
    [
        (b'{"id": "a", "published_at": "the day before yesterday", "body": "Talks."}', b"a"),
        (b'{"uri": "urn:b", "pubstatus": "usable", "body_text": ""}', b"urn:b"),
        (b'{"id": "' + b"x" * 2000 + b'", "body": "Talks."}', None),
        (b"no article", None),
        (b"\xff\xfe\x00", None),
    ],
)
def test_a_refused_article_has_its_id_as_key(value: bytes, key: bytes | None) -> None:
    """Its dead letter can be found by it and stays in order with other versions. Without an id, it has no key."""
    with pytest.raises(InvalidArticleError):
        wire.read(value, {})

    assert article_key(Settings(), value) == key


def test_versions_of_an_article_go_to_one_partition(make_stream: Callable[..., Stream], tmp_path: Path) -> None:
    """Ten versions of a ninjs item, whose id is its `uri`, stay in order."""
    stream = make_stream()
    item = {"uri": "urn:story:1", "pubstatus": "usable", "body_text": "Talks in Sofia."}
    path = tmp_path / "versions.jsonl"
    path.write_bytes(b"".join(orjson.dumps(item | {"version": str(number)}) + b"\n" for number in range(10)))

    assert stream.command("produce", str(path)).returncode == 0

    records = stream.read(stream.raw)
    assert len({record.partition for record in records}) == 1
    assert [orjson.loads(record.value)["version"] for record in records] == [str(number) for number in range(10)]


def test_a_bounded_number_is_unconfirmed(make_stream: Callable[..., Stream], monkeypatch: pytest.MonkeyPatch) -> None:
    """Only as much of the input is read as the brokers keep up with."""
    monkeypatch.setattr(producing, "MAX_UNCONFIRMED_RECORDS", 10)
    stream = make_stream()
    confirmed = [0]
    ahead = []

    def articles() -> Iterator[bytes]:
        for number in range(300):
            ahead.append(number - confirmed[-1])
            yield article(number)

    settings = settings_of(stream)
    assert producing.produce(settings, stream.raw, with_keys(settings, articles()), confirmed.append) == 300
    in_transit = 3  # read but not yet queued, removed from the queue but not yet sent, confirmed but not yet counted
    assert max(ahead) <= 10 + producing.READ_AHEAD_RECORDS + in_transit


def test_a_failure_ends_an_endless_input(make_stream: Callable[..., Stream]) -> None:
    """The error says which article was not accepted, how many were, and what to do."""
    stream = make_stream(partitions=1, raw_config={"max.message.bytes": "2000"})
    settings = settings_of(stream)

    def articles() -> Iterator[bytes]:
        for number in count():
            yield LONG if number == 7 else article(number)

    with pytest.raises(
        KafkaOperationError, match=r"did not accept record 8: .*MessageSizeTooLarge.* are confirmed\. Remove"
    ):
        producing.produce(settings, stream.raw, with_keys(settings, articles()))

    assert [record.key for record in stream.read(stream.raw)][:7] == [str(number).encode() for number in range(7)]


def test_a_failure_is_reported_while_the_input_pauses(make_stream: Callable[..., Stream]) -> None:
    """It does not wait for the next article, which may take long. Confirmed articles are counted meanwhile."""
    stream = make_stream(partitions=1, raw_config={"max.message.bytes": "2000"})
    settings = settings_of(stream)
    confirmed = Event()
    over = Event()

    def articles() -> Iterator[bytes]:
        yield article(0)
        assert confirmed.wait(60)
        yield LONG
        over.wait()

    def progress(number: int) -> None:
        if number == 1:
            confirmed.set()

    with pytest.raises(KafkaOperationError, match=r"did not accept record 2: .* Of 2 records sent, 1 are confirmed"):
        producing.produce(settings, stream.raw, with_keys(settings, articles()), progress)
    over.set()


def test_an_input_that_breaks_off_is_counted(make_stream: Callable[..., Stream], tmp_path: Path) -> None:
    """The articles before the break are sent, the message says how many they were, and the exit code is 1."""
    stream = make_stream()
    path = tmp_path / "articles.jsonl.gz"
    packed = gzip.compress(b"".join(article(number) + b"\n" for number in range(20)))
    path.write_bytes(packed[:-8])  # without its checksum

    done = stream.command("produce", str(path))

    assert done.returncode == 1
    cause, sent, _ = done.stderr.splitlines()
    assert cause.startswith(f"{path}: refused, not_json (the input breaks off here: ")
    assert sent == f"{len(stream.read(stream.raw))} articles sent to {stream.raw}"


def test_a_missing_topic_is_reported_at_once(make_stream: Callable[..., Stream]) -> None:
    """The error names the topic and the command that creates it."""
    stream = make_stream()

    done = stream.command("produce", "--topic", "nowhere", str(SAMPLES[0]))

    assert done.returncode == 1
    assert done.stderr == "newswire: there is no topic nowhere: `newswire topics create` creates it\n"
