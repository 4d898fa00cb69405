"""Which versions of an article have been published, and which flat events of it.

So an older version that arrives late is marked, and events that a later version no longer has are deleted. The last
`WINDOW_RECORDS` records of each output partition are remembered. After a restart or a rebalance they are read again, so
all this depends only on what was published before, by this worker or another. All versions of an article are in one
partition, since they have one key.
"""

from __future__ import annotations

import hashlib
import time
from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import structlog
from kafka import TopicPartition
from kafka.errors import KafkaError, TopicAuthorizationFailedError

from service.contract.headers import CE_SUBJECT, EVENTS, REVISION
from service.errors import KafkaOperationError
from service.kafka.reading import committed_reader, read_ranges
from service.worker.encoding import encode_text, version_key

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from faust.types import TP
    from kafka import KafkaConsumer
    from kafka.consumer.fetcher import ConsumerRecord

    from service.contract.outcomes import Enriched
    from service.settings import Settings

log = structlog.get_logger()

WINDOW_RECORDS = 500
"""Records remembered per partition: with 12 partitions, 14 hours of a wire of 10,000 articles per day.

A record has 35 kB on average, so a worker that is assigned 12 full partitions reads 210 MB: 4 s on two busy cores, 1 s
of it its own CPU time. In memory a record takes 310 bytes: 2 MB for 12 partitions.
"""
READ_SECONDS = 10.0  # for all partitions, while a rebalance may take 60 s
EFFECT = "some older versions of articles will not be marked as superseded, and their events not deleted"
FETCH_BYTES = 4 * 1024 * 1024  # per fetch: needs 24 MB for the moment; with 16 MB it is 90 MB, and no faster
ID_HASH_BYTES = 16  # the chance that two of 500 ids share a hash is 1 in 10**33


@dataclass(slots=True)
class Version:
    """A version of an article that was published."""

    article: bytes
    """A hash of the article's id."""
    revision: bytes
    written: WrittenEvents | None = None
    """Its flat events. None if it is superseded, if no events topic was set, or if the article was deleted since."""


@dataclass(frozen=True, slots=True)
class WrittenEvents:
    """The events of an article that the events topic may hold. Bytes, because 500 of these are kept per partition."""

    key: bytes
    """A hash of the key of the article's record."""
    article_id: bytes
    ids: bytes
    """Their ids within the article, as in the header `newswire.events`. Some may come twice."""

    @property
    def events(self) -> list[str]:
        """Return each id once, in order."""
        return list(dict.fromkeys(filter(None, self.ids.decode(errors="replace").split(","))))


class Versions:
    """The versions that were published last to one partition, and the flat events of each.

    *published* are those read from the topic. Whether the events of one reached their topic before a crash, and those
    of the version before were deleted, is not known: so a version that was read has the events of all before it too.
    What is deleted in vain does no harm.
    """

    def __init__(self, published: Iterable[Version] = ()) -> None:
        self._published: deque[Version] = deque()
        self._of_article: dict[bytes, list[Version]] = {}
        for entry in published:
            before = self._written(entry.article)
            if before and entry.written:
                entry.written = replace(entry.written, ids=b",".join(filter(None, (before.ids, entry.written.ids))))
            self._add(entry)

    def is_superseded(self, article: Enriched) -> bool:
        """Return whether a later version of *article* has been published."""
        article_id, revision = version_key(article)
        versions = self._of_article.get(_hash(article_id), ())
        return max((version.revision for version in versions), default=b"") > revision

    def events(self, article: Enriched) -> list[str]:
        """Return the ids of the events that the earlier versions of *article* may have left in the events topic."""
        written = self._written(_hash(version_key(article)[0]))
        return written.events if written else []

    def add(self, article: Enriched, key: bytes | None = None) -> None:
        """Note that *article* is published next. If its events are too, *key* is that of its record."""
        article_id, revision = version_key(article)
        written = None
        if key is not None and not article.superseded:
            written = WrittenEvents(_hash(key), article_id, encode_text(",".join(article.flat_events)))
        self._add(Version(_hash(article_id), revision, written))

    def delete(self, key: bytes | None) -> list[tuple[str, str]]:
        """Note that the articles with *key* are deleted. Return the ids of each article and event to delete."""
        deleted = self._delete(_hash(key)) if key is not None else []
        return [(written.article_id.decode(errors="replace"), event) for written in deleted for event in written.events]

    def _written(self, article: bytes) -> WrittenEvents | None:
        versions = reversed(self._of_article.get(article, ()))
        return next((version.written for version in versions if version.written is not None), None)

    def _delete(self, key: bytes) -> list[WrittenEvents]:
        """Forget the events of the articles with *key*. Return them, those of the newest version of each article."""
        last = {version.article: version.written for version in self._published if version.written is not None}
        deleted = {article: written for article, written in last.items() if written.key == key}
        for version in self._published:
            if version.article in deleted:
                version.written = None
        return list(deleted.values())

    def _add(self, version: Version) -> None:
        self._published.append(version)
        self._of_article.setdefault(version.article, []).append(version)
        if len(self._published) > WINDOW_RECORDS:
            oldest = self._published.popleft().article
            self._of_article[oldest].pop(0)
            if not self._of_article[oldest]:
                del self._of_article[oldest]


