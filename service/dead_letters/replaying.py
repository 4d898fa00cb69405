"""Send the articles of dead letters again, and park those that failed too often.

Replaying writes the article back to where it came from and, in the same transaction, a note to the dead-letter topic
that it was. So a letter is sent again once, however often a replay is run or interrupted.

What is written bears the time of the replay, since topics keep records by their timestamp: with the article's own, a
letter older than the raw topic keeps anything could be deleted before it is read. The header `newswire.timestamp` has
the article's own, so that it becomes the record that it would have become at first.
"""

from __future__ import annotations

import hashlib
from contextlib import closing, suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from kafka import KafkaProducer, TopicPartition
from kafka.errors import KafkaError, KafkaTimeoutError, MessageSizeTooLargeError, RecordListTooLargeError

from service.contract.headers import (
    ATTEMPT,
    ERROR_PARTITION,
    ERROR_TOPIC,
    ORIGIN,
    SETTLED,
    SETTLED_TO,
    TIMESTAMP,
    VALUE_SHA256,
    KafkaHeaders,
    original_headers,
)
from service.dead_letters.letters import letter_at, letter_reader, read
from service.errors import KafkaOperationError
from service.kafka.connection import kafka_python_options
from service.kafka.kafka_record import KafkaRecord, Output
from service.kafka.traffic import record_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kafka import KafkaConsumer

    from service.dead_letters.letters import DeadLetter
    from service.settings import Settings

FENCED = ("ProducerFenced", "InvalidProducerEpoch")  # what the brokers answer when a newer replay has started
WAIT_SECONDS = 30.0  # for the brokers to take one record


def replay(settings: Settings, chosen: Callable[[DeadLetter], bool]) -> Iterator[tuple[DeadLetter, str]]:
    """Send each open letter that is *chosen* back to its topic, or park it after too many attempts.

    Yield what became of each: `sent to TOPIC`, `parked in TOPIC`, or `left: …` with the reason. Each letter is one
    transaction: it is settled if, and only if, it was written.

    Only the newest replay of a group can write. Which letters are open is read after this one has shut out the others
    and Kafka has ended their transactions, so no letter is sent by two. Raise
    `KafkaOperationError` when a newer one starts.
    """
    producer = KafkaProducer(
        **kafka_python_options(settings),
        transactional_id=f"{settings.group}-dead-letters",
        acks="all",
        compression_type="zstd",  # an article may have come so, and be too long otherwise
        max_request_size=_longest(settings),
        allow_auto_create_topics=False,
    )
    count = 0
    name = "anything"
    try:
        producer.init_transactions()
        with closing(letter_reader(settings)) as consumer:
            for letter in filter(chosen, read(settings, await_open=True)):
                name = f"letter {letter.name}"
                yield letter, _send_again(settings, producer, consumer, letter)
                count += 1
    except KafkaError as error:
        raise KafkaOperationError(
            f"{_why(settings, name, error)}. {count:,} letters were looked after before, each once"
        ) from error
    finally:
        producer.close()


def _longest(settings: Settings) -> int:
    return settings.max_record_bytes + settings.max_article_bytes


def _why(settings: Settings, name: str, error: KafkaError) -> str:
    """Say why a replay stopped at the letter *name*, and what to do.

    kafka-python hides that a newer producer has taken over in the words of other errors, and Kafka 4 answers an unknown
    error to the end of a transaction that it is just aborting for the newer one.
    """
    words = f"{error!r} {error}"
    if any(known in words for known in FENCED) or ("EndTxnResponse" in words and "UnknownError" in words):
        return (
            f"a newer `newswire dead-letters replay` of group {settings.group} has taken over, and this one stopped. "
            "The newer one sends the open letters that its options choose; `newswire dead-letters list` shows what "
            "is left when it is done"
        )
    if isinstance(error, MessageSizeTooLargeError | RecordListTooLargeError):
        return (
            f"{name} is longer than its topic takes, and stays open. Raise max.message.bytes of the topic and replay "
            "again, or replay the others by `--reason`, `--since` or `--id`"
        )
    return (
        f"Kafka at {settings.bootstrap_servers} did not take {name} ({error}). It stays open, as do those after it: "
        "`newswire check` looks what is wrong, then replay again"
    )


