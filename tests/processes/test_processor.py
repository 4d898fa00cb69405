"""One message in a worker process: every error becomes a refusal, never an exception."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from service.contract.outcomes import Enriched, Message, Refused
from service.contract.reject_reasons import RejectReason
from service.processes.processor import WARM_UP, Processor
from service.settings import Settings

if TYPE_CHECKING:
    import pytest

    from service.contract.enriched_article import EnrichedArticle
    from service.contract.raw_article import RawArticle


def test_there_are_flat_events_only_for_a_topic() -> None:
    """Without the setting none is made, and with it one per event of the record, under its id."""
    settings = Settings()
    without, with_topic = (
        Processor(settings.model_copy(update={"events_topic": topic})).process(WARM_UP) for topic in (None, "events")
    )

    assert isinstance(without, Enriched)
    assert isinstance(with_topic, Enriched)
    assert without.flat_events == {}
    assert without.value == with_topic.value
    assert list(with_topic.flat_events) == [event["id"] for event in orjson.loads(with_topic.value)["events"]]
    assert with_topic.flat_events


def test_a_record_is_counted_under_its_language() -> None:
    """A language that is enriched is named without its region; all others are one, and so are unknown ones."""
    processor = Processor(Settings())
    articles = ({"language": "en-GB"}, {"language": "de"}, {"body": "12:30, 14:45"})
    outcomes = [processor.process(Message(orjson.dumps({"body": "Guten Tag."} | article))) for article in articles]

    assert [isinstance(outcome, Enriched) and outcome.language for outcome in outcomes] == ["en", "other", "unknown"]


def test_an_article_whose_events_are_too_large_is_refused() -> None:
    """All its events together may have as many bytes as a record; otherwise it is refused and none is lost silently."""
    body = "Police arrested him. " * 40
    message = Message(orjson.dumps({"id": "a", "headline": "Hundreds of words " * 100, "body": body}))
    settings = Settings(max_record_bytes=60_000)
    record = Processor(settings).process(message)
    outcome = Processor(settings.model_copy(update={"events_topic": "events"})).process(message)

    assert isinstance(record, Enriched)
    assert isinstance(outcome, Refused)
    assert (outcome.reason, outcome.stage) == (RejectReason.RECORD_TOO_LARGE, "serialize")
    assert outcome.detail.startswith("its events have ")


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
