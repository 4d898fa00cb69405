"""What is written for an outcome: key, value and headers, and dead letters that lose nothing."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from service.contract.headers import KafkaHeaders, original_headers
from service.contract.outcomes import Enriched, Outcome, Refused, Tombstone
from service.contract.reject_reasons import RejectReason
from service.kafka.kafka_record import KafkaRecord
from service.settings import Settings
from service.worker.encoding import encode_outcome

NOW = datetime(2022, 3, 24, 12, 0, 0, 123_456, tzinfo=UTC)
LIMIT = 1_000_000
SETTINGS = Settings()
ENRICHED = Enriched("id-1", b'{"id":"id-1"}', "enriched", {"wire": 0.001})


def article(value: bytes | None = b"{}", key: bytes | None = b"key", headers: KafkaHeaders = ()) -> KafkaRecord:
    """Return a record of the raw topic."""
    return KafkaRecord("newswire.raw", 3, 42, 1_648_119_600_000, key, value, headers)


def written(
    outcome: Outcome, record: KafkaRecord | None = None, limit: int = LIMIT
) -> tuple[Outcome, dict[str, bytes | None]]:
    """Return the outcome and the headers of the written record."""
    final, made = encode_outcome(SETTINGS, record or article(), outcome, NOW, limit)
    return final, dict(made.headers)


def test_a_record_is_a_cloud_event() -> None:
    """All required attributes of CloudEvents 1.0 are there, in binary mode."""
    _, headers = written(ENRICHED)

    assert headers["ce_specversion"] == b"1.0"
    assert headers["ce_id"] == b"newswire.raw/3/42"
    assert headers["ce_source"] == b"/newswire/newswire-enricher"
    assert headers["ce_type"] == b"newswire.article.enriched.v1"
    assert headers["ce_time"] == b"2022-03-24T12:00:00.123Z"
    assert headers["ce_subject"] == b"id-1"
    assert headers["content-type"] == b"application/json"


@pytest.mark.parametrize(("key", "expected"), [(b"theirs", b"theirs"), (b"", b""), (None, b"id-1")])
def test_the_key(key: bytes | None, expected: bytes) -> None:
    """The key of the article is kept, even an empty one. Without a key, it is the id of the article."""
    _, made = encode_outcome(SETTINGS, article(key=key), ENRICHED, NOW, LIMIT)

    assert made.key == expected


@pytest.mark.parametrize(("event_bytes", "refused"), [(900_000, False), (990_000, True)])
def test_a_flat_event_that_does_not_fit(event_bytes: int, refused: bool) -> None:
    """If one event of an article is larger than the topics accept, the article is refused and not a part of it lost."""
    outcome, _ = written(replace(ENRICHED, flat_events={"x": b"x" * event_bytes}))

    assert (isinstance(outcome, Refused) and outcome.reason is RejectReason.RECORD_TOO_LARGE) is refused


def test_trace_headers_count_in_any_case() -> None:
    """The record has one header per name, in lower case, and it is the article's last one of that name."""
    theirs = (("traceparent", b"00-1-2-01"), ("Tracestate", b"wire=1"), ("TraceParent", b"00-3-4-01"))
    _, made = encode_outcome(SETTINGS, article(headers=theirs), ENRICHED, NOW, LIMIT)

    traces = [(name, value) for name, value in made.headers if name.lower().startswith("trace")]
    assert traces == [("traceparent", b"00-3-4-01"), ("tracestate", b"wire=1")]


def test_a_tombstone_stays_a_tombstone() -> None:
    """A null value is published as a null value with its key."""
    _, made = encode_outcome(SETTINGS, article(value=None), Tombstone(), NOW, LIMIT)

    assert (made.topic, made.key, made.value) == ("newswire.enriched", b"key", None)


def test_an_id_of_half_a_surrogate_pair() -> None:
    """An id that JSON can contain and UTF-8 cannot does not stop the stream."""
    _, headers = written(Enriched("broken \ud83d", b"{}", "enriched", {}))

    assert headers["ce_subject"] == b"broken ?"


def test_a_dead_letter_keeps_everything() -> None:
    """Key, value and headers are byte for byte those of the article, repeated names included."""
    theirs = (("a", b"1"), ("a", b"2"), ("traceparent", b"00-1-2-01"))
    record = article(b"\xff\x00 not text", b"\xfe", theirs)
    _, made = encode_outcome(SETTINGS, record, Refused(RejectReason.NOT_UTF8, "wire", "byte 0"), NOW, LIMIT)

    assert (made.topic, made.key, made.value) == ("newswire.dead-letter", b"\xfe", b"\xff\x00 not text")
    assert made.headers[:3] == theirs
    assert original_headers(made.headers) == theirs
    headers = dict(made.headers)
    assert headers["newswire.reason"] == b"not_utf8"
    assert headers["newswire.stage"] == b"wire"
    assert headers["__streams.errors.topic"] == b"newswire.raw"
    assert headers["__streams.errors.partition"] == b"3"
    assert headers["__streams.errors.offset"] == b"42"


