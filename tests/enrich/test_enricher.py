"""From a raw article to its record, with the shipped model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from service.contract.annotations import Entity, Mention
from service.contract.raw_article import RawArticle
from service.enrich import entities
from service.enrich.enricher import Enricher
from service.errors import SpanMismatchError
from service.settings import Settings

if TYPE_CHECKING:
    from service.contract.enriched_article import EnrichedArticle

ARTICLE = RawArticle(
    id="a1",
    headline="Stoltenberg visits Bucharest",
    body="BUCHAREST (Reuters) - NATO Secretary General Jens Stoltenberg met Klaus Iohannis on Friday.",
    language="en",
)


@pytest.fixture(scope="module")
def enricher() -> Enricher:
    """Return the enricher with default settings."""
    return Enricher(Settings())


def enrich(enricher: Enricher, **fields: object) -> EnrichedArticle:
    """Return the record of `ARTICLE` with some fields changed."""
    return enricher.enrich(ARTICLE.model_copy(update=fields), {})


def test_a_record_holds_the_article_and_its_annotations(enricher: Enricher) -> None:
    """Headline and body form the text, and a name in both is one entity."""
    record = enrich(enricher)
    stoltenberg = next(entity for entity in record.entities if entity.name == "Jens Stoltenberg")

    assert record.status == "enriched"
    assert record.text == f"{ARTICLE.headline}\n\n{ARTICLE.body}"
    assert [mention.text for mention in stoltenberg.mentions] == ["Stoltenberg", "Jens Stoltenberg"]
    assert record.none_found.entities is None


def test_the_same_article_gives_the_same_bytes_after_any_other(enricher: Enricher) -> None:
    """A record depends on its article alone, not on earlier articles or on the process."""
    alone = Enricher(Settings()).enrich(ARTICLE, {}).model_dump_json()
    enrich(enricher, body="Zarnovex of Pepperkorn met Stoltenberg in Ottawa, Stoltenberg said, (Zarnovex) & Co.")

    assert enrich(enricher).model_dump_json() == alone


def test_a_speaker_is_an_entity_of_the_record(enricher: Enricher) -> None:
    """The speaker of a quotation is the entity, even if the words there are only a pronoun."""
    record = enrich(enricher, headline="", body="Klaus Iohannis spoke on Friday. “We are ready to help them,” he said.")
    quote = record.quotes[0]

    assert quote.speaker is not None
    assert quote.speaker.text == "he"
    assert quote.speaker_entity is not None
    assert record.entities[quote.speaker_entity].name == "Klaus Iohannis"


@pytest.mark.parametrize("status", ["withheld", "canceled"])
def test_a_killed_article_is_retracted_and_not_read(enricher: Enricher, status: str) -> None:
    """The record says so, and gives it as the reason for its empty lists."""
    record = enrich(enricher, status=status)

    assert record.status == "retracted"
    assert record.entities == []
    assert record.none_found.entities == record.none_found.events == f"the article was {status} by its source"


@pytest.mark.parametrize(
    ("fields", "language"),
    [
        ({"language": "de-AT"}, "de-AT"),
        ({"language": None, "headline": "", "body": "Rząd ogłosił w piątek, że płaca minimalna wzrośnie."}, "pl"),
    ],
)
def test_an_article_in_another_language_is_passed_on_unread(
    enricher: Enricher, fields: dict[str, object], language: str
) -> None:
    """Stated or detected, the record names the language and those that are enriched. It is not a dead letter."""
    record = enrich(enricher, **fields)

    assert (record.status, record.language, record.entities) == ("unsupported_language", language, [])
    assert record.none_found.entities == f"the article's language is {language}; enriched are: en, ro, bg, hu, sk"


@pytest.mark.parametrize("published", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "0001-01-02T00:00:00Z"])
def test_an_article_with_a_placeholder_date_is_enriched(enricher: Enricher, published: str) -> None:
    """Systems write the first or last possible date for "never". Dates in the text are then found but not resolved."""
    body = "The ministers met yesterday and will meet tomorrow, as they did last week and on Monday."
    article = RawArticle.model_validate({"id": "1", "body": body, "language": "en", "published_at": published})
    record = enricher.enrich(article, {})

    assert record.status == "enriched"
    assert {"yesterday", "tomorrow", "last week", "Monday"} <= {mention.text for mention in record.dates}
    assert {mention.date for mention in record.dates} == {None}


def test_an_empty_list_has_a_reason(enricher: Enricher) -> None:
    """If nothing is found, the record says why."""
    record = enrich(enricher, headline="", body="Nothing to report.")

    assert record.entities == []
    assert record.none_found.entities
    assert record.none_found.locations
    assert record.none_found.events
    assert record.none_found.topics


@pytest.mark.parametrize("body", ["\x00\x1b[31mBucharest\x1b[0m\u202e", "(" * 50_000, "🇷🇴" * 5_000, "a\n" * 2_000, "."])
def test_unusual_texts_are_enriched(enricher: Enricher, body: str) -> None:
    """Control characters, ruled lines and emoji do not stop the stages."""
    assert enrich(enricher, headline="", body=body).status == "enriched"


def test_a_mention_with_wrong_offsets_raises(enricher: Enricher, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stage that returns words that are not at their offsets has a bug: no record is published."""
    wrong = Entity(name="x", type="ORG", mentions=[Mention(start=0, end=1, text="x")], salience=1)
    monkeypatch.setattr(entities.EntityFinder, "find", lambda *_, **__: [wrong])

    with pytest.raises(SpanMismatchError):
        enrich(enricher)


