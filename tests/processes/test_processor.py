"""One message in a worker process: every error becomes a refusal, never an exception."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.contract.outcomes import Message, Refused
from service.contract.reject_reasons import RejectReason
from service.processes.processor import WARM_UP, Processor
from service.settings import Settings

if TYPE_CHECKING:
    import pytest

    from service.contract.enriched_article import EnrichedArticle
    from service.contract.raw_article import RawArticle


def test_a_record_that_cannot_be_serialised_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a surrogate pair in a record costs only this article, and the refusal names the line that failed."""
    processor = Processor(Settings())
    enrich = processor._enricher.enrich

    def broken(article: RawArticle, seconds: dict[str, float]) -> EnrichedArticle:
        """Enrich as usual, then add a character that UTF-8 cannot encode."""
        return enrich(article, seconds).model_copy(update={"headline": "Ministers \ud83d"})

    monkeypatch.setattr(processor._enricher, "enrich", broken)
    outcome = processor.process(Message(WARM_UP.value))

    assert isinstance(outcome, Refused)
    assert (outcome.reason, outcome.stage) == (RejectReason.ENRICH_FAILED, "serialize")
    assert outcome.detail.startswith("PydanticSerializationError at ")
    assert ".py:" in outcome.detail
