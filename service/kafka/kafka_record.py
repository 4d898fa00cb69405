"""A record as it lies in a topic, and one to write."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Self

from service.contract.headers import ATTEMPT, TRACE_HEADERS, KafkaHeaders
from service.contract.outcomes import Message

ATTEMPTS = re.compile(r"[1-9][0-9]{0,2}", re.ASCII)  # whoever writes articles can write the header too
OVERHEAD = 256  # bytes of a record beside key, value and headers: batch header 61, record's own numbers below 50


@dataclass(frozen=True, slots=True)
class KafkaRecord:
    """A record as it lies in a topic: a raw article, or a dead letter."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    """Milliseconds since 1970-01-01 UTC."""
    key: bytes | None
    value: bytes | None
    headers: KafkaHeaders

    @classmethod
    def of(cls, record: Any) -> Self:
        """Return *record*, as a consumer of kafka-python read it."""
        return cls(
            record.topic,
            record.partition,
            record.offset,
            record.timestamp,
            record.key,
            record.value,
            tuple(record.headers),
        )

    def message(self) -> Message:
        """Return the record as a worker process gets it: a header whose value is null has an empty one there."""
        headers = tuple((name, value or b"") for name, value in self.headers)
        return Message(self.value, self.key, headers, self.timestamp)

    @property
    def origin(self) -> str:
        """Return the record's place in Kafka: it names the record for ever."""
        return f"{self.topic}/{self.partition}/{self.offset}"

    def header(self, name: str) -> str:
        """Return what the last header called *name* says, empty where there is none."""
        found = [value for key, value in self.headers if key == name]
        return found[-1].decode(errors="replace") if found and found[-1] else ""

    @property
    def trace(self) -> dict[str, bytes]:
        """Return the trace headers by their names in lower case; if one stands there several times, the last holds."""
        return {name.lower(): value or b"" for name, value in self.headers if name.lower() in TRACE_HEADERS}

    @property
    def attempt(self) -> int:
        """Return how often the article has been tried, this time included; 1 where the header says no such number."""
        said = self.header(ATTEMPT)
        return int(said) if ATTEMPTS.fullmatch(said) else 1


@dataclass(frozen=True, slots=True)
class Output:
    """A record to write; its partition and timestamp are those of the input."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: KafkaHeaders
    timestamp: int
    """Milliseconds since 1970-01-01 UTC."""

    @property
    def size(self) -> int:
        """Return how many bytes the broker has to take, no less."""
        headers = sum(len(name.encode()) + len(value or b"") + 10 for name, value in self.headers)
        return len(self.key or b"") + len(self.value or b"") + headers + OVERHEAD
