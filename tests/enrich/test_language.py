"""The language of an article is the stated one, or else the detected one."""

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
    """The source's statement counts, even if the text looks different."""
    assert detector.language(RawArticle(body=ENGLISH, language=stated)) == stated


@pytest.mark.parametrize(("stated", "enriched"), [("en-GB", True), ("EN", True), ("de", False), ("ro-RO", False)])
def test_regions_do_not_matter(detector: LanguageDetector, stated: str, *, enriched: bool) -> None:
    """`en-GB` counts as English."""
    assert detector.supports(stated) is enriched


@pytest.mark.parametrize("stated", [None, "", "und", "mul"])
def test_a_language_that_is_not_stated_is_detected(detector: LanguageDetector, stated: str | None) -> None:
    """The codes for "undetermined" and "multiple languages" state no language."""
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
        ("Vláda v pátek oznámila, že se minimální mzda od ledna zvýší po jednání s odbory.", "cs"),
        ("Владата во петокот објави дека минималната плата ќе се зголеми од јануари.", "mk"),  # noqa: RUF001
        ("Влада је у петак саопштила да ће минимална плата бити повећана од јануара.", "sr"),  # noqa: RUF001
        ("Guvernul a anuntat vineri ca salariul minim va creste din ianuarie, dupa discutii.", "ro"),
    ],
)
def test_other_languages_are_detected(detector: LanguageDetector, text: str, language: str) -> None:
    """This covers the languages of the watched countries and of their neighbours, and one headline."""
    assert detector.language(RawArticle(body=text)) == language


def test_croatian_serbian_and_bosnian_count_together() -> None:
    """What may be any of the three is certainly none of the languages that are enriched."""
    text = "Vlada je u petak objavila da će minimalna plaća rasti od siječnja, nakon razgovora sa sindikatima."
    detector = LanguageDetector(["en", "ro", "bg", "hu", "sk"])

    assert not detector.supports(detector.language(RawArticle(body=text)))


@pytest.mark.parametrize(
    ("headline", "body", "language"),
    [
        ("Breaking: Live updates from the summit", "Premiér v piatok pricestoval na rokovania do Prahy.", "sk"),
        ("Novo Nordisk, Reuters, Wall Street", "A gyár jövőre kétszáz új dolgozót vesz fel a városban.", "hu"),
        ("„Мир“", "The orchestra will play the new work in London on Friday evening.", "en"),
    ],
)
def test_the_body_decides_against_its_headline(headline: str, body: str, language: str) -> None:
    """A headline in another language, or one of names, decides nothing."""
    detector = LanguageDetector(["en", "ro", "bg", "hu", "sk"])

    assert detector.language(RawArticle(headline=headline, body=body)) == language


def test_the_headline_helps_a_body_in_doubt(detector: LanguageDetector) -> None:
    """A body of names and figures leaves the language to the headline."""
    body = "Braun 81,3, Meyer 80,9, Dupont 79,2, Rossi 78,8"

    assert detector.language(RawArticle(headline="Orbán: nem engedünk a zsarolásnak", body=body)) == "hu"


@pytest.mark.parametrize("text", ["NATO", "Biden meets Putin", "JOE BIDEN", "12,345.67", "Oil up 2 pct", "🇺🇦🇺🇦"])
def test_a_text_too_short_for_detection_is_enriched(detector: LanguageDetector, text: str) -> None:
    """In doubt the language is unknown or English, and the article is enriched."""
    language = detector.language(RawArticle(body=text))

    assert language in {None, "en"}
    assert detector.supports(language)


def test_an_operator_can_enrich_more_languages() -> None:
    """An operator with a model for German can add German."""
    assert LanguageDetector(["en", "de"]).supports("de-AT")


def test_a_text_in_capitals_is_detected(detector: LanguageDetector) -> None:
    """News wires of the 1980s wrote in capitals."""
    assert detector.language(RawArticle(body=ENGLISH.upper())) == "en"
