"""Send raw articles to Kafka, each with its id as key, from an input that may never end."""

from __future__ import annotations

from collections import deque
from queue import Empty, Queue
from threading import Thread
from typing import TYPE_CHECKING, Any

from kafka import KafkaProducer
from kafka.errors import KafkaError

from service import wire
from service.contract.reject_reasons import InvalidArticleError
from service.errors import KafkaOperationError
from service.kafka.connection import kafka_python_options
from service.kafka.traffic import require_topic

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from service.settings import Settings

UNCONFIRMED_ARTICLES = 1000  # 5 MB of articles of 5 kB, and what the brokers confirm in a tenth of a second or two
UNCONFIRMED_BYTES = 16 * 1024 * 1024  # of long articles, before one more is sent
READ_AHEAD = 16  # articles, so that reading and sending need not take turns
LOOK_SECONDS = 0.5  # between looks at what is unconfirmed while no article comes


def produce(
    settings: Settings, topic: str, values: Iterable[bytes], progress: Callable[[int], object] = lambda _: None
) -> int:
    """Send *values* to *topic* with the article's id as key; return how many the brokers have confirmed.

    *values* may be endless, and slow to come: only a bounded number is unconfirmed at a time, and *progress* is called
    with the number confirmed so far while more is awaited, and a last time however this ends. Raise
    `KafkaOperationError` as soon as an article is not taken.
    """
    require_topic(settings, topic)
    sending = _Sending(settings, topic)
    failed: KafkaError | None = None
    try:
        for value in _as_they_come(values):
            if value is None:
                sending.confirm(UNCONFIRMED_ARTICLES, UNCONFIRMED_BYTES)
            else:
                sending.send(value)
            progress(sending.confirmed)
        sending.confirm(articles=0)
    except KafkaError as error:
        failed = error
    finally:
        sending.close()
        progress(sending.confirmed)
    if failed is not None:
        raise KafkaOperationError(
            f"{topic} did not take article {sending.failed:,}: {failed}. Of {sending.sent:,} articles that were sent "
            f"{sending.confirmed:,} are confirmed. Remove the cause and send all again: this repeats some, loses none"
        ) from failed
    return sending.confirmed


def _as_they_come(values: Iterable[bytes]) -> Iterator[bytes | None]:
    """Yield *values*, and None each half second while the next has not come.

    They are read in another thread, a daemon, since nothing can interrupt it while it waits for standard input. What
    they raise is raised here.
    """
    read: Queue[bytes | BaseException | None] = Queue(READ_AHEAD)

    def reading() -> None:
        try:
            for value in values:
                read.put(value)
        except BaseException as error:  # noqa: BLE001 - raised where the values are taken
            read.put(error)
        else:
            read.put(None)

    Thread(target=reading, name="reader", daemon=True).start()
    while True:
        try:
            value = read.get(timeout=LOOK_SECONDS)
        except Empty:
            yield None
            continue
        if value is None:
            return
        if isinstance(value, BaseException):
            raise value
        yield value


class _Sending:
    """A producer, and the articles that it has sent and the brokers have not confirmed yet."""

    def __init__(self, settings: Settings, topic: str) -> None:
        self.sent = 0
        self.confirmed = 0
        self.failed = 0
        """The number of the article that was not taken, counted from 1."""
        self._settings = settings
        self._topic = topic
        self._bytes = 0
        self._unconfirmed: deque[tuple[Any, int]] = deque()
        """Futures and the sizes of their articles, in the order of sending."""
        self._producer = KafkaProducer(
            **kafka_python_options(settings),
            acks="all",
            linger_ms=20,
            compression_type="zstd",
            max_request_size=settings.max_record_bytes,
            allow_auto_create_topics=False,
        )

    def send(self, value: bytes) -> None:
        """Send *value* when there is room. Raise `KafkaError` when it or an article before it is not taken."""
        self.confirm(articles=UNCONFIRMED_ARTICLES - 1, size=UNCONFIRMED_BYTES)
        self.sent += 1
        self.failed = self.sent
        future = self._producer.send(self._topic, key=article_key(self._settings, value), value=value)
        self._unconfirmed.append((future, len(value)))
        self._bytes += len(value)

    def confirm(self, articles: int, size: int = 0) -> None:
        """Wait until at most so many *articles*, with at most *size* bytes, are unconfirmed."""
        while self._unconfirmed and (
            len(self._unconfirmed) > articles or self._bytes > size or self._unconfirmed[0][0].is_done
        ):
            self.failed = self.sent - len(self._unconfirmed) + 1
            future, length = self._unconfirmed.popleft()
            self._bytes -= length
            future.get()
            self.confirmed += 1

    def close(self) -> None:
        """Wait for what is under way, and count what of it was confirmed."""
        self._producer.close()
        self.confirmed += sum(future.succeeded() for future, _ in self._unconfirmed)
        self._unconfirmed.clear()


def article_key(settings: Settings, value: bytes) -> bytes | None:
    """Return the key of a raw article: the id that its record will have, so that versions of an article stay in order.

    An article without an id of its own gets one from a hash of its bytes, as in the worker, so all copies of it come to
    one partition. One that the worker will refuse, for its date perhaps, has its id all the same: its dead letter is
    found by that, and stays in order with other versions when it is sent again. What is no article has no key.
    """
    try:
        return wire.identify(value, {}, settings.input_format).encode(errors="replace")
    except InvalidArticleError:
        return None
