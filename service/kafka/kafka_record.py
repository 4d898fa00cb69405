"""A Kafka record that was read, and one to write."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Self

from service.contract.headers import ATTEMPT, TRACE_HEADERS, KafkaHeaders
from service.contract.outcomes import Message

ATTEMPT_NUMBER = re.compile(r"[1-9][0-9]{0,2}", re.ASCII)  # producers of articles can set the header too
OVERHEAD_BYTES = 256  # of a record beside key, value and headers: its batch header has 61, its own fields below 50
HEADER_OVERHEAD_BYTES = 10  # two lengths as varints, of at most 5 bytes each


@dataclass(frozen=True, slots=True)
class KafkaRecord:
    """A record of a topic: a raw article, or a dead letter."""

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
        """Return the record that a consumer of kafka-python read as *record*."""
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
        """Return the record as a worker process receives it: null values of headers become empty."""
        headers = tuple((name, value or b"") for name, value in self.headers)
        return Message(self.value, self.key, headers, self.timestamp)

    @property
    def origin(self) -> str:
        """Return `topic/partition/offset`, which identifies the record permanently."""
        return f"{self.topic}/{self.partition}/{self.offset}"

    def header(self, name: str) -> str:
        """Return the value of the last header called *name*, or an empty string if there is none."""
        values = [value for key, value in self.headers if key == name]
        return values[-1].decode(errors="replace") if values and values[-1] else ""

    @property
    def trace(self) -> dict[str, bytes]:
        """Return the trace headers by their names in lower case. If a name is repeated, the last one counts."""
        return {name.lower(): value or b"" for name, value in self.headers if name.lower() in TRACE_HEADERS}

    @property
    def attempt(self) -> int:
        """Return how often the article has been tried, including this time; 1 if no header holds such a number."""
        number = self.header(ATTEMPT)
        return int(number) if ATTEMPT_NUMBER.fullmatch(number) else 1


@dataclass(frozen=True, slots=True)
class Output:
    """A record to write, to the partition and with the timestamp of its input."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: KafkaHeaders
    timestamp: int
    """Milliseconds since 1970-01-01 UTC."""

    @property
    def size(self) -> int:
        """Return an upper bound of the bytes that the broker must accept."""
        headers = sum(len(name.encode()) + len(value or b"") + HEADER_OVERHEAD_BYTES for name, value in self.headers)
        return len(self.key or b"") + len(self.value or b"") + headers + OVERHEAD_BYTES