def published(settings: Settings, partitions: Collection[TP]) -> dict[TP, Versions]:
    """Return the versions that were published last for each input partition.

    Blocks for about 0.2 s, and for seconds if there are many. Without the right to read the topic, if no broker answers
    and if it takes longer than `READ_SECONDS`, the log says so and the answer is what is known by then: an older
    version that is not marked is better than a worker that does not work.
    """
    deadline = time.monotonic() + READ_SECONDS
    outputs = {tp: TopicPartition(settings.enriched_topic, tp.partition) for tp in partitions}
    found: dict[TopicPartition, list[Version]] = {output: [] for output in outputs.values()}
    why = ""
    try:
        consumer = committed_reader(settings, max_partition_fetch_bytes=FETCH_BYTES // 16, fetch_max_bytes=FETCH_BYTES)
        try:
            if not _read(consumer, settings.enriched_topic, found, deadline):
                why = f"reading took longer than {READ_SECONDS:.0f} s"
        finally:
            consumer.close()
    except TopicAuthorizationFailedError:
        why = "no right to read the topic"
    except (KafkaError, KafkaOperationError, OSError) as error:
        why = repr(error)
    if why:
        log.warning("published_versions_unknown", topic=settings.enriched_topic, why=why, effect=EFFECT)
    return {tp: Versions(found[output]) for tp, output in outputs.items()}


def _read(
    consumer: KafkaConsumer,
    topic: str,
    found: dict[TopicPartition, list[Version]],
    deadline: float,
) -> bool:
    """Put the last versions of each partition into *found*, oldest first. Return whether *deadline* was kept.

    Goes back by `WINDOW_RECORDS` offsets at a time until there are enough, since the markers of transactions and
    deletions have offsets too.
    """
    first, ends = consumer.beginning_offsets(list(found)), consumer.end_offsets(list(found))
    while wanted := {
        output: (max(first[output], end - WINDOW_RECORDS), end)
        for output, end in ends.items()
        if first[output] < end and len(found[output]) < WINDOW_RECORDS
    }:
        before: dict[TopicPartition, list[Version]] = {output: [] for output in wanted}
        for record in read_ranges(consumer, topic, wanted, deadline):
            if version := _version(record):
                before[TopicPartition(topic, record.partition)].append(version)
        for output, (start, _) in wanted.items():
            found[output] = before[output] + found[output]
            ends[output] = start
        if time.monotonic() >= deadline:
            return False
    return True


def _version(record: ConsumerRecord) -> Version | None:
    """Return the version that *record* is, or None if it is none: a deletion, or something else's record."""
    headers = dict(record.headers)
    if REVISION not in headers:
        return None
    article_id, ids = headers.get(CE_SUBJECT) or b"", headers.get(EVENTS)
    written = None if ids is None else WrittenEvents(_hash(record.key or article_id), article_id, ids)
    return Version(_hash(article_id), headers[REVISION], written)


def _hash(name: bytes) -> bytes:
    return hashlib.blake2b(name, digest_size=ID_HASH_BYTES).digest()
