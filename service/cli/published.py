"""What was published, to hold a replay against: hashes, since a month of records themselves would fill the memory.

A record of 35 kB is kept as 0.4 kB: 30 days of 10,000 articles take 120 MB and not 10 GB.
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
from service.kafka.traffic import committed_reader, committed_records, record_at

if TYPE_CHECKING:
    from kafka import KafkaConsumer

    from service.settings import Settings

HASH_BYTES = 16  # that any two of a million records are taken for one has a chance of 1 in 10**27
FETCH_BYTES = 64 * 1024  # to get one record again; the broker gives a larger one whole


@dataclass(frozen=True, slots=True)
class Print:
    """What is kept of a record."""

    whole: bytes
    """Hash of its bytes."""
    found: bytes
    """Hash of its fields but for `pipeline`; a field that is null is as good as none."""
    pipeline: str
    """Its member `pipeline` as JSON. Records of one pipeline share it, so it takes no memory per record."""
    partition: int = field(default=-1, compare=False)
    offset: int = field(default=-1, compare=False)

    @classmethod
    def of(cls, value: bytes, partition: int = -1, offset: int = -1) -> Self:
        """Return what is kept of the record *value*, which was published there."""
        record = orjson.loads(value)
        pipeline = sys.intern(orjson.dumps(record.pop("pipeline"), option=orjson.OPT_SORT_KEYS).decode())
        found = orjson.dumps({name: each for name, each in record.items() if each is not None})
        return cls(_hash(value), _hash(found), pipeline, partition, offset)


Known = Print | str | None
"""A record, `refused: REASON`, or a tombstone."""


class Published:
    """What was published of the articles with a timestamp of *first* or later, in milliseconds since 1970-01-01 UTC.

    Records and dead letters have the timestamp of their article, or a later one if the broker stamps what it takes, so
    both topics are read from the first record of that time on. Only if superseded articles are dropped, the records are
    read from the start: the revisions of those before *first* supersede as well.
    """

    def __init__(self, settings: Settings, first: float) -> None:
        self.known: dict[str, Known] = {}
        """By origin."""
        self._settings = settings
        self._consumer: KafkaConsumer | None = None
        self._revisions: dict[tuple[str, bytes], list[tuple[int, bytes]]] = {}
        drops = settings.superseded == "drop"
        for record in committed_records(settings, settings.enriched_topic, since=0 if drops else first):
            headers = dict(record.headers)
            if ORIGIN not in headers:
                continue  # not a record of this service
            origin = headers[ORIGIN].decode()
            if drops and REVISION in headers:
                partition, _, offset = origin.rpartition("/")
                versions = self._revisions.setdefault((partition, headers[CE_SUBJECT]), [])
                versions.append((int(offset), headers[REVISION]))
            if record.timestamp >= first:
                self.known[origin] = None if record.value is None else _print(record)
        for record in committed_records(settings, settings.dead_letter_topic, since=first):
            headers = dict(record.headers)
            if ORIGIN in headers and record.timestamp >= first:
                reason = headers.get(REASON, b"").decode()
                self.known[headers[ORIGIN].decode()] = sys.intern(f"refused: {reason}")

    def superseded(self, origin: str, article: bytes, revision: bytes) -> bool:
        """Return whether a later revision of *article* than that of *origin* came before it in its partition."""
        partition, _, offset = origin.rpartition("/")
        versions = self._revisions.get((partition, article), ())
        return any(before < int(offset) and known > revision for before, known in versions)

    def fields(self, known: Print) -> dict[str, Any] | None:
        """Return the fields of the record that *known* was kept of; None where the topic has it no more."""
        if self._consumer is None:
            self._consumer = committed_reader(self._settings, max_partition_fetch_bytes=FETCH_BYTES)
        place = TopicPartition(self._settings.enriched_topic, known.partition)
        record = record_at(self._consumer, place, known.offset)
        fields: dict[str, Any] | None = None if record is None else orjson.loads(record.value)
        return fields

    def close(self) -> None:
        """Let the brokers go."""
        if self._consumer is not None:
            self._consumer.close()


def _print(record: Any) -> Print:
    """Return what is kept of *record*. Raise `KafkaOperationError` if it is none that this service wrote."""
    try:
        return Print.of(record.value, record.partition, record.offset)
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        place = f"{record.topic}/{record.partition}/{record.offset}"
        raise KafkaOperationError(
            f"{place} is not a record of this service ({type(error).__name__}): something else writes to the topic, or "
            "NEWSWIRE_ENRICHED_TOPIC names another"
        ) from error


def _hash(value: bytes) -> bytes:
    return hashlib.blake2b(value, digest_size=HASH_BYTES).digest()
