"""Read the dead-letter topic: which letters are open, and one of them whole.

A letter is open until a note follows it in its partition that it was sent again or parked: a null value with the header
`newswire.settled`. So the topic alone says which letters are open.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from kafka import TopicPartition

from service.contract.headers import FAILED_AT, OMITTED, REASON, SETTLED, original_headers
from service.kafka.kafka_record import KafkaRecord
from service.kafka.traffic import committed_reader, committed_records, partitions_of, record_at

if TYPE_CHECKING:
    from kafka import KafkaConsumer

    from service.settings import Settings

ONE_BYTES = 64 * 1024  # to read one letter; the broker gives a longer one whole


@dataclass(frozen=True, slots=True)
class DeadLetter(KafkaRecord):
    """A refused article as it lies in the dead-letter topic; its timestamp is the article's."""

    @property
    def name(self) -> str:
        """Return `partition/offset`, by which the commands name it."""
        return f"{self.partition}/{self.offset}"

    @property
    def reason(self) -> str:
        """Return the stable code of why it was refused."""
        return self.header(REASON)

    @property
    def omitted(self) -> str:
        """Return which parts of the article did not fit, empty if all did. Only our own headers say so."""
        ours = dict(self.headers[len(original_headers(self.headers)) :])
        return (ours.get(OMITTED) or b"").decode()

    @property
    def settles(self) -> str:
        """Return the name of the letter that this record settles, empty if it is a letter, which has a reason."""
        return "" if self.reason else self.header(SETTLED)

    @property
    def failed_at(self) -> datetime:
        """Return when it was refused."""
        try:
            found = datetime.fromisoformat(self.header(FAILED_AT))
            return found if found.tzinfo else found.replace(tzinfo=UTC)
        except ValueError:
            return datetime.fromtimestamp(self.timestamp / 1000, UTC)


def read(settings: Settings, *, await_open: bool = False) -> list[DeadLetter]:
    """Return the open dead letters, oldest refusal first: those neither sent again nor parked.

    They come without their values, which would fill the memory; `fetch` reads one whole. With *await_open* letters and
    notes of transactions that are not ended yet count too, once they are (see `committed_records`).
    """
    letters: dict[str, DeadLetter] = {}
    for record in committed_records(settings, settings.dead_letter_topic, await_open=await_open):
        letter = DeadLetter.of(record)
        if letter.settles:
            letters.pop(letter.settles, None)  # it came before its note, in the same partition
        else:
            letters[letter.name] = replace(letter, value=None)
    return sorted(letters.values(), key=lambda letter: (letter.failed_at, letter.partition, letter.offset))


def fetch(settings: Settings, partition: int, offset: int) -> DeadLetter | None:
    """Return the dead letter there with its value, open or not; None if none is there, or no longer."""
    with closing(letter_reader(settings)) as consumer:
        return letter_at(consumer, TopicPartition(settings.dead_letter_topic, partition), offset)


def letter_reader(settings: Settings) -> KafkaConsumer:
    """Return a consumer that reads one letter at a time; to be closed."""
    return committed_reader(settings, max_partition_fetch_bytes=ONE_BYTES)


def letter_at(consumer: KafkaConsumer, partition: TopicPartition, offset: int) -> DeadLetter | None:
    """Return the dead letter there, as `fetch` does, with a consumer that is there already."""
    if partition not in partitions_of(consumer, partition.topic):
        return None
    record = record_at(consumer, partition, offset)
    letter = DeadLetter.of(record) if record is not None else None
    return None if letter is None or letter.settles else letter