def test_headers_named_like_ours_stay_the_articles_own() -> None:
    """A producer may choose any header names. When the article is sent again, it has them all."""
    theirs = (("newswire.reason", b"mine"), ("__streams.errors.topic", b"mine"), ("newswire.omitted", b"value"))
    _, made = encode_outcome(
        SETTINGS, article(headers=theirs), Refused(RejectReason.EMPTY_TEXT, "wire", "no words"), NOW, LIMIT
    )

    assert original_headers(made.headers) == theirs


def test_a_null_header_is_empty_in_a_worker_process() -> None:
    """Kafka allows headers with null values, which parsers get as empty values."""
    message = article(headers=(("desk", None), ("newswire.format", b"ninjs"))).message()

    assert message.headers == (("desk", b""), ("newswire.format", b"ninjs"))
    assert (message.value, message.key, message.timestamp) == (b"{}", b"key", 1_648_119_600_000)


def test_a_raised_exception_is_named() -> None:
    """Kafka Streams' headers name the exception and the place."""
    _, headers = written(Refused(RejectReason.ENRICH_FAILED, "enrich", "KeyError at places.py:12"))

    assert headers["__streams.errors.exception"] == b"KeyError"
    assert headers["__streams.errors.stacktrace"] == b"places.py:12"


@pytest.mark.parametrize(("given", "expected"), [(b"3", b"3"), (b"many", b"1")])
def test_the_attempt_is_carried_on(given: bytes, expected: bytes) -> None:
    """An article that fails again after a replay has one more attempt. Nonsense counts as the first attempt."""
    record = article(headers=(("newswire.attempt", given),))
    _, made = encode_outcome(SETTINGS, record, Refused(RejectReason.EMPTY_TEXT, "wire", "no words"), NOW, LIMIT)

    assert [value for name, value in made.headers if name == "newswire.attempt"] == [expected]


def test_a_record_beyond_the_limit_is_refused() -> None:
    """A record that does not fit becomes a dead letter with the article in it."""
    final, made = encode_outcome(SETTINGS, article(b"small"), Enriched("i", b"x" * 5_000, "enriched", {}), NOW, 5_000)

    assert isinstance(final, Refused)
    assert final.reason is RejectReason.RECORD_TOO_LARGE
    assert (made.topic, made.value) == ("newswire.dead-letter", b"small")


def test_an_oversize_dead_letter_refers_to_the_article() -> None:
    """Without its value it has the size and the digest, and says where the value still is."""
    value = b"x" * 10_000
    final, made = encode_outcome(
        SETTINGS, article(value), Refused(RejectReason.TOO_LARGE, "wire", "10,000 bytes"), NOW, 5_000
    )

    assert isinstance(final, Refused)
    headers = dict(made.headers)
    assert (made.key, made.value) == (b"key", b"")
    assert headers["newswire.omitted"] == b"value"
    assert headers["newswire.value-bytes"] == b"10000"
    assert headers["newswire.value-sha256"] == hashlib.sha256(value).hexdigest().encode()
    assert headers["newswire.origin"] == b"newswire.raw/3/42"
    assert made.size <= 5_000


def test_oversize_headers_and_key() -> None:
    """Even an article whose key and headers alone are too large gets a dead letter that fits."""
    record = article(b"v", b"k" * 10_000, (("h", b"x" * 10_000),))
    _, made = encode_outcome(SETTINGS, record, Refused(RejectReason.TOO_LARGE, "wire", "1 byte"), NOW, 5_000)

    assert (made.key, made.value) == (None, b"")
    assert dict(made.headers)["newswire.omitted"] == b"value,key,headers"
    assert made.size <= 5_000


@pytest.mark.parametrize(
    ("header", "attempt"),
    [(b"2", b"2"), (None, b"1"), (b"", b"1"), (b"0", b"1"), (b"-3", b"1"), ("²".encode(), b"1"), (b"9" * 5000, b"1")],
)
def test_any_count_of_attempts_is_read(header: bytes | None, attempt: bytes) -> None:
    """Any producer can write this header, so anything but a small number counts as the first attempt."""
    refused = Refused(RejectReason.NOT_JSON, "wire", "no")

    _, headers = written(refused, article(headers=(("newswire.attempt", header),)))

    assert headers["newswire.attempt"] == attempt
