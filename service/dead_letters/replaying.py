"""Send the articles of dead letters again, and park those that failed too often.

A replay writes the article back to its topic and, in the same transaction, a note to the dead-letter topic that the
letter is settled. So each letter is sent again once, however often replays are run or interrupted.

The records written have the timestamp of the replay, because the retention of topics goes by timestamps: with the
article's own, a letter older than the retention of the raw topic could be deleted before it is read. The header
`newswire.timestamp` keeps the article's own, so that the article becomes the record that it would have become at first.
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
from service.kafka.reading import record_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kafka import KafkaConsumer

    from service.dead_letters.letters import DeadLetter
    from service.settings import Settings

FENCED_ERRORS = ("ProducerFenced", "InvalidProducerEpoch")  # the brokers' answers once a newer replay has started
SEND_SECONDS = 30.0  # for the brokers to accept one record


def replay(settings: Settings, is_chosen: Callable[[DeadLetter], bool]) -> Iterator[tuple[DeadLetter, str]]:
    """Send each open letter that *is_chosen* back to its topic, or park it after too many attempts.

    Yields each letter with its result: `sent to TOPIC`, `parked in TOPIC`, or `left: …` with the reason. Each letter is
    one transaction: it is settled if and only if it was written.

    Only the newest replay of a group can write. The open letters are read after this replay has fenced the others and
    Kafka has ended their transactions, so that two replays never send the same letter.

    Raises:
        KafkaOperationError: A newer replay has started, or Kafka did not accept a letter.
    """
    producer = KafkaProducer(
        **kafka_python_options(settings),
        transactional_id=f"{settings.group}-dead-letters",
        acks="all",
        compression_type="zstd",  # an article may have arrived compressed, and be too long otherwise
        max_request_size=_max_bytes(settings),
        allow_auto_create_topics=False,
    )
    count = 0
    name = "anything"
    try:
        producer.init_transactions()
        with closing(letter_reader(settings)) as consumer:
            for letter in filter(is_chosen, read(settings, await_open=True)):
                name = f"letter {letter.name}"
                yield letter, _send_again(settings, producer, consumer, letter)
                count += 1
    except KafkaError as error:
        raise KafkaOperationError(
            f"{_explain(settings, name, error)}. Before that, {count:,} letters were processed, each once"
        ) from error
    finally:
        producer.close()


def _max_bytes(settings: Settings) -> int:
    return settings.max_record_bytes + settings.max_article_bytes


def _explain(settings: Settings, name: str, error: KafkaError) -> str:
    """Return why a replay stopped at the letter *name*, and what to do.

    kafka-python reports that a newer producer has taken over only in the text of other errors. Kafka 4 answers with an
    unknown error to the end of a transaction that it is just aborting for the newer producer.
    """
    words = f"{error!r} {error}"
    if any(fenced in words for fenced in FENCED_ERRORS) or ("EndTxnResponse" in words and "UnknownError" in words):
        return (
            f"a newer `newswire dead-letters replay` of group {settings.group} has taken over, and this one stopped. "
            "The newer one sends the open letters that match its options; `newswire dead-letters list` shows what "
            "is left when it is done"
        )
    if isinstance(error, MessageSizeTooLargeError | RecordListTooLargeError):
        return (
            f"{name} is longer than its topic accepts, and stays open. Raise max.message.bytes of the topic and replay "
            "again, or replay the others by `--reason`, `--since` or `--id`"
        )
    return (
        f"Kafka at {settings.bootstrap_servers} did not accept {name} ({error}). It stays open, as do those after it: "
        "find the cause with `newswire check`, then replay again"
    )


def _send_again(settings: Settings, producer: KafkaProducer, consumer: KafkaConsumer, listed: DeadLetter) -> str:
    """Send or park one letter and return the result."""
    letter = letter_at(consumer, TopicPartition(listed.topic, listed.partition), listed.offset)
    if letter is None:
        return "left: the topic has deleted it since it was listed"
    parked = letter.attempt >= settings.replay_attempts
    article = letter if parked else _original(consumer, letter)
    if article is None:
        return f"left: its value was too large to keep, and no longer exists at {letter.header(ORIGIN)}"
    if parked:
        topic, partition = settings.parked_topic, None
        headers = _with_timestamp(letter, letter.headers)
    else:
        topic, partition = letter.header(ERROR_TOPIC) or settings.raw_topic, _partition(letter)
        headers = (*_with_timestamp(letter, article.headers), (ATTEMPT, str(letter.attempt + 1).encode()))
    numbers = consumer.partitions_for_topic(topic)
    if not numbers:
        return f"left: there is no topic {topic}; `newswire topics create` creates those of the settings"
    output = Output(topic, article.key, article.value, headers, letter.timestamp)
    if output.size > _max_bytes(settings):
        return f"left: it has {output.size:,} bytes, more than NEWSWIRE_MAX_RECORD_BYTES and NEWSWIRE_MAX_ARTICLE_BYTES"
    _settle(producer, letter, output, partition if partition in numbers else None)
    return f"{'parked in' if parked else 'sent to'} {topic}"


def _settle(producer: KafkaProducer, letter: DeadLetter, output: Output, partition: int | None) -> None:
    """Write *output* and the note that *letter* is settled: both or neither."""
    headers = [(name, content or b"") for name, content in output.headers]  # kafka-python cannot send null in a header
    note = [(SETTLED, letter.name.encode()), (SETTLED_TO, output.topic.encode())]
    key = output.key if output.value is not None else output.key or b""  # nor a record with neither key nor value
    producer.begin_transaction()
    try:
        # One after the other: if the first is refused, sending the second would hide the cause.
        producer.send(output.topic, output.value, key, headers, partition).get(timeout=SEND_SECONDS)
        producer.send(letter.topic, None, letter.key or b"", note, letter.partition).get(timeout=SEND_SECONDS)
    except KafkaTimeoutError:
        raise  # an abort would wait indefinitely for brokers that do not answer; they abort after its timeout
    except BaseException:
        with suppress(KafkaError):  # it would hide the cause; the brokers abort if we cannot
            producer.abort_transaction()
        raise
    producer.commit_transaction()


def _with_timestamp(letter: DeadLetter, headers: KafkaHeaders) -> KafkaHeaders:
    """Return *headers* including the article's timestamp, which is that of its first attempt."""
    if any(name == TIMESTAMP for name, _ in headers):
        return headers
    return (*headers, (TIMESTAMP, str(letter.timestamp).encode()))


def _partition(letter: DeadLetter) -> int | None:
    number = letter.header(ERROR_PARTITION)
    return int(number) if number.isdigit() else None


def _original(consumer: KafkaConsumer, letter: DeadLetter) -> KafkaRecord | None:
    """Return the article of *letter* as it was. Parts that did not fit into the letter are read again at its origin."""
    omitted = letter.omitted
    article = replace(letter, headers=original_headers(letter.headers))
    if not omitted:
        return article
    topic, partition, offset = letter.header(ORIGIN).rsplit("/", 2)
    origin = TopicPartition(topic, int(partition))
    if origin.partition not in (consumer.partitions_for_topic(topic) or ()):
        return None
    record = record_at(consumer, origin, int(offset))
    if record is None or hashlib.sha256(record.value or b"").hexdigest() != letter.header(VALUE_SHA256):
        return None
    original = KafkaRecord.of(record)
    if "key" not in omitted:
        return replace(article, value=original.value)
    return replace(original, headers=tuple(header for header in original.headers if header[0] != ATTEMPT))
