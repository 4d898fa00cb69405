"""Bad articles get a clear reason from the real enrichment, and do not affect the good ones around them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
import pytest
from kafka import KafkaProducer

from service.kafka.reading import committed_records
from service.settings import Settings
from tests.kafka.harness import FAULTY

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.kafka.harness import Stream

GOOD = b"The European Commission met in Brussels on Monday."


def article(**fields: object) -> bytes:
    """Return an article as a producer sends it."""
    return orjson.dumps(fields)


# key → value, and the reason of its dead letter; the last seven keys name a fault of `FaultyProcessor`
BAD: dict[bytes, tuple[bytes, str]] = {
    b"not-utf8": (b'{"id": "x", "body": "\xe9"}', "not_utf8"),
    b"not-json": (b"{id: no quotes", "not_json"),
    b"wrong-shape": (article(id="x", body=["a", "list"]), "wrong_shape"),
    b"empty": (article(id="x", headline=" ", body="\n\t "), "empty_text"),
    b"huge": (article(id="x", body="news " * 400_000), "too_large"),
    b"bad-date": (article(id="x", body="News.", published_at="last Tuesday"), "bad_date"),
    b"half-surrogate": (b'{"id": "x", "body": "broken \\ud83d here"}', ""),
    b"raise": (article(id="x", body="News."), "enrich_failed"),
    b"hang": (article(id="x", body="News."), "timeout"),
    b"spin": (article(id="x", body="News."), "timeout"),
    b"freeze": (article(id="x", body="News."), "timeout"),
    b"die": (article(id="x", body="News."), "worker_crash"),
    b"segfault": (article(id="x", body="News."), "worker_crash"),
    b"eat": (article(id="x", body="News."), "worker_crash"),
}
# key → value, and the status of its record
UNUSUAL: dict[bytes, tuple[bytes, str]] = {
    b"nul": (b'{"id": "nul", "body": "Before\\u0000 and \\u001b[31m after."}', "enriched"),
    b"html": (article(id="html", body="<p>The <b>Commission</b> met in Brussels.</p>"), "enriched"),
    b"german": (
        article(id="german", language="de", body="Die Kommission tagte am Montag in Brüssel."),
        "unsupported_language",
    ),
}


def test_bad_input(make_stream: Callable[..., Stream], delivery: str) -> None:
    """Every bad article becomes a dead letter with its reason, key and value, and the good ones around it come out."""
    stream = make_stream(delivery=delivery, partitions=2, raw_config={"max.message.bytes": "8000000"})
    articles: list[tuple[bytes | None, bytes | None]] = []
    for number, (key, (value, _)) in enumerate((BAD | UNUSUAL).items()):
        articles += [(key, value), (f"good-{number}".encode(), article(id=f"good-{number}", body=GOOD.decode()))]
    stream.produce([*articles, (b"tombstone", None)])
    worker = stream.start(FAULTY, NEWSWIRE_ARTICLE_TIMEOUT_SECONDS="4")
    stream.await_done()

    letters = {record.key: record for record in stream.read(stream.dead)}
    reasons = {key: dict(record.headers)["newswire.reason"].decode() for key, record in letters.items()}
    records = {record.key: record.value and orjson.loads(record.value) for record in stream.read(stream.enriched)}
    expected = {key: reason for key, (_, reason) in BAD.items() if reason}
    assert {key: reasons.get(key) for key in expected} == expected
    assert {key: records[key]["status"] for key in UNUSUAL} == {key: status for key, (_, status) in UNUSUAL.items()}
    assert [f"good-{n}" for n in range(len(BAD | UNUSUAL)) if f"good-{n}".encode() not in records] == []
    assert records[b"tombstone"] is None
    assert b"half-surrogate" in records or b"half-surrogate" in letters
    ledger = stream.ledger()
    assert (ledger.lost, ledger.duplicated, ledger.disordered) == (0, 0, 0)
    for key, letter in letters.items():
        headers = dict(letter.headers)
        assert letter.value == BAD[key][0] or headers["newswire.omitted"] == b"value"
        assert headers["__streams.errors.topic"].decode() == stream.raw
        assert headers["newswire.attempt"] == b"1"
    assert worker.terminate() == 0


class RawName(str):
    """A header name that is encoded as Latin-1, as some producers do."""

    __slots__ = ()

    def encode(self, *_: object) -> bytes:
        """Return the name in Latin-1."""
        return super().encode("latin-1")


@pytest.mark.parametrize("codec", [None, "zstd"])
def test_header_names_that_are_not_utf8(make_stream: Callable[..., Stream], codec: str | None) -> None:
    """They stop neither the worker nor the commands; the dead letter contains them escaped."""
    stream = make_stream(partitions=1)
    headers = [(RawName("r\xe9daction"), b"Paris"), ("Büro", "Köln".encode())]
    producer = KafkaProducer(bootstrap_servers=stream.bootstrap, linger_ms=50, compression_type=codec)
    values = {b"before": article(id="before"), b"odd": article(id="odd"), b"bad": article(id="bad", do="refuse")}
    for key, value in values.items():
        future = producer.send(stream.raw, key=key, value=value, headers=[] if key == b"before" else headers)
        stream.sent.append((0, len(stream.sent)))
    producer.flush()
    assert future.get().offset == 2
    producer.close()
    worker = stream.start().await_ready()
    stream.await_done()

    assert [record.key for record in stream.read(stream.enriched)] == [b"before", b"odd"]
    [letter] = stream.read(stream.dead)
    assert letter.headers[:2] == [("r\\xe9daction", b"Paris"), ("Büro", "Köln".encode())]
    assert worker.terminate() == 0
    settings = Settings(bootstrap_servers=stream.bootstrap)
    [*_, last] = committed_records(settings, stream.raw)
    assert last.headers == letter.headers[:2]


def test_an_oversize_dead_letter(make_stream: Callable[..., Stream], delivery: str) -> None:
    """An article too large for the dead-letter topic gets a dead letter without its value; the next comes out."""
    stream = make_stream(delivery=delivery, partitions=1, raw_config={"max.message.bytes": "8000000"})
    huge = article(id="huge", do="refuse", filler="x" * 5_000_000)
    stream.produce([(b"huge", huge), (b"next", article(id="next"))])
    stream.start(NEWSWIRE_MAX_RECORD_BYTES="9000000")
    stream.await_done()

    [letter] = stream.read(stream.dead)
    headers = dict(letter.headers)
    assert (letter.key, letter.value) == (b"huge", b"")
    assert headers["newswire.omitted"] == b"value"
    assert headers["newswire.value-bytes"] == str(len(huge)).encode()
    assert [record.key for record in stream.read(stream.enriched)] == [b"next"]


def test_a_record_too_large_for_the_topic(make_stream: Callable[..., Stream], delivery: str) -> None:
    """A record larger than the topic allows becomes a dead letter."""
    stream = make_stream(delivery=delivery, partitions=1)
    stream.produce([(b"big", article(id="big", bytes=2_000_000)), (b"next", article(id="next"))])
    stream.start()
    stream.await_done()

    [letter] = stream.read(stream.dead)
    assert (letter.key, dict(letter.headers)["newswire.reason"]) == (b"big", b"record_too_large")
    assert [record.key for record in stream.read(stream.enriched)] == [b"next"]


def test_a_topic_with_a_small_limit(make_stream: Callable[..., Stream], delivery: str) -> None:
    """Records that fit the topic are not refused because of their batch, even after the limit is lowered."""
    stream = make_stream(delivery=delivery, partitions=1)
    stream.configure(stream.enriched, {"max.message.bytes": "20000"})
    worker = stream.start(NEWSWIRE_COMPRESSION="none").await_ready()  # the broker measures what arrives
    stream.produce([(b"a%d" % number, article(id=f"a{number}", bytes=8_000)) for number in range(40)])
    stream.await_done()
    stream.configure(stream.enriched, {"max.message.bytes": "10000"})
    stream.produce([(b"b%d" % number, article(id=f"b{number}", bytes=8_000)) for number in range(40)])
    stream.await_done()

    assert stream.read(stream.dead) == []
    assert len({record.key for record in stream.read(stream.enriched)}) == 80
    assert worker.terminate() == 0


def test_a_topic_whose_limit_is_lowered(make_stream: Callable[..., Stream], delivery: str) -> None:
    """If the broker refuses a size that was allowed at start, the worker learns the new limit and continues."""
    stream = make_stream(delivery=delivery, partitions=1)
    worker = stream.start(NEWSWIRE_COMPRESSION="none").await_ready()  # the broker measures what arrives
    stream.configure(stream.enriched, {"max.message.bytes": "100000"})
    stream.produce([(b"big", article(id="big", bytes=500_000)), (b"next", article(id="next"))])
    stream.await_done()

    [letter] = stream.read(stream.dead)
    assert (letter.key, dict(letter.headers)["newswire.reason"]) == (b"big", b"record_too_large")
    assert {record.key for record in stream.read(stream.enriched)} == {b"next"}
    assert delivery == "at_least_once" or stream.ledger().duplicated == 0
    assert worker.terminate() == 0
