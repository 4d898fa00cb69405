"""Read the dead-letter topic, send its articles again, park those that fail too often.

Replaying writes the article back to where it came from and, in the same transaction, a note to the dead-letter topic
that it was: a null value under the letter's key, with the header `newswire.settled`. So a letter is sent again once,
however often a replay is run or interrupted, and the topic alone tells which are open.

What is written bears the time of the replay, since topics keep records by their timestamp: with the article's own, a
letter older than the raw topic keeps anything could be deleted before it is read. The header `newswire.timestamp` has
the article's own, so that it becomes the record that it would have become at first.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from kafka import KafkaProducer, TopicPartition

from service.stream.connection import kafka_python_options
from service.stream.output import ATTEMPT, ORIGIN, KafkaHeaders, KafkaRecord, strip
from service.stream.traffic import committed_records
from service.wire import TIMESTAMP_HEADER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from service.settings import Settings

SETTLED = "newswire.settled"
WAIT_SECONDS = 30.0  # for one record that must be there


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
        return self.header("newswire.reason")

    @property
    def failed_at(self) -> datetime:
        """Return when it was refused."""
        try:
            return datetime.fromisoformat(self.header("newswire.failed-at"))
        except ValueError:
            return datetime.fromtimestamp(self.timestamp / 1000, UTC)


def read(settings: Settings) -> list[DeadLetter]:
    """Return the open dead letters, oldest refusal first: those neither sent again nor parked."""
    letters: dict[str, DeadLetter] = {}
    settled: set[str] = set()
    for record in committed_records(settings, settings.dead_letter_topic):
        letter = DeadLetter(
            record.topic,
            record.partition,
            record.offset,
            record.timestamp,
            record.key,
            record.value,
            tuple(record.headers),
        )
        if done := letter.header(SETTLED):
            settled.add(done)
        else:
            letters[letter.name] = letter
    found = [letter for name, letter in letters.items() if name not in settled]
    return sorted(found, key=lambda letter: (letter.failed_at, letter.partition, letter.offset))


def replay(settings: Settings, letters: Iterable[DeadLetter]) -> Iterator[tuple[DeadLetter, str]]:
    """Send each of *letters* back to its topic, or park it after too many attempts; yield what became of it.

    `sent to TOPIC`, `parked in TOPIC`, or `left: …` where a value that did not fit the dead letter is gone from its
    origin too. Each letter is one transaction: it is settled if, and only if, it was written.
    """
    producer = KafkaProducer(
        **kafka_python_options(settings),
        transactional_id=f"{settings.group}-dead-letters",
        acks="all",
        max_request_size=settings.max_record_bytes + settings.max_article_bytes,
        allow_auto_create_topics=False,
    )
    try:
        producer.init_transactions()
        for letter in letters:
            if letter.attempt >= settings.replay_attempts:
                _settle(
                    producer,
                    settings,
                    letter,
                    topic=settings.parked_topic,
                    value=letter.value,
                    headers=_timed(letter, letter.headers),
                    partition=None,
                )
                yield letter, f"parked in {settings.parked_topic}"
                continue
            value = _original_value(settings, letter)
            if value is None:
                yield letter, f"left: its value was too large to keep, and is no more at {letter.header(ORIGIN)}"
                continue
            topic = letter.header("__streams.errors.topic") or settings.raw_topic
            headers = (*_timed(letter, strip(letter.headers)), (ATTEMPT, str(letter.attempt + 1).encode()))
            _settle(producer, settings, letter, topic=topic, value=value, headers=headers, partition=_partition(letter))
            yield letter, f"sent to {topic}"
    finally:
        producer.close()


def _settle(
    producer: KafkaProducer,
    settings: Settings,
    letter: DeadLetter,
    *,
    topic: str,
    value: bytes | None,
    headers: KafkaHeaders,
    partition: int | None,
) -> None:
    """Write the letter to *topic* and the note that it is settled, both or neither."""
    told = [(name, content or b"") for name, content in headers]  # kafka-python sends no nulls; a worker reads no other
    note = [(SETTLED, letter.name.encode()), ("newswire.settled-to", topic.encode())]
    producer.begin_transaction()
    try:
        sent = [
            producer.send(topic, value, letter.key, told, partition),
            producer.send(settings.dead_letter_topic, None, letter.key or b"", note, letter.partition),
        ]
        for future in sent:
            future.get(timeout=WAIT_SECONDS)
    except Exception:
        producer.abort_transaction()
        raise
    producer.commit_transaction()


def _timed(letter: DeadLetter, headers: KafkaHeaders) -> KafkaHeaders:
    """Return *headers* with the article's timestamp among them: that of its first try, where there were more."""
    if any(name == TIMESTAMP_HEADER for name, _ in headers):
        return headers
    return (*headers, (TIMESTAMP_HEADER, str(letter.timestamp).encode()))


def _partition(letter: DeadLetter) -> int | None:
    told = letter.header("__streams.errors.partition")
    return int(told) if told.isdigit() else None


def _original_value(settings: Settings, letter: DeadLetter) -> bytes | None:
    """Return the article's bytes: the letter's own, or those at its origin where they did not fit the letter."""
    if not letter.header("newswire.omitted"):
        return letter.value
    topic, _, place = letter.header(ORIGIN).partition("/")
    partition, _, offset = place.partition("/")
    for record in committed_records(settings, topic, TopicPartition(topic, int(partition)), int(offset)):
        right = record.value and hashlib.sha256(record.value).hexdigest() == letter.header("newswire.value-sha256")
        return record.value if record.offset == int(offset) and right else None
    return None
