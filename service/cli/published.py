"""What was published, for `newswire replay` to compare with: digests, because a month of records would fill the memory.

A record of 35 kB is kept as 0.4 kB: 30 days of 10,000 articles take 120 MB instead of 10 GB.
"""

from __future__ import annotations

import hashlib
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

import orjson
from kafka import TopicPartition

from service.contract.headers import CE_SUBJECT, ORIGIN, REASON, REVISION
from service.errors import KafkaOperationError
from service.kafka.reading import committed_reader, committed_records, record_at

if TYPE_CHECKING:
    from kafka import KafkaConsumer

    from service.settings import Settings

HASH_BYTES = 16  # the chance that any two of a million records have the same hash is 1 in 10**27
ONE_RECORD_FETCH_BYTES = 64 * 1024  # to read one record again; the broker returns a larger one whole


@dataclass(frozen=True, slots=True)
class RecordDigest:
    """What is kept of a record."""

    record_hash: bytes
    """Hash of its bytes."""
    content_hash: bytes
    """Hash of its fields without `pipeline`. A null field counts as absent."""
    pipeline: str
    """Its member `pipeline` as JSON. Records of one pipeline share the string, so it takes no memory per record."""
    partition: int = field(default=-1, compare=False)
    offset: int = field(default=-1, compare=False)

    @classmethod
    def of(cls, value: bytes, partition: int = -1, offset: int = -1) -> Self:
        """Return the digest of the record *value*, which was published at *offset* of *partition*."""
        record = orjson.loads(value)
        pipeline = sys.intern(orjson.dumps(record.pop("pipeline"), option=orjson.OPT_SORT_KEYS).decode())
        content = orjson.dumps({name: member for name, member in record.items() if member is not None})
        return cls(_hash(value), _hash(content), pipeline, partition, offset)


KnownOutcome = RecordDigest | str | None
"""A record, `refused: REASON`, or a tombstone."""


class Published:
    """What was published of the articles with a timestamp of *since* or later, in milliseconds since 1970-01-01 UTC.

    Records and dead letters have the timestamp of their article, or a later one if the broker sets it, so both topics
    are read from the first record of that time. Only if superseded articles are dropped, the records are read from the
    start, because revisions of articles before *since* supersede as well.

    Raises:
        KafkaOperationError: The enriched topic holds something that is not a record of this service.
    """

    def __init__(self, settings: Settings, since: float) -> None:
        self.outcomes: dict[str, KnownOutcome] = {}
        """By origin."""
        self._settings = settings
        self._consumer: KafkaConsumer | None = None
        self._revisions: dict[tuple[str, bytes], list[tuple[int, bytes]]] = {}
        """Offsets and revisions, by input partition and article."""
        drops_superseded = settings.superseded == "drop"
        for record in committed_records(settings, settings.enriched_topic, since=0 if drops_superseded else since):
            headers = dict(record.headers)
            if ORIGIN not in headers:
                continue  # not a record of this service
            origin = headers[ORIGIN].decode()
            if drops_superseded and REVISION in headers:
                partition, _, offset = origin.rpartition("/")
                revisions = self._revisions.setdefault((partition, headers[CE_SUBJECT]), [])
                revisions.append((int(offset), headers[REVISION]))
            if record.timestamp >= since:
                self.outcomes[origin] = None if record.value is None else _digest(record)
        for record in committed_records(settings, settings.dead_letter_topic, since=since):
            headers = dict(record.headers)
            if ORIGIN in headers and record.timestamp >= since:
                reason = headers.get(REASON, b"").decode()
                self.outcomes[headers[ORIGIN].decode()] = sys.intern(f"refused: {reason}")

    def is_superseded(self, origin: str, article: bytes, revision: bytes) -> bool:
        """Return whether a later revision of *article* than that of *origin* came before it in its partition."""
        partition, _, offset = origin.rpartition("/")
        revisions = self._revisions.get((partition, article), ())
        return any(earlier < int(offset) and published > revision for earlier, published in revisions)

    def fields(self, digest: RecordDigest) -> dict[str, Any] | None:
        """Return the fields of the record that *digest* is of, or None if the topic no longer has it."""
        if self._consumer is None:
            self._consumer = committed_reader(self._settings, max_partition_fetch_bytes=ONE_RECORD_FETCH_BYTES)
        partition = TopicPartition(self._settings.enriched_topic, digest.partition)
        record = record_at(self._consumer, partition, digest.offset)
        fields: dict[str, Any] | None = None if record is None else orjson.loads(record.value)
        return fields

    def close(self) -> None:
        """Close the connection to the brokers."""
        if self._consumer is not None:
            self._consumer.close()


def _digest(record: Any) -> RecordDigest:
    try:
        return RecordDigest.of(record.value, record.partition, record.offset)
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        origin = f"{record.topic}/{record.partition}/{record.offset}"
        raise KafkaOperationError(
            f"{origin} is not a record of this service ({type(error).__name__}): something else writes to the topic, "
            "or NEWSWIRE_ENRICHED_TOPIC is another topic"
        ) from error


def _hash(value: bytes) -> bytes:
    return hashlib.blake2b(value, digest_size=HASH_BYTES).digest()
