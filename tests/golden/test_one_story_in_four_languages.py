"""One story in Romanian, Bulgarian, Hungarian and Slovak gives records with the same places and the same people."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from service.contract.raw_article import RawArticle
from service.enrich.enricher import Enricher
from service.settings import Settings

if TYPE_CHECKING:
    from service.contract.enriched_article import EnrichedArticle

LANGUAGES = ("ro", "bg", "hu", "sk")
PLACES = {
    "Bratislava", "Brussels", "Bucharest", "Budapest", "Bulgaria", "Danube", "Germany", "Hungary", "Kharkiv", "Kyiv",
    "Romania", "Slovakia", "Sofia", "Ukraine",
}  # fmt: skip
"""The places of the story, by the names that an English record has for them."""
PEOPLE = 4
"""Ursula von der Leyen, Péter Magyar, Friedrich Merz and Volodymyr Zelenskyy."""


@pytest.fixture(scope="module")
def records() -> dict[str, EnrichedArticle]:
    """Enrich the four articles."""
    enricher = Enricher(Settings())
    made = {}
    for language in LANGUAGES:
        text = (Path(__file__).parent / "languages" / f"{language}.txt").read_text(encoding="utf-8")
        headline, _, body = text.strip().partition("\n\n")
        made[language] = enricher.enrich(RawArticle(id=f"story-{language}", headline=headline, body=body), {})
    return made


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_language_is_detected(records: dict[str, EnrichedArticle], language: str) -> None:
    """No article states its language."""
    assert records[language].language == language


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_places_are_the_same(records: dict[str, EnrichedArticle], language: str) -> None:
    """Places have the name that they have in English records, whatever their form in the text."""
    assert {location.name for location in records[language].locations} == PLACES


def test_the_countries_are_the_same(records: dict[str, EnrichedArticle]) -> None:
    """All records name the same countries, and watch the same."""
    countries = {language: {row.code for row in record.countries} for language, record in records.items()}

    assert all(codes == {"BE", "BG", "DE", "HU", "RO", "SK", "UA"} for codes in countries.values())
    assert all(set(record.watched) == {"BG", "HU", "RO", "SK"} for record in records.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_person_is_one_entity(records: dict[str, EnrichedArticle], language: str) -> None:
    """Case endings and short names do not make a second entity of a person."""
    people = [entity.name for entity in records[language].entities if entity.type == "PERSON"]

    assert len(people) == PEOPLE, people


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_read_in_english_only_says_so(records: dict[str, EnrichedArticle], language: str) -> None:
    """Events are not coded in these languages, and the record gives that as the reason."""
    record = records[language]

    assert not record.events
    assert "English" in (record.none_found.events or "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_day_and_the_quotation_are_read(records: dict[str, EnrichedArticle], language: str) -> None:
    """The date with its month by name is resolved, and the words between the marks are a quotation."""
    record = records[language]

    assert "2026-06-18" in {date.date for date in record.dates}
    assert len(record.quotes) == 1
