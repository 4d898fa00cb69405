"""The language of an article: as stated, else as detected."""

from __future__ import annotations

import pytest

from service.contract.raw_article import RawArticle
from service.enrich.language import LanguageDetector

ENGLISH = (
    "The government said on Friday that it would raise the minimum wage from January, after talks with the unions."
)


@pytest.fixture(scope="module")
def detector() -> LanguageDetector:
    """Return a detector for a service that enriches English."""
    return LanguageDetector(["en"])


@pytest.mark.parametrize("stated", ["en", "en-GB", "EN", "en_US", "de", "ro-RO"])
def test_a_stated_language_is_trusted(detector: LanguageDetector, stated: str) -> None:
    """What the source says stands, even where the text looks otherwise."""
    assert detector.language(RawArticle(body=ENGLISH, language=stated)) == stated


@pytest.mark.parametrize(("stated", "enriched"), [("en-GB", True), ("EN", True), ("de", False), ("ro-RO", False)])
def test_regions_are_the_language(detector: LanguageDetector, stated: str, *, enriched: bool) -> None:
    """`en-GB` is English."""
    assert detector.supports(stated) is enriched


@pytest.mark.parametrize("stated", [None, "", "und", "mul"])
def test_where_none_is_stated_it_is_detected(detector: LanguageDetector, stated: str | None) -> None:
    """Undetermined and multiple are statements of nothing."""
    assert detector.language(RawArticle(body=ENGLISH, language=stated)) == "en"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Guvernul a anunțat vineri că salariul minim va crește din ianuarie, după discuții cu sindicatele.", "ro"),
        ("Правителството обяви в петък, че минималната заплата ще бъде увеличена от януари.", "bg"),
        ("A kormány pénteken bejelentette, hogy januártól emelkedik a minimálbér.", "hu"),
        ("Vláda v piatok oznámila, že minimálna mzda sa od januára zvýši po rokovaniach s odbormi.", "sk"),
        ("Правительство объявило в пятницу, что минимальная зарплата будет повышена с января.", "ru"),  # noqa: RUF001
        ("Уряд оголосив у п'ятницю, що з січня підвищить мінімальну заробітну плату.", "uk"),  # noqa: RUF001
        ("Die Regierung kündigte am Freitag an, den Mindestlohn ab Januar zu erhöhen.", "de"),
        ("Orbán: nem engedünk", "hu"),
    ],
)
def test_other_languages_are_told_apart(detector: LanguageDetector, text: str, language: str) -> None:
    """The languages of the watched countries and of their neighbours, a headline among them."""
    assert detector.language(RawArticle(body=text)) == language


@pytest.mark.parametrize("text", ["NATO", "Biden meets Putin", "JOE BIDEN", "12,345.67", "Oil up 2 pct", "🇺🇦🇺🇦"])
def test_a_text_too_short_to_tell_is_enriched(detector: LanguageDetector, text: str) -> None:
    """In doubt the language stays open or English, and the article is not turned away."""
    language = detector.language(RawArticle(body=text))

    assert language in {None, "en"}
    assert detector.supports(language)


def test_more_languages_are_a_setting() -> None:
    """An operator who names a model for German enriches German."""
    assert LanguageDetector(["en", "de"]).supports("de-AT")


def test_capitals_are_read_too(detector: LanguageDetector) -> None:
    """Wires of the eighties wrote in capitals."""
    assert detector.language(RawArticle(body=ENGLISH.upper())) == "en"