def _send_again(settings: Settings, producer: KafkaProducer, consumer: KafkaConsumer, described: DeadLetter) -> str:
    """Send or park one letter; return what became of it."""
    letter = letter_at(consumer, TopicPartition(described.topic, described.partition), described.offset)
    if letter is None:
        return "left: the topic has deleted it since it was listed"
    parked = letter.attempt >= settings.replay_attempts
    article = letter if parked else _original(consumer, letter)
    if article is None:
        return f"left: its value was too large to keep, and is no more at {letter.header(ORIGIN)}"
    if parked:
        topic, partition = settings.parked_topic, None
        headers = _timed(letter, letter.headers)
    else:
        topic, partition = letter.header(ERROR_TOPIC) or settings.raw_topic, _partition(letter)
        headers = (*_timed(letter, article.headers), (ATTEMPT, str(letter.attempt + 1).encode()))
    numbers = consumer.partitions_for_topic(topic)
    if not numbers:
        return f"left: there is no topic {topic}; `newswire topics create` makes those of the settings"
    output = Output(topic, article.key, article.value, headers, letter.timestamp)
    if output.size > _longest(settings):
        return f"left: it has {output.size:,} bytes, more than NEWSWIRE_MAX_RECORD_BYTES and NEWSWIRE_MAX_ARTICLE_BYTES"
    _settle(producer, letter, output, partition if partition in numbers else None)
    return f"{'parked in' if parked else 'sent to'} {topic}"


def _settle(producer: KafkaProducer, letter: DeadLetter, output: Output, partition: int | None) -> None:
    """Write *output* and the note that *letter* is settled, both or neither."""
    headers = [(name, content or b"") for name, content in output.headers]  # kafka-python sends no null in a header
    note = [(SETTLED, letter.name.encode()), (SETTLED_TO, output.topic.encode())]
    key = output.key if output.value is not None else output.key or b""  # nor a record without key and value
    producer.begin_transaction()
    try:
        # One after the other: if the first is refused, sending the second would hide why.
        producer.send(output.topic, output.value, key, headers, partition).get(timeout=WAIT_SECONDS)
        producer.send(letter.topic, None, letter.key or b"", note, letter.partition).get(timeout=WAIT_SECONDS)
    except KafkaTimeoutError:
        raise  # an abort would wait for ever for brokers that do not answer: they abort it when its time is over
    except BaseException:
        with suppress(KafkaError):  # it would hide the cause; the brokers abort what we cannot
            producer.abort_transaction()
        raise
    producer.commit_transaction()


def _timed(letter: DeadLetter, headers: KafkaHeaders) -> KafkaHeaders:
    """Return *headers* with the article's timestamp among them: that of its first try, where there were more."""
    if any(name == TIMESTAMP for name, _ in headers):
        return headers
    return (*headers, (TIMESTAMP, str(letter.timestamp).encode()))


def _partition(letter: DeadLetter) -> int | None:
    told = letter.header(ERROR_PARTITION)
    return int(told) if told.isdigit() else None


def _original(consumer: KafkaConsumer, letter: DeadLetter) -> KafkaRecord | None:
    """Return the article of *letter* as it was before: what did not fit the letter is read again at its origin."""
    omitted = letter.omitted
    before = replace(letter, headers=original_headers(letter.headers))
    if not omitted:
        return before
    topic, partition, offset = letter.header(ORIGIN).rsplit("/", 2)
    place = TopicPartition(topic, int(partition))
    if place.partition not in (consumer.partitions_for_topic(topic) or ()):
        return None
    record = record_at(consumer, place, int(offset))
    if record is None or hashlib.sha256(record.value or b"").hexdigest() != letter.header(VALUE_SHA256):
        return None
    found = KafkaRecord.of(record)
    if "key" not in omitted:
        return replace(before, value=found.value)
    return replace(found, headers=tuple(header for header in found.headers if header[0] != ATTEMPT))
