"""Reads the topic of records in a thread, without a consumer group, and hands them to the event loop."""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import threading
import time
from collections import deque
from typing import TYPE_CHECKING

import structlog
from kafka.errors import KafkaError

from service.errors import NewswireError
from service.kafka import reading
from service.kafka.kafka_record import KafkaRecord
from service.kafka.lag import partition_lags
from service.page.publications import Deletion, Publication, parse
from service.page.recent_records import MAX_BYTES, MAX_RECORDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from kafka import KafkaConsumer, TopicPartition

    from service.page.figures import Figures
    from service.page.recent_records import RecentRecords
    from service.settings import Settings

log = structlog.get_logger()

FETCH_BYTES = 4 * 1024 * 1024  # per answer of a broker; a longer record comes whole
OFFSETS_PER_PARTITION = MAX_RECORDS  # read back at the start; with transactions some of them are not records
POLL_MILLISECONDS = 500  # also how long a stop may have to wait
CONNECT_MILLISECONDS = 10_000
CHECK_SECONDS = 5.0  # between checks of the brokers, which also ask for the lag
CHECK_MILLISECONDS = 5_000  # for the brokers to answer a check
RETRY_SECONDS = 2.0  # between tries to connect
STOP_SECONDS = 3.0  # for the thread; it is a daemon, so one that waits for brokers does not hold up the end


class TopicReader:
    """Keeps *recent* and *figures* up to date with the topic, and reconnects when the brokers were away.

    `poll` never reports that brokers are away, so they are asked for the end of the topic from time to time. After an
    outage the last records are read again: that shows what was published and deleted meanwhile.
    """

    def __init__(self, settings: Settings, recent: RecentRecords, figures: Figures) -> None:
        self._settings = settings
        self._recent = recent
        self._figures = figures
        self._loop = asyncio.get_running_loop()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="topic-reader", daemon=True)
        self._last_problem = ""

    def start(self) -> None:
        """Start reading."""
        self._thread.start()

    async def stop(self) -> None:
        """Stop reading, and wait a moment for the thread."""
        self._stopping.set()
        await asyncio.to_thread(self._thread.join, STOP_SECONDS)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._read()
            except (KafkaError, NewswireError, OSError) as error:
                self._report_problem(str(error) or repr(error))
            except Exception:
                log.exception("page_failed_to_read")
                self._report_problem("a fault of the page; see the log")
            self._stopping.wait(RETRY_SECONDS)

    def _read(self) -> None:
        """Read from near the end of the topic until the page stops, the brokers are away or partitions are added."""
        consumer = reading.committed_reader(
            self._settings,
            max_partition_fetch_bytes=FETCH_BYTES,
            fetch_max_bytes=FETCH_BYTES,
            bootstrap_timeout_ms=CONNECT_MILLISECONDS,
            reconnect_backoff_max_ms=round(RETRY_SECONDS * 1000),
        )
        try:
            partitions = reading.partitions_of(consumer, self._settings.enriched_topic)
            last = self._last_publications(consumer, partitions)
            self._report_reading(partitions, last)
            checked = float("-inf")
            while not self._stopping.is_set():
                if time.monotonic() - checked >= CHECK_SECONDS:
                    consumer.end_offsets(partitions, timeout_ms=CHECK_MILLISECONDS)
                    if reading.partitions_of(consumer, self._settings.enriched_topic) != partitions:
                        return
                    self._ask_for_lag()
                    checked = time.monotonic()
                batches = consumer.poll(timeout_ms=POLL_MILLISECONDS)
                if publications := self._parsed(record for batch in batches.values() for record in batch):
                    self._call(self._take, publications)
        finally:
            consumer.close()

    def _last_publications(
        self, consumer: KafkaConsumer, partitions: list[TopicPartition]
    ) -> list[Publication | Deletion]:
        """Return the last records of all *partitions* by time, and leave *consumer* at their ends.

        Memory is bounded: each partition may take its share of twice what the page holds.
        """
        topic = self._settings.enriched_topic
        first = consumer.beginning_offsets(partitions, timeout_ms=CONNECT_MILLISECONDS)
        ends = consumer.end_offsets(partitions, timeout_ms=CONNECT_MILLISECONDS)
        wanted = {tp: (max(first[tp], ends[tp] - OFFSETS_PER_PARTITION), ends[tp]) for tp in partitions}
        bytes_per_partition = 2 * MAX_BYTES // len(partitions)
        by_partition: dict[int, deque[Publication | Deletion]] = {tp.partition: deque() for tp in partitions}
        sizes = dict.fromkeys(by_partition, 0)
        for record in reading.read_ranges(consumer, topic, wanted):
            last, number = by_partition[record.partition], record.partition
            for publication in self._parsed([record]):
                last.append(publication)
                sizes[number] += _size(publication)
                while sizes[number] > bytes_per_partition and len(last) > 1:
                    sizes[number] -= _size(last.popleft())
        for partition, (_, end) in wanted.items():
            consumer.seek(partition, end)
        return list(heapq.merge(*by_partition.values(), key=lambda publication: publication.timestamp))

    def _parsed(self, records: Iterable[object]) -> list[Publication | Deletion]:
        publications = []
        for record in records:
            try:
                publications.append(parse(KafkaRecord.of(record)))
            except ValueError as error:
                log.warning("record_not_shown", error=str(error))
        return publications

    def _take(self, publications: list[Publication | Deletion]) -> None:
        for publication in publications:
            self._figures.count(publication)
            self._recent.add(publication)

    def _ask_for_lag(self) -> None:
        """Ask how far the enricher is behind, if anybody looks. The page may lack the right to know that."""
        if not self._figures.browsers:
            return
        try:
            lag = sum(row.lag for row in partition_lags(self._settings))
        except (KafkaError, NewswireError, OSError) as error:
            log.debug("lag_unknown", error=str(error))
            lag = None
        self._call(setattr, self._figures, "lag", lag)

    def _report_reading(self, partitions: list[TopicPartition], last: list[Publication | Deletion]) -> None:
        def reading() -> None:
            self._recent.reset(last)
            self._figures.reading = True

        self._last_problem = ""
        log.info("page_reads", topic=self._settings.enriched_topic, partitions=len(partitions), last_records=len(last))
        self._call(reading)

    def _report_problem(self, problem: str) -> None:
        """Log *problem* once, and have the page report that it cannot read."""

        def not_reading() -> None:
            self._figures.reading = False
            self._figures.lag = None

        if problem != self._last_problem and not self._stopping.is_set():
            self._last_problem = problem
            log.warning("page_cannot_read", topic=self._settings.enriched_topic, error=problem)
        self._call(not_reading)

    def _call(self, function: Callable[..., object], *arguments: object) -> None:
        """Have the event loop call *function*, unless it has ended."""
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(function, *arguments)


def _size(publication: Publication | Deletion) -> int:
    return len(publication.key) if isinstance(publication, Deletion) else len(publication.value)
