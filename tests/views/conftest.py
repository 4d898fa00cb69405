"""Records to render: a usual one, and a hostile one."""

from __future__ import annotations

import pytest

from service.contract.annotations import (
    CountryShare,
    Entity,
    Event,
    Location,
    Mention,
    Participant,
    PlaceMention,
    Span,
    Tag,
    Topic,
)
from service.contract.enriched_article import EnrichedArticle, Pipeline
from service.contract.raw_article import Source

PIPELINE = Pipeline(
    service="0.1.0", model="en_core_web_sm", model_version="3.8.0", gazetteer="1", rules="1", fingerprint="0123456789ab"
)
HARM = [
    "<script>window.harmed = 1</script>",
    "<img src=x onerror='window.harmed = 1'>",
    '"><svg onload="window.harmed = 1">',
    "</title></textarea></style><script>window.harmed = 1</script>",
    "{{ 7 * 7 }}${window.harmed = 1}",
    "' onmouseover='window.harmed = 1",
    "javascript:window.harmed=1",
    "\u202egnirts\u202c",
]


def mention(text: str, words: str) -> Mention:
    """Return the first mention of *words* in *text*."""
    start = text.index(words)
    return Mention(start=start, end=start + len(words), text=words)


@pytest.fixture
def record() -> EnrichedArticle:
    """Return a record with one of everything that a view shows."""
    headline, body = (
        "Teachers march in Cluj",
        "Thousands of teachers marched in Cluj, Romania, on Monday. None was hurt.",
    )
    text = f"{headline}\n\n{body}"
    cluj = mention(text, "Cluj")
    place = PlaceMention(**cluj.model_dump(), as_="name")
    country = PlaceMention(**mention(text, "Romania").model_dump(), as_="name")
    return EnrichedArticle(
        id="cluj-1",
        version="2",
        status="enriched",
        source=Source(name="A Wire"),
        url="https://wire.example/cluj?a=1&b=2",
        headline=headline,
        text=text,
        language="en",
        published_at="2026-11-23T12:00:00Z",
        updated_at=None,
        embargoed_until=None,
        byline=None,
        dateline=None,
        entities=[
            Entity(name="Cluj", type="GPE", mentions=[cluj], salience=0.6),
            Entity(name="Romania", type="GPE", mentions=[mention(text, "Romania")], salience=0.4),
        ],
        locations=[
            Location(
                name="Cluj-Napoca", kind="city", country="RO", lat=46.77, lon=23.6, admin1="Cluj", confidence=0.9,
                mentions=[place],
            ),
            Location(name="Romania", kind="country", country="RO", lat=46, lon=25, confidence=1, mentions=[country]),
        ],
        countries=[CountryShare(code="RO", mentions=2, share=1, about=True)],
        watched=["RO"],
        events=[
            Event(
                type="PROTEST", mode="demo", tag="protest", trigger=mention(text, "marched"),
                sentence=Span(start=text.index("Thousands"), end=text.index(" None")),
                actors=[Participant(**dict(mention(text, "teachers")))], main=True, confidence=0.8, rule="r1",
            )
        ],
        topics=[
            Topic(medtop="20000066", name="demonstration", score=0.87, evidence=[mention(text, "marched")]),
            Topic(medtop="20000416", name="teachers", score=0.6),
        ],
        tags=[Tag(tag="protest", score=0.9, events=[0])],
        pipeline=PIPELINE,
    )  # fmt: skip


@pytest.fixture
def hostile(record: EnrichedArticle) -> EnrichedArticle:
    """Return a record in which every free text tries to become markup or script."""
    text = "\n".join(HARM)
    words = Mention(start=0, end=len(HARM[0]), text=HARM[0])
    place = PlaceMention(**words.model_dump(), as_="name")
    return record.model_copy(
        update={
            "id": HARM[2],
            "version": HARM[1],
            "source": Source(name=HARM[0], uri=HARM[6]),
            "url": HARM[6],
            "headline": HARM[3],
            "text": text,
            "byline": HARM[5],
            "language": HARM[2],
            "entities": [Entity(name=harm, type="ORG", mentions=[words], salience=1) for harm in HARM],
            "locations": [
                Location(
                    name=harm, kind="city", country="RO", lat=46, lon=25, admin1=harm, confidence=1, mentions=[place]
                )
                for harm in HARM
            ],
            "events": [
                record.events[0].model_copy(
                    update={
                        "mode": harm,
                        "trigger": words,
                        "actors": [Participant(**dict(words))],
                        "sentence": Span(start=0, end=len(text)),
                    }
                )
                for harm in HARM
            ],
            "topics": [Topic(medtop="20000066", name=harm, score=1, evidence=[words]) for harm in HARM],
        }
    )
