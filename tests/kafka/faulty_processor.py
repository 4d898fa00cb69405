"""The real enrichment, with faults for some articles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.processes.processor import Processor
from tests.kafka.processors import misbehave

if TYPE_CHECKING:
    from service.contract.outcomes import Message, Outcome


class FaultyProcessor(Processor):
    """The real enrichment, except for articles whose key names a fault."""

    def process(self, message: Message) -> Outcome:
        """Cause the fault that the key names, then enrich."""
        for fault in ("hang", "spin", "freeze", "die", "segfault", "eat"):
            if message.key == fault.encode():
                misbehave(fault)
        if message.key != b"raise":
            return super().process(message)
        enricher = self._enricher
        self._enricher = None  # type: ignore[assignment] # the next stage raises on it
        try:
            return super().process(message)
        finally:
            self._enricher = enricher