def test_the_time_of_each_stage_is_reported(enricher: Enricher) -> None:
    """The metrics receive the seconds of each stage."""
    seconds: dict[str, float] = {}
    enricher.enrich(ARTICLE, seconds)

    assert {"language", "model", "entities", "check"} <= seconds.keys()


def test_the_nato_summit_has_the_expected_entities(enricher: Enricher) -> None:
    """The article of the demo has exactly the entities that a human reader finds in it."""
    root = Path(__file__).parents[2]
    article = json.loads((root / "service/local_kafka/nato-summit-2022.json").read_text("utf-8"))
    expected = json.loads((root / "tests/golden/nato-summit-2022.entities.json").read_text("utf-8"))

    record = enricher.enrich(RawArticle.model_validate(article), {})

    assert [
        [entity.name, entity.type, [mention.text for mention in entity.mentions]] for entity in record.entities
    ] == expected


FORM = (
    "Sign up for our newsletter. Choose your country Albania Chile Norway Peru. By signing up, you agree to our terms."
)
CAPTION = "Police arrest a man in Oslo, Norway. Photograph: Kari Hansen/AFP/Getty Images"


def test_nothing_is_found_in_the_boilerplate_of_a_web_page(enricher: Enricher) -> None:
    """The record keeps the text and lists the stretches, but no entity, place, event or date comes from them."""
    body = f"{CAPTION}\n\n{ARTICLE.body}\n\n{FORM}"
    plain, record = enrich(enricher), enrich(enricher, body=body)

    assert record.text == f"{ARTICLE.headline}\n\n{body}"
    assert [record.text[span.start : span.end] for span in record.boilerplate] == [CAPTION, FORM]
    assert [entity.name for entity in record.entities] == [entity.name for entity in plain.entities]
    assert [place.name for place in record.locations] == [place.name for place in plain.locations]
    assert [event.type for event in record.events] == [event.type for event in plain.events]


def test_an_article_without_boilerplate_lists_none(enricher: Enricher) -> None:
    """A wire article is read as it is."""
    assert enrich(enricher).boilerplate == []


def test_an_article_of_boilerplate_alone_has_a_record(enricher: Enricher) -> None:
    """A page from which only a form was taken is no bug: its record is empty and says why."""
    record = enrich(enricher, headline="", body=FORM)

    assert record.entities == [] == record.events
    assert record.none_found.entities is not None
