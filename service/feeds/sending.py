"""Send the items of a feed to the raw topic, keyed, and return once the brokers have them (aiokafka)."""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING, Any, Self

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError

from service.contract import headers as names
from service.errors import BrokersUnreachableError, FeedError
from service.kafka.connection import aiokafka_options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from service.contract.headers import KafkaHeaders
    from service.feeds.feed_items import Item
    from service.settings import Settings

CONFIRM_SECONDS = 30.0  # for the brokers; then the poll has failed and is tried again


class ItemSender:
    """A producer of items. Use it as an async context manager.

    Raises:
        BrokersUnreachableError: No broker answers at the start.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._producer = AIOKafkaProducer(
            **aiokafka_options(settings),
            enable_idempotence=True,
            linger_ms=20,
            compression_type="zstd",
            max_request_size=settings.max_record_bytes,
            request_timeout_ms=round(CONFIRM_SECONDS * 1000),
        )

    async def __aenter__(self) -> Self:
        try:
            await self._producer.start()
        except KafkaError as error:
            raise BrokersUnreachableError(
                f"no broker answers at {self._settings.bootstrap_servers} ({error}); `newswire check` says why"
            ) from error
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._producer.stop()

    async def send(self, items: Sequence[Item], feed: str, title: str) -> list[Item]:
        """Send *items* in their order, and return those that are too large for the topic, which are left out.

        Args:
            items: The items.
            feed: Address of their feed, without a password.
            title: Title of their feed.

        Raises:
            FeedError: The brokers did not confirm all others. Some may have been written.
        """
        too_large: list[Item] = []
        confirmations = []
        try:
            for item in items:
                sent = await self._producer.send(
                    self._settings.raw_topic, item.value, item.key, headers=list(_headers(item, feed, title))
                )
                confirmations.append(asyncio.ensure_future(_confirmed(sent, item, too_large)))
            await asyncio.gather(*confirmations)
        except KafkaError as error:
            raise FeedError("kafka", f"{self._settings.raw_topic} did not accept the items: {error!r}") from error
        finally:
            await asyncio.gather(*confirmations, return_exceptions=True)
        return too_large


async def _confirmed(sent: asyncio.Future[Any], item: Item, too_large: list[Item]) -> None:
    """Wait for the brokers. Add *item* to *too_large* if they refuse it for its size."""
    try:
        await sent
    except MessageSizeTooLargeError:
        too_large.append(item)


def _headers(item: Item, feed: str, title: str) -> KafkaHeaders:
    """Return the attributes of a CloudEvent. Its id is a digest of the value, so a repeated message has the same."""
    return (
        (names.CE_SPECVERSION, names.CLOUDEVENTS_VERSION.encode()),
        (names.CE_ID, hashlib.sha256(item.value).hexdigest()[:32].encode()),
        (names.CE_SOURCE, feed.encode()),
        (names.CE_TYPE, names.FEED_ITEM_TYPE.encode()),
        (names.CE_SUBJECT, item.key),
        *(((names.CE_FEEDTITLE, title.encode(errors="replace")),) if title else ()),
    )
