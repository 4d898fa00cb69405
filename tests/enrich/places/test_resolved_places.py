"""The place stage finds places, resolves them, and says which countries an article is about, with any labels."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import spacy

from service.contract.enriched_article import EnrichedArticle, Pipeline
from service.contract.raw_article import RawArticle
from service.enrich import places as locations
from service.enrich.gazetteer.places import Gazetteer
from service.views.geojson import feature_collection
from tests.enrich.places.marked_text import read

if TYPE_CHECKING:
    from service.contract.annotations import CountryShare, Location

NLP = spacy.blank("en")
GOLDEN = Path(__file__).parents[3] / "service" / "local_kafka" / "nato-summit-2022.json"


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    """Load the shipped gazetteer."""
    return Gazetteer()


def find(marked: str, gazetteer: Gazetteer, headline: str = "") -> tuple[list[Location], list[CountryShare]]:
    """Return the places and countries of *marked*."""
    body = f"{headline}\n\n{marked}" if headline else marked
    doc = read(NLP, body)
    article = RawArticle(id="1", headline=headline, body=doc.text[len(headline) + 2 :] if headline else doc.text)
    return locations.find(doc, article, gazetteer)


def places(marked: str, gazetteer: Gazetteer) -> dict[str, tuple[str, str | None]]:
    """Return the kind and the country of each place in *marked* by name."""
    return {place.name: (place.kind, place.country) for place in find(marked, gazetteer)[0]}


def division(marked: str, name: str, gazetteer: Gazetteer) -> tuple[str | None, str | None]:
    """Return the country and the division of the place with the name *name*."""
    return next((place.country, place.admin1) for place in find(marked, gazetteer)[0] if place.name == name)


def test_a_people_is_not_a_city(gazetteer: Gazetteer) -> None:
    """`Ukrainian` is a demonym even if the model calls it a place."""
    ((ukraine,), _) = find("The [GPE Ukrainian] army advanced.", gazetteer)
    assert (ukraine.name, ukraine.mentions[0].as_) == ("Ukraine", "demonym")


@pytest.mark.parametrize(
    "text",
    [
        "The [ORG Bank of Romania] raised rates.",
        "[PERSON Sofia Vergara] sang.",
        "The [ORG New York Times] wrote so.",
        "He answered in Hungarian.",
        "French-speaking pupils came.",
        "Let us go.",
        "The Ebola virus spread.",
    ],
)
def test_names_of_other_things_are_not_places(gazetteer: Gazetteer, text: str) -> None:
    """Parts of organisations and persons, languages, lower-case words and diseases are not places."""
    assert find(text, gazetteer)[0] == []


@pytest.mark.parametrize(
    ("text", "name", "country"),
    [
        ("They met in [PERSON Sofia] on Monday.", "Sofia", "BG"),
        ("The [NORP Sochi] talks failed.", "Sochi", "RU"),
        ("[ORG Kyiv's Independence Square] was full.", "Kyiv", "UA"),
        ("Rebels left Homs and Aleppo.", "Aleppo", "SY"),
        ("The [NORP U.S.-Mexico] border is closed.", "Mexico", "MX"),
        ("They crossed near [ORG Roszke], [GPE Hungary].", "Röszke", "HU"),
        ("[GPE U.S.] troops came.", "United States", "US"),
    ],
)
def test_missed_and_mislabelled_places_are_found(gazetteer: Gazetteer, text: str, name: str, country: str) -> None:
    """A known place is found with any label or none if the words around it say that it is a place."""
    assert places(text, gazetteer)[name][1] == country


def test_a_name_that_the_model_cut_is_widened(gazetteer: Gazetteer) -> None:
    """Two countries are called Congo, and models cut their long names."""
    countries = places("The [GPE Democratic Republic] of the [GPE Congo] voted.", gazetteer)
    assert countries == {"Democratic Republic of Congo": ("country", "CD")}


def test_a_dateline_weighs_less_than_the_text(gazetteer: Gazetteer) -> None:
    """The places before the dash, in capitals or not, say where the reporter was."""
    found, countries = find("BUDAPEST, Hungary (AP) - Prices rose, [GPE Romania] said.", gazetteer)
    assert [(place.name, place.mentions[0].as_) for place in found] == [
        ("Budapest", "dateline"),
        ("Hungary", "dateline"),
        ("Romania", "name"),
    ]
    assert countries[0].code == "RO"


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("He was born in [GPE Paris], [GPE Texas].", "Paris", ("US", "Texas")),
        ("A fire in [GPE Springfield], Ill., killed two.", "Springfield", ("US", "Illinois")),
        ("[GPE Paris] and [GPE Lyon] in [GPE France] were flooded.", "Paris", ("FR", "Île-de-France")),
        ("[GPE Paris], [GPE Bonham] and [GPE Sulphur Springs] got rain.", "Paris", ("US", "Texas")),
        ("[GPE Cluj-Napoca], [GPE Romania], has a festival.", "Cluj-Napoca", ("RO", "Cluj")),
        ("[GPE Washington] refused to comment on [GPE Iran].", "Washington", ("US", "District of Columbia")),
    ],
)
def test_the_article_resolves_an_ambiguous_name(
    gazetteer: Gazetteer, text: str, name: str, expected: tuple[str, str]
) -> None:
    """A name stands for the place that the text states, or that fits the other places of the article."""
    assert division(text, name, gazetteer) == expected


def test_a_dateline_in_its_own_field_is_evidence(gazetteer: Gazetteer) -> None:
    """A dateline outside the text helps to resolve an ambiguous name."""
    doc = read(NLP, "The mayor of [GPE Paris] resigned.")
    article = RawArticle(id="1", body=doc.text, dateline="BONHAM, Texas (AP)")
    ((paris,), _) = locations.find(doc, article, gazetteer)
    assert paris.admin1 == "Texas"


def test_geojson_has_a_point_for_every_place_with_coordinates(gazetteer: Gazetteer) -> None:
    """Each place is a feature: a point with longitude first, or null for a place without coordinates."""
    doc = read(NLP, "[GPE Romania] and [LOC the West] met.")
    found, countries = locations.find(doc, RawArticle(id="1", body=doc.text), gazetteer)
    empty = {name: None for name, field in EnrichedArticle.model_fields.items() if field.is_required()}
    fields = {"id": "1", "status": "enriched", "source": {}, "headline": "They met", "text": doc.text}
    pipeline = dict.fromkeys(Pipeline.model_fields, "")
    places = {"locations": found, "countries": countries}
    record = EnrichedArticle.model_validate(empty | fields | places | {"pipeline": pipeline})
    romania, west = feature_collection([record])["features"]
    assert romania["geometry"] == {"type": "Point", "coordinates": [25.0, 46.0]}
    assert romania["properties"]["geonames_id"] == 798549
    assert west["geometry"] is None


def test_one_name_may_be_two_places(gazetteer: Gazetteer) -> None:
    """If the text says so, one name stands for two places in one article."""
    found, _ = find("[GPE Springfield], [GPE Missouri], beat [GPE Springfield], [GPE Illinois].", gazetteer)
    assert [place.admin1 for place in found if place.name == "Springfield"] == ["Missouri", "Illinois"]


def test_georgia_is_a_country_or_a_state(gazetteer: Gazetteer) -> None:
    """Georgia is the country beside Armenia and the state beside Atlanta."""
    assert places("[GPE Georgia] and [GPE Armenia] signed in [GPE Tbilisi].", gazetteer)["Georgia"] == ("country", "GE")
    american = "Voters in [GPE Georgia], [GPE Alabama] and [GPE Florida] went to the polls; [GPE Atlanta] was quiet."
    assert places(american, gazetteer)["Georgia"] == ("admin1", "US")


@pytest.mark.parametrize(
    "text",
    [
        "[GPE Georgia] Gov. Brian Kemp spoke.",
        "[GPE Georgia]'s governor signed it.",
        "The governor of [GPE Georgia] signed it.",
        "Gov. Brian Kemp of [GPE Georgia] signed it.",
        "[GPE Georgia] Attorney General Chris Carr sued.",
        "[GPE Georgia] Secretary of State Brad Raffensperger refused.",
        "[GPE Georgia] state senator Jane Doe resigned.",
        "[GPE Georgia] voted for Biden, said Governor Brian Kemp.",
    ],
)
def test_an_office_of_a_state_is_evidence_for_the_state(gazetteer: Gazetteer, text: str) -> None:
    """Countries have no governor, so Georgia beside one is the state."""
    assert places(text, gazetteer) == {"Georgia": ("admin1", "US")}


@pytest.mark.parametrize(
    "text",
    [
        "The [NORP Georgian] governor spoke.",
        "[GPE Georgia] welcomed Secretary of State Antony Blinken.",
        "[GPE Georgia]'s prime minister met Governor Newsom.",
        "[GPE Georgia] rejected it. Governor Newsom spoke.",
    ],
)
def test_an_office_of_somebody_else_is_no_evidence(gazetteer: Gazetteer, text: str) -> None:
    """Georgians, their ministers and the hosts of an American visitor belong to the country."""
    assert places(text, gazetteer) == {"Georgia": ("country", "GE")}


def test_washington_with_a_governor_is_the_state(gazetteer: Gazetteer) -> None:
    """The capital has no governor, but governors visit it."""
    assert places("[GPE Washington] Gov. Jay Inslee spoke.", gazetteer)["Washington"] == ("admin1", "US")
    assert places("To [GPE Washington] came Gov. Gavin Newsom.", gazetteer)["Washington"] == ("city", "US")


@pytest.mark.parametrize(("city", "country"), [("Pyongyang", "North Korea"), ("Seoul", "South Korea")])
def test_koreans_belong_to_the_capital_beside_them(gazetteer: Gazetteer, city: str, country: str) -> None:
    """Korean is the demonym of two countries."""
    assert country in places(f"[NORP Korean] officials met in [GPE {city}].", gazetteer)


def test_koreans_without_context_are_uncertain(gazetteer: Gazetteer) -> None:
    """Without context the South is the more frequent meaning, with low confidence."""
    ((korea,), _) = find("[NORP Korean] officials met.", gazetteer)
    assert (korea.country, korea.confidence < 0.8) == ("KR", True)


@pytest.mark.parametrize("name", ["Eastern Europe", "the Balkans", "Central and Eastern Europe", "the Baltic states"])
def test_regions_of_many_countries_stay_regions(gazetteer: Gazetteer, name: str) -> None:
    """A region of many countries has no country and adds to the share of none."""
    found, countries = find(f"Troops moved to [LOC {name}].", gazetteer)
    assert [(place.kind, place.country) for place in found] == [("region", None)]
    assert countries == []


def test_an_unknown_place_is_reported_without_an_id(gazetteer: Gazetteer) -> None:
    """A place that the gazetteer lacks is reported unresolved if the words around it say that it is a place."""
    ((unknown,), _) = find("They fled to the village of [GPE Xyzbrok].", gazetteer)
    assert (unknown.name, unknown.geonames_id, unknown.lat, unknown.confidence) == ("Xyzbrok", None, None, 0)


def test_confidence_falls_with_ambiguity(gazetteer: Gazetteer) -> None:
    """A Springfield without a state is uncertain, and Bucharest is certain."""
    found, _ = find("[GPE Springfield] and [GPE Bucharest] agree.", gazetteer)
    confidence = {place.name: place.confidence for place in found}
    assert confidence["Springfield"] < 0.8
    assert confidence["Bucharest"] > 0.95


def test_us_dollars_are_no_place(gazetteer: Gazetteer) -> None:
    """Papers of many countries write amounts in them."""
    text = "The school in [GPE Oaxaca] cost [GPE US] $3.4 million. [GPE US] officials opened it."
    locations_found, _ = find(text, gazetteer)

    american = next(place for place in locations_found if place.country == "US")
    assert [mention.start for mention in american.mentions] == [len("The school in Oaxaca cost US $3.4 million. ")]


def test_an_article_is_not_about_every_country_it_mentions(gazetteer: Gazetteer) -> None:
    """It is about the country in headline and lead, and not about one mentioned once at the end."""
    body = "[NORP Slovak] police raided offices in [GPE Bratislava] and [GPE Kosice]. " + "They found nothing. " * 40
    _, countries = find(body + "A similar raid was made in [GPE Norway].", gazetteer, headline="Slovakia raids offices")
    assert {country.code: country.about for country in countries} == {"SK": True, "NO": False}
    assert countries[0].mentions == 4
    assert sum(country.share for country in countries) == pytest.approx(1.0)


def test_the_countries_of_the_summit_article_are_resolved(gazetteer: Gazetteer) -> None:
    """Without any labels of a model, the article gives the countries with their GeoNames ids."""
    article = RawArticle.model_validate(json.loads(GOLDEN.read_text(encoding="utf-8")))
    found, countries = locations.find(NLP(article.text), article, gazetteer)
    ids = {place.country: place.geonames_id for place in found if place.kind == "country"}
    expected = {"RO": 798549, "BG": 732800, "HU": 719819, "SK": 3057568, "UA": 690791, "RU": 2017370, "PL": 798544}
    assert expected.items() <= ids.items()
    assert {"US", "NO"} <= ids.keys()
    assert {country.code for country in countries if country.about} >= {"UA", "RU"}
    roles = {mention.text: mention.as_ for place in found for mention in place.mentions}
    assert roles["Russian"] == roles["Ukrainian"] == roles["Ukrainians"] == "demonym"


def test_offsets_count_code_points(gazetteer: Gazetteer) -> None:
    """Every mention equals the text at its offsets, also after characters beyond the first plane."""
    found, _ = find(
        "\U0001f1f7\U0001f1f4 [GPE Romania]\u2019s and Bulgaria\u2019s ministers met in Cluj\u2011Napoca.", gazetteer
    )
    text = "\U0001f1f7\U0001f1f4 Romania\u2019s and Bulgaria\u2019s ministers met in Cluj\u2011Napoca."
    mentions = [mention for place in found for mention in place.mentions]
    assert mentions
    assert all(text[mention.start : mention.end] == mention.text for mention in mentions)


def test_a_list_of_thousands_of_places_is_resolved(gazetteer: Gazetteer) -> None:
    """These are too many to be weighed together, so they are resolved in parts."""
    names = [gazetteer.place(len(gazetteer) - 1 - 7 * number).name for number in range(3_000)]
    text = "\n".join(f"[GPE {name}]" for name in names if not set(name) & set("[],'"))
    found, _ = find(text, gazetteer)
    assert len(found) > 1_000


@pytest.mark.parametrize("between", ["A" * 20_000 + ". ", " " + "A" * 20_000, " A" * 20_000 + ";"])
def test_a_long_run_between_two_places_does_no_harm(gazetteer: Gazetteer, between: str) -> None:
    """Both countries are found and weighed, with 20,000 characters or words between them."""
    _, countries = find(f"[GPE Romania] {between} [GPE Bulgaria]", gazetteer)
    assert {(country.code, country.about) for country in countries} == {("BG", True), ("RO", True)}


@pytest.mark.parametrize("label", ["GPE", "FAC"])
def test_a_name_of_thousands_of_words_does_no_harm(gazetteer: Gazetteer, label: str) -> None:
    """The country beside a name of 20,000 words is found."""
    found, _ = find(f"[{label} {'Xyzbrok ' * 20_000}Bridge] lies in [GPE Romania].", gazetteer)
    assert [place.name for place in found] == ["Romania"]


@pytest.mark.parametrize("text", ["", " ", "...", "A", "\n\n", "--- - ,", "Nothing here is a place."])
def test_a_text_without_places_gives_none(gazetteer: Gazetteer, text: str) -> None:
    """Places and countries are empty lists."""
    assert find(text, gazetteer) == ([], [])


def test_money_and_institutions_tell_the_country_of_an_article_without_places(gazetteer: Gazetteer) -> None:
    """A local paper does not name its country."""
    _, money = find("The fraud cost lenders HK$20 million, the judge said.", gazetteer)
    _, institutions = find("The [ORG University of Johannesburg] closed on Monday.", gazetteer)

    assert [(country.code, country.about) for country in money] == [("HK", True)]
    assert [(country.code, country.about) for country in institutions] == [("ZA", True)]
