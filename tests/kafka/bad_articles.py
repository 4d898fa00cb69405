"""The real enrichment, with bad articles among the good ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.processes.processor import Processor
from tests.kafka.processors import act

if TYPE_CHECKING:
    from service.contract.outcomes import Message, Outcome


class Rough(Processor):
    """The real thing, that also does what an article's id says: for bad articles among good ones."""

    def process(self, message: Message) -> Outcome:
        """Do what the id says, then enrich."""
        for deed in ("hang", "spin", "freeze", "die", "segfault", "eat"):
            if message.key == deed.encode():
                act(deed)
        if message.key != b"raise":
            return super().process(message)
        whole = self._enricher
        self._enricher = None  # type: ignore[assignment] # the next stage raises on it
        try:
            return super().process(message)
        finally:
            self._enricher = whole
