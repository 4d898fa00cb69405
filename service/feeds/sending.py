"""Send the items of a feed to the raw topic, keyed, and return once the brokers have them (aiokafka)."""

from __future__ import annotations

import asyncio
import hashlib
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from service.contract import headers as names
from service.errors import BrokersUnreachableError, FeedError
from service.kafka.connection import aiokafka_options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from service.contract.headers import KafkaHeaders
    from service.feeds.feed_items import Item
    from service.settings import Settings

CONFIRM_SECONDS = 30.0  # for the brokers; then the poll has failed and is tried again
STOP_SECONDS = 5.0  # for the producer; nothing is under way then
OVERHEAD_BYTES = 8_192  # of a message beside its value: a key of 1,024 characters takes 4 kB, an address up to 2 kB
MAX_TITLE_CHARACTERS = 200  # of the header


class ItemSender:
    """A producer of items. Use it as an async context manager.

    Args:
        settings: Where the brokers and the topic are.
        max_message_bytes: What the topic accepts.

    Raises:
        BrokersUnreachableError: No broker answers at the start.
    """

    def __init__(self, settings: Settings, max_message_bytes: int) -> None:
        self._settings = settings
        self._max_value_bytes = max_message_bytes - OVERHEAD_BYTES
        self._max_request_bytes = max_message_bytes
        self._producer: AIOKafkaProducer | None = None

    async def __aenter__(self) -> Self:
        try:
            await self._start()
        except KafkaError as error:
            raise BrokersUnreachableError(
                f"no broker answers at {self._settings.bootstrap_servers} ({error}); `newswire check` says why"
            ) from error
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stop()

    async def send(self, items: Sequence[Item], feed: str, title: str) -> list[Item]:
        """Send *items* in their order, and return those that are too large for the topic, which are left out.

        Args:
            items: The items.
            feed: Address of their feed, without a password.
            title: Title of their feed.

        Raises:
            FeedError: The brokers did not confirm all others. Some may have been written.
        """
        small = [item for item in items if len(item.value) <= self._max_value_bytes]
        confirmations: list[asyncio.Future[Any]] = []
        try:
            producer = self._producer or await self._start()
            for item in small:
                headers = list(_headers(item, feed, title))
                confirmations.append(
                    await producer.send(self._settings.raw_topic, item.value, item.key, headers=headers)
                )
            await asyncio.gather(*confirmations)
        except KafkaError as error:
            await asyncio.gather(*confirmations, return_exceptions=True)
            await self._stop()
            raise FeedError("kafka", f"{self._settings.raw_topic} did not accept the items: {error!r}") from error
        return [item for item in items if len(item.value) > self._max_value_bytes]

    async def _start(self) -> AIOKafkaProducer:
        producer = AIOKafkaProducer(
            **aiokafka_options(self._settings),
            enable_idempotence=True,
            linger_ms=20,
            compression_type="zstd",
            max_request_size=self._max_request_bytes,
            request_timeout_ms=round(CONFIRM_SECONDS * 1000),
        )
        try:
            await producer.start()
        except KafkaError:
            await producer.stop()
            raise
        self._producer = producer
        return producer

    async def _stop(self) -> None:
        """Stop the producer. After a failure the next items get another: the sequence of this one has a gap.

        The brokers would refuse every later message of an idempotent producer with such a gap.
        """
        producer, self._producer = self._producer, None
        if producer is not None:
            with suppress(TimeoutError):
                await asyncio.wait_for(producer.stop(), STOP_SECONDS)


def _headers(item: Item, feed: str, title: str) -> KafkaHeaders:
    """Return the attributes of a CloudEvent. Its id is a digest of the value, so a repeated message has the same."""
    return (
        (names.CE_SPECVERSION, names.CLOUDEVENTS_VERSION.encode()),
        (names.CE_ID, hashlib.sha256(item.value).hexdigest()[:32].encode()),
        (names.CE_SOURCE, feed.encode()),
        (names.CE_TYPE, names.FEED_ITEM_TYPE.encode()),
        (names.CE_SUBJECT, item.key),
        *(((names.CE_FEEDTITLE, title[:MAX_TITLE_CHARACTERS].encode(errors="replace")),) if title else ()),
    )
