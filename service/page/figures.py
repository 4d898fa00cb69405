"""What the page has counted since it started, and whether it reads."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from service.page.publications import Deletion, Publication


@dataclass
class Figures:
    """The figures of the page. They belong to the event loop."""

    reading: bool = False
    """Whether records can be read."""
    browsers: int = 0
    """Browsers that follow the page now."""
    lag: int | None = None
    """Raw articles that wait for the enricher; None if that is unknown."""
    _records: int = 0
    _age_seconds: float = 0.0
    _by_status: Counter[str] = field(default_factory=Counter)

    def count(self, publication: Publication | Deletion) -> None:
        """Count what was just published."""
        self._records += 1
        self._age_seconds += max(0.0, time.time() - publication.timestamp / 1000)
        self._by_status["deleted" if isinstance(publication, Deletion) else publication.status] += 1

    def totals(self) -> dict[str, Any]:
        """Return the totals since the start; the browser computes rates and means from two of them."""
        return {
            "seconds": time.monotonic(),
            "reading": self.reading,
            "records": self._records,
            "age": self._age_seconds,
            "lag": self.lag,
            **{name: self._by_status[name] for name in ("enriched", "unsupported_language", "retracted", "deleted")},
        }
