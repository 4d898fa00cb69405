"""Send key-value pairs to a topic, from an input that may never end."""

from __future__ import annotations

from collections import deque
from queue import Empty, Queue
from threading import Thread
from typing import TYPE_CHECKING, Any

from kafka import KafkaProducer
from kafka.errors import KafkaError

from service.errors import KafkaOperationError
from service.kafka.connection import kafka_python_options
from service.kafka.reading import require_topic

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from service.settings import Settings

    KeyValue = tuple[bytes | None, bytes]

MAX_UNCONFIRMED_RECORDS = 1000  # 5 MB of records of 5 kB, which the brokers confirm in one or two tenths of a second
MAX_UNCONFIRMED_BYTES = 16 * 1024 * 1024  # of long records, before one more is sent
READ_AHEAD_RECORDS = 16  # so that reading and sending do not wait for each other
CONFIRM_SECONDS = 0.5  # between checks of what is unconfirmed while the input is silent


def produce(
    settings: Settings, topic: str, records: Iterable[KeyValue], progress: Callable[[int], object] = lambda _: None
) -> int:
    """Send *records*, pairs of key and value, to *topic*. Return how many the brokers have confirmed.

    *records* may be endless and slow: the number of unconfirmed records is bounded. *progress* is called with the
    number confirmed so far, at least every half second, and once more at the end, however it ends.

    Raises:
        MissingTopicError: *topic* does not exist.
        KafkaOperationError: A record was not accepted. Nothing is sent after it.
    """
    require_topic(settings, topic)
    sender = _Sender(settings, topic)
    failure: KafkaError | None = None
    try:
        for record in _as_they_come(records):
            if record is None:
                sender.confirm(MAX_UNCONFIRMED_RECORDS, MAX_UNCONFIRMED_BYTES)
            else:
                sender.send(*record)
            progress(sender.confirmed)
        sender.confirm(max_records=0)
    except KafkaError as error:
        failure = error
    finally:
        sender.close()
        progress(sender.confirmed)
    if failure is not None:
        raise KafkaOperationError(
            f"{topic} did not accept record {sender.failed:,}: {failure}. Of {sender.sent:,} records sent, "
            f"{sender.confirmed:,} are confirmed. Remove the cause and send all again: this repeats some, loses none"
        ) from failure
    return sender.confirmed


def _as_they_come(records: Iterable[KeyValue]) -> Iterator[KeyValue | None]:
    """Yield *records*, and None every half second until the next one arrives.

    They are read in a daemon thread, because a thread that waits for standard input cannot be interrupted. Exceptions
    of *records* are raised here.
    """
    queue: Queue[KeyValue | BaseException | None] = Queue(READ_AHEAD_RECORDS)

    def read() -> None:
        try:
            for record in records:
                queue.put(record)
        except BaseException as error:  # noqa: BLE001 - raised in the thread that consumes the queue
            queue.put(error)
        else:
            queue.put(None)

    Thread(target=read, name="reader", daemon=True).start()
    while True:
        try:
            record = queue.get(timeout=CONFIRM_SECONDS)
        except Empty:
            yield None
            continue
        if record is None:
            return
        if isinstance(record, BaseException):
            raise record
        yield record


class _Sender:
    """A producer, and the records that it has sent and the brokers have not confirmed yet."""

    def __init__(self, settings: Settings, topic: str) -> None:
        self.sent = 0
        self.confirmed = 0
        self.failed = 0
        """The number of the record that was not accepted, counted from 1."""
        self._topic = topic
        self._bytes = 0
        self._unconfirmed: deque[tuple[Any, int]] = deque()
        """Futures and the sizes of their records, in the order of sending."""
        self._producer = KafkaProducer(
            **kafka_python_options(settings),
            acks="all",
            linger_ms=20,
            compression_type="zstd",
            max_request_size=settings.max_record_bytes,
            allow_auto_create_topics=False,
        )

    def send(self, key: bytes | None, value: bytes) -> None:
        """Send a record once there is room. Raise `KafkaError` if it, or a record before it, is not accepted."""
        self.confirm(max_records=MAX_UNCONFIRMED_RECORDS - 1, max_bytes=MAX_UNCONFIRMED_BYTES)
        self.sent += 1
        self.failed = self.sent
        future = self._producer.send(self._topic, key=key, value=value)
        self._unconfirmed.append((future, len(value)))
        self._bytes += len(value)

    def confirm(self, max_records: int, max_bytes: int = 0) -> None:
        """Wait until at most *max_records*, with at most *max_bytes* in all, are unconfirmed."""
        while self._unconfirmed and (
            len(self._unconfirmed) > max_records or self._bytes > max_bytes or self._unconfirmed[0][0].is_done
        ):
            self.failed = self.sent - len(self._unconfirmed) + 1
            future, size = self._unconfirmed.popleft()
            self._bytes -= size
            future.get()
            self.confirmed += 1

    def close(self) -> None:
        """Wait for the records under way, and count those that were confirmed."""
        self._producer.close()
        self.confirmed += sum(future.succeeded() for future, _ in self._unconfirmed)
        self._unconfirmed.clear()
