"""Ask the brokers where the partitions end, with a client that shares nothing with the worker's own."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

import structlog
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError
from aiokafka.structs import TopicPartition

from service.kafka.connection import aiokafka_options

if TYPE_CHECKING:
    from collections.abc import Iterable

    from faust.types import TP

    from service.settings import Settings

log = structlog.get_logger()

PROBE_SECONDS = 10.0  # for the brokers to answer; they take milliseconds


class BrokerProbe:
    """Holds the client between two questions."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._consumer: AIOKafkaConsumer | None = None

    async def ends(self, partitions: Iterable[TP]) -> dict[TP, int] | None:
        """Return the offset after the last committed record of each partition, or None if no broker answers."""
        names = {TopicPartition(tp.topic, tp.partition): tp for tp in partitions}
        try:
            async with asyncio.timeout(PROBE_SECONDS):
                if self._consumer is None:
                    self._consumer = AIOKafkaConsumer(
                        **aiokafka_options(self._settings), isolation_level="read_committed"
                    )
                    await self._consumer.start()
                if not names:
                    await self._consumer.topics()
                    return {}
                found = await self._consumer.end_offsets(list(names))
                return {names[name]: end for name, end in found.items()}
        except (KafkaError, TimeoutError, OSError) as error:
            log.warning("broker_does_not_answer", error=repr(error))
            await self.close()
            return None

    async def close(self) -> None:
        """Close the client. The next question opens another."""
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            with contextlib.suppress(KafkaError, TimeoutError, OSError):
                async with asyncio.timeout(PROBE_SECONDS):
                    await consumer.stop()
