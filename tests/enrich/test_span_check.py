"""The text at the offsets of every mention is the mention's own."""

from __future__ import annotations

from typing import Any

import pytest

from service.contract.annotations import (
    Count,
    Entity,
    Event,
    EventPlace,
    Location,
    Mention,
    Participant,
    PlaceMention,
    Quote,
    Span,
    Tag,
    Topic,
)
from service.contract.enriched_article import EnrichedArticle, Pipeline
from service.contract.raw_article import Source
from service.enrich.span_check import check, spans
from service.errors import SpanMismatchError

TEXT = "Troops left Sofia."
SOFIA = Mention(start=12, end=17, text="Sofia")
LEFT = Mention(start=7, end=11, text="left")


def record(**lists: Any) -> EnrichedArticle:
    """Return a record of `TEXT` with the given *lists*."""
    empty = dict.fromkeys(
        ("version", "url", "language", "published_at", "updated_at", "embargoed_until", "byline", "dateline")
    )
    pipeline = Pipeline(service="", model="", model_version="", gazetteer="", rules="", fingerprint="")
    return EnrichedArticle(
        id="a", status="enriched", source=Source(), headline="", text=TEXT, pipeline=pipeline, **empty, **lists
    )


def event(trigger: Mention, **more: Any) -> Event:
    """Return an event with *trigger*."""
    return Event(type="RETREAT", trigger=trigger, sentence=Span(start=0, end=18), confidence=1, rule="r", **more)


def test_correct_offsets_pass() -> None:
    """A record whose mentions fit the text is returned."""
    good = record(entities=[Entity(name="Sofia", type="GPE", mentions=[SOFIA], salience=1)], events=[event(LEFT)])

    assert check(good) is good


WRONG = Mention(start=12, end=17, text="Varna")
OUTSIDE = Mention(start=12, end=99, text="Sofia")
EMPTY = Mention(start=3, end=3, text="")


@pytest.mark.parametrize("bad", [WRONG, OUTSIDE, EMPTY], ids=["other words", "outside", "empty"])
@pytest.mark.parametrize(
    "place",
    ["entities", "locations", "trigger", "actors", "event locations", "topics", "tags", "quotes", "speaker", "counts"],
)
def test_a_wrong_mention_anywhere_in_the_record_raises(place: str, bad: Mention) -> None:
    """The check covers every list of the record, at any depth. Its message does not quote the article."""
    where = PlaceMention(start=bad.start, end=bad.end, text=bad.text, as_="name")
    lists: dict[str, dict[str, Any]] = {
        "entities": {"entities": [Entity(name="Sofia", type="GPE", mentions=[SOFIA, bad], salience=1)]},
        "locations": {"locations": [Location(name="Sofia", kind="city", confidence=1, mentions=[where])]},
        "trigger": {"events": [event(bad)]},
        "actors": {"events": [event(LEFT, actors=[Participant(**dict(bad))])]},
        "event locations": {"events": [event(LEFT, locations=[EventPlace(**dict(bad))])]},
        "topics": {"topics": [Topic(medtop="16000000", name="war", score=1, evidence=[SOFIA, bad])]},
        "tags": {"tags": [Tag(tag="war", score=1, evidence=[bad])]},
        "quotes": {"quotes": [Quote(quote=bad)]},
        "speaker": {"quotes": [Quote(quote=SOFIA, speaker=bad)]},
        "counts": {"counts": [Count(kind="killed", number=1, mention=bad)]},
    }

    with pytest.raises(SpanMismatchError) as raised:
        check(record(**lists[place]))

    assert TEXT not in str(raised.value)


def test_every_span_of_a_record_is_checked() -> None:
    """Spans are mentions of an entity as well as the trigger and the sentence of an event."""
    full = record(entities=[Entity(name="Sofia", type="GPE", mentions=[SOFIA], salience=1)], events=[event(LEFT)])

    assert [(name, span.start, span.end) for name, span in spans(full)] == [
        ("entities", 12, 17),
        ("events", 7, 11),
        ("events", 0, 18),
    ]
