"""Which versions of an article have been published, so that an older one that arrives late is marked.

The last `WINDOW_RECORDS` records of each output partition are remembered. After a restart or a rebalance they are read
again, so the mark depends only on what was published before, by this worker or another. All versions of an article
are in one partition, since they have one key.
"""

from __future__ import annotations

import hashlib
import time
from collections import deque
from typing import TYPE_CHECKING

import structlog
from kafka import TopicPartition
from kafka.errors import KafkaError, TopicAuthorizationFailedError

from service.contract.headers import CE_SUBJECT, REVISION
from service.errors import KafkaOperationError
from service.kafka.reading import committed_reader, read_ranges
from service.worker.encoding import version_key

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from faust.types import TP
    from kafka import KafkaConsumer

    from service.contract.outcomes import Enriched
    from service.settings import Settings

log = structlog.get_logger()

WINDOW_RECORDS = 500
"""Records remembered per partition: with 12 partitions, 14 hours of a wire of 10,000 articles per day.

A record has 35 kB on average, so a worker that is assigned 12 full partitions reads 210 MB: 4 s on two busy cores, 1 s
of it its own CPU time. In memory a record takes 310 bytes: 2 MB for 12 partitions.
"""
READ_SECONDS = 10.0  # for all partitions, while a rebalance may take 60 s
EFFECT = "some older versions of articles will not be marked as superseded"
FETCH_BYTES = 4 * 1024 * 1024  # per fetch: needs 24 MB for the moment; with 16 MB it is 90 MB, and no faster
ID_HASH_BYTES = 16  # the chance that two of 500 ids share a hash is 1 in 10**33

Version = tuple[bytes, bytes]
"""A hash of an article's id, and the revision."""


class Versions:
    """The versions that were published last to one partition."""

    def __init__(self, published: Iterable[Version] = ()) -> None:
        self._published: deque[Version] = deque()
        self._revisions: dict[bytes, list[bytes]] = {}
        for version in published:
            self._add(version)

    def is_superseded(self, article: Enriched) -> bool:
        """Return whether a later version of *article* has been published."""
        name, revision = _version(*version_key(article))
        return max(self._revisions.get(name, ()), default=b"") > revision

    def add(self, article: Enriched) -> None:
        """Note that *article* is published next."""
        self._add(_version(*version_key(article)))

    def _add(self, version: Version) -> None:
        name, revision = version
        self._published.append(version)
        self._revisions.setdefault(name, []).append(revision)
        if len(self._published) > WINDOW_RECORDS:
            oldest, _ = self._published.popleft()
            self._revisions[oldest].pop(0)
            if not self._revisions[oldest]:
                del self._revisions[oldest]


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


def _read(consumer: KafkaConsumer, topic: str, found: dict[TopicPartition, list[Version]], deadline: float) -> bool:
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
            headers = dict(record.headers)
            if REVISION in headers:
                version = _version(headers.get(CE_SUBJECT) or b"", headers[REVISION])
                before[TopicPartition(topic, record.partition)].append(version)
        for output, (start, _) in wanted.items():
            found[output] = before[output] + found[output]
            ends[output] = start
        if time.monotonic() >= deadline:
            return False
    return True


def _version(article_id: bytes, revision: bytes) -> Version:
    return hashlib.blake2b(article_id, digest_size=ID_HASH_BYTES).digest(), revision
