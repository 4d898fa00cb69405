"""Read the dead-letter topic: list the open letters, or fetch one with its value.

A letter is open until a note follows it in its partition: a null value with the header `newswire.settled`, which says
that the letter was sent again or parked. So the topic itself records which letters are open.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from kafka import TopicPartition

from service.contract.headers import FAILED_AT, OMITTED, REASON, SETTLED, original_headers
from service.kafka.kafka_record import KafkaRecord
from service.kafka.reading import committed_reader, committed_records, partitions_of, record_at

if TYPE_CHECKING:
    from kafka import KafkaConsumer

    from service.settings import Settings

ONE_LETTER_FETCH_BYTES = 64 * 1024  # to read one letter; the broker returns a longer one whole


@dataclass(frozen=True, slots=True)
class DeadLetter(KafkaRecord):
    """A refused article in the dead-letter topic. Its timestamp is that of the article."""

    @property
    def name(self) -> str:
        """Return `partition/offset`, the name that the commands use."""
        return f"{self.partition}/{self.offset}"

    @property
    def reason(self) -> str:
        """Return the stable code for why the article was refused."""
        return self.header(REASON)

    @property
    def omitted(self) -> str:
        """Return which parts of the article did not fit, or an empty string. Only headers of this service count."""
        added = dict(self.headers[len(original_headers(self.headers)) :])
        return (added.get(OMITTED) or b"").decode()

    @property
    def settles(self) -> str:
        """Return the name of the letter that this note settles; empty if it is a letter itself, which has a reason."""
        return "" if self.reason else self.header(SETTLED)

    @property
    def failed_at(self) -> datetime:
        """Return when the article was refused."""
        try:
            moment = datetime.fromisoformat(self.header(FAILED_AT))
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        except ValueError:
            return datetime.fromtimestamp(self.timestamp / 1000, UTC)


def read(settings: Settings, *, await_open: bool = False) -> list[DeadLetter]:
    """Return the open dead letters, which were neither sent again nor parked, ordered by the time of refusal.

    Their values are left out, since they would fill the memory; `fetch` reads one. With *await_open*, letters and notes
    of open transactions count too, and reading waits until those end (see `committed_records`).
    """
    letters: dict[str, DeadLetter] = {}
    for record in committed_records(settings, settings.dead_letter_topic, await_open=await_open):
        letter = DeadLetter.of(record)
        if letter.settles:
            letters.pop(letter.settles, None)  # a letter comes before its note, in the same partition
        else:
            letters[letter.name] = replace(letter, value=None)
    return sorted(letters.values(), key=lambda letter: (letter.failed_at, letter.partition, letter.offset))


def fetch(settings: Settings, partition: int, offset: int) -> DeadLetter | None:
    """Return the dead letter at *offset* of *partition* with its value, open or not, or None if it does not exist."""
    with closing(letter_reader(settings)) as consumer:
        return letter_at(consumer, TopicPartition(settings.dead_letter_topic, partition), offset)


def letter_reader(settings: Settings) -> KafkaConsumer:
    """Return a consumer that reads one letter at a time. The caller must close it."""
    return committed_reader(settings, max_partition_fetch_bytes=ONE_LETTER_FETCH_BYTES)


def letter_at(consumer: KafkaConsumer, partition: TopicPartition, offset: int) -> DeadLetter | None:
    """Return the dead letter at *offset* of *partition*, as `fetch` does, but with an existing consumer."""
    if partition not in partitions_of(consumer, partition.topic):
        return None
    record = record_at(consumer, partition, offset)
    letter = DeadLetter.of(record) if record is not None else None
    return None if letter is None or letter.settles else letter
