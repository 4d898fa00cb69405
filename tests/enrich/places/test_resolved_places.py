"""Places: what is one, which one it is, and which countries the article is about. Runs with any model's labels."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import spacy

from service.contract.enriched_article import EnrichedArticle, Pipeline
from service.contract.raw_article import RawArticle
from service.enrich import places as locations
from service.enrich.gazetteer.places import Gazetteer
from service.views.geojson import feature_collection

if TYPE_CHECKING:
    from spacy.tokens import Doc

    from service.contract.annotations import CountryShare, Location

NLP = spacy.blank("en")
GOLDEN = Path(__file__).parents[3] / "service" / "local_kafka" / "nato-summit-2022.json"


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    """Load the shipped gazetteer."""
    return Gazetteer()


def read(marked: str) -> Doc:
    """Return the doc of *marked*, in which `[GPE Paris]` is a name that the model found."""
    text, spans = "", []
    for part in re.split(r"(\[[A-Z_]+ [^\]]+\])", marked):
        name = re.fullmatch(r"\[([A-Z_]+) ([^\]]+)\]", part)
        if name:
            spans.append((len(text), len(text) + len(name[2]), name[1]))
        text += name[2] if name else part
    doc = NLP(text)
    found = [doc.char_span(start, end, label, alignment_mode="expand") for start, end, label in spans]
    doc.ents = tuple(span for span in found if span is not None)
    return doc


def find(marked: str, gazetteer: Gazetteer, headline: str = "") -> tuple[list[Location], list[CountryShare]]:
    """Return the places and countries of *marked*."""
    body = f"{headline}\n\n{marked}" if headline else marked
    doc = read(body)
    article = RawArticle(id="1", headline=headline, body=doc.text[len(headline) + 2 :] if headline else doc.text)
    return locations.find(doc, article, gazetteer)


def places(marked: str, gazetteer: Gazetteer) -> dict[str, tuple[str, str | None]]:
    """Return name → (kind, country) of what is found in *marked*."""
    return {one.name: (one.kind, one.country) for one in find(marked, gazetteer)[0]}


def division(marked: str, name: str, gazetteer: Gazetteer) -> tuple[str | None, str | None]:
    """Return the country and the division of the place called *name*."""
    return next((one.country, one.admin1) for one in find(marked, gazetteer)[0] if one.name == name)


def test_a_people_is_no_city(gazetteer: Gazetteer) -> None:
    """What the model calls a place (`Ukrainian`) is a demonym all the same."""
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
def test_what_is_no_place(gazetteer: Gazetteer, text: str) -> None:
    """Parts of organisations and persons, languages, small words and diseases are no places."""
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
def test_what_the_model_misses_or_mislabels(gazetteer: Gazetteer, text: str, name: str, country: str) -> None:
    """A known place is found where the words around it say so, whatever the model called it."""
    assert places(text, gazetteer)[name][1] == country


def test_the_whole_name_counts(gazetteer: Gazetteer) -> None:
    """Two countries are called Congo, and their long names are cut by models."""
    found = places("The [GPE Democratic Republic] of the [GPE Congo] voted.", gazetteer)
    assert found == {"Democratic Republic of Congo": ("country", "CD")}


def test_datelines(gazetteer: Gazetteer) -> None:
    """The place before the dash is where the reporter sat, in capitals or not."""
    found, countries = find("BUDAPEST, Hungary (AP) - Prices rose, [GPE Romania] said.", gazetteer)
    assert [(one.name, one.mentions[0].as_) for one in found] == [
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
def test_which_of_many(gazetteer: Gazetteer, text: str, name: str, expected: tuple[str, str]) -> None:
    """A name stands for the place that the text says, or that fits the article's other places."""
    assert division(text, name, gazetteer) == expected


def test_the_dateline_beside_the_text_counts(gazetteer: Gazetteer) -> None:
    """A dateline that comes in a field of its own tells which of many is meant."""
    doc = read("The mayor of [GPE Paris] resigned.")
    article = RawArticle(id="1", body=doc.text, dateline="BONHAM, Texas (AP)")
    ((paris,), _) = locations.find(doc, article, gazetteer)
    assert paris.admin1 == "Texas"


def test_geojson_has_a_point_for_every_place_that_has_one(gazetteer: Gazetteer) -> None:
    """A record gives a point a place, longitude first, and null for what has no point."""
    doc = read("[GPE Romania] and [LOC the West] met.")
    found, countries = locations.find(doc, RawArticle(id="1", body=doc.text), gazetteer)
    empty = {name: None for name, field in EnrichedArticle.model_fields.items() if field.is_required()}
    made = {"id": "1", "status": "enriched", "source": {}, "headline": "They met", "text": doc.text}
    pipeline = dict.fromkeys(Pipeline.model_fields, "")
    places = {"locations": found, "countries": countries}
    record = EnrichedArticle.model_validate(empty | made | places | {"pipeline": pipeline})
    romania, west = feature_collection([record])["features"]
    assert romania["geometry"] == {"type": "Point", "coordinates": [25.0, 46.0]}
    assert romania["properties"]["geonames_id"] == 798549
    assert west["geometry"] is None


def test_one_name_two_places(gazetteer: Gazetteer) -> None:
    """Where the text says so, one name stands for two places of one article."""
    found, _ = find("[GPE Springfield], [GPE Missouri], beat [GPE Springfield], [GPE Illinois].", gazetteer)
    assert [one.admin1 for one in found if one.name == "Springfield"] == ["Missouri", "Illinois"]


def test_georgia_is_two(gazetteer: Gazetteer) -> None:
    """Georgia is a country beside Armenia and a state beside Atlanta."""
    assert places("[GPE Georgia] and [GPE Armenia] signed in [GPE Tbilisi].", gazetteer)["Georgia"] == ("country", "GE")
    there = "Voters in [GPE Georgia], [GPE Alabama] and [GPE Florida] went to the polls; [GPE Atlanta] was quiet."
    assert places(there, gazetteer)["Georgia"] == ("admin1", "US")


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
def test_an_office_of_a_state_tells_for_the_state(gazetteer: Gazetteer, text: str) -> None:
    """Countries have no governor; those who write of one mean the Georgia around Atlanta."""
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
def test_an_office_elsewhere_tells_nothing(gazetteer: Gazetteer, text: str) -> None:
    """Georgians, their ministers and those whom an American visits are of the country."""
    assert places(text, gazetteer) == {"Georgia": ("country", "GE")}


def test_washington_with_a_governor_is_the_state(gazetteer: Gazetteer) -> None:
    """The capital has none, but many a governor comes to see it."""
    assert places("[GPE Washington] Gov. Jay Inslee spoke.", gazetteer)["Washington"] == ("admin1", "US")
    assert places("To [GPE Washington] came Gov. Gavin Newsom.", gazetteer)["Washington"] == ("city", "US")


@pytest.mark.parametrize(("city", "country"), [("Pyongyang", "North Korea"), ("Seoul", "South Korea")])
def test_koreans_are_of_two_countries(gazetteer: Gazetteer, city: str, country: str) -> None:
    """The capital that stands beside them tells which."""
    assert country in places(f"[NORP Korean] officials met in [GPE {city}].", gazetteer)


def test_nobody_knows_which_koreans(gazetteer: Gazetteer) -> None:
    """Where nothing tells, the South is meant more often, and that is not sure."""
    ((korea,), _) = find("[NORP Korean] officials met.", gazetteer)
    assert (korea.country, korea.confidence < 0.8) == ("KR", True)


@pytest.mark.parametrize("name", ["Eastern Europe", "the Balkans", "Central and Eastern Europe", "the Baltic states"])
def test_regions_of_many_countries_stay_regions(gazetteer: Gazetteer, name: str) -> None:
    """A region of many countries has no country and counts for none."""
    found, countries = find(f"Troops moved to [LOC {name}].", gazetteer)
    assert [(one.kind, one.country) for one in found] == [("region", None)]
    assert countries == []


def test_an_unknown_place_is_told_without_id(gazetteer: Gazetteer) -> None:
    """A place that the gazetteer lacks is reported, unresolved, where the words around it say that it is one."""
    ((unknown,), _) = find("They fled to the village of [GPE Xyzbrok].", gazetteer)
    assert (unknown.name, unknown.geonames_id, unknown.lat, unknown.confidence) == ("Xyzbrok", None, None, 0)


def test_confidence_falls_with_ambiguity(gazetteer: Gazetteer) -> None:
    """A Springfield without a state is anybody's guess; Bucharest is not."""
    found = {one.name: one.confidence for one in find("[GPE Springfield] and [GPE Bucharest] agree.", gazetteer)[0]}
    assert found["Springfield"] < 0.8
    assert found["Bucharest"] > 0.95


def test_about_is_more_than_mentioned(gazetteer: Gazetteer) -> None:
    """The country of headline and lead is what the article is about; one named once at the end is not."""
    body = "[NORP Slovak] police raided offices in [GPE Bratislava] and [GPE Kosice]. " + "They found nothing. " * 40
    _, countries = find(body + "A similar raid was made in [GPE Norway].", gazetteer, headline="Slovakia raids offices")
    assert {one.code: one.about for one in countries} == {"SK": True, "NO": False}
    assert countries[0].mentions == 4
    assert sum(one.share for one in countries) == pytest.approx(1.0)


def test_the_golden_article(gazetteer: Gazetteer) -> None:
    """The summit article gives ten places with their GeoNames ids, without any help of a model."""
    article = RawArticle.model_validate(json.loads(GOLDEN.read_text(encoding="utf-8")))
    found, countries = locations.find(NLP(article.text), article, gazetteer)
    ids = {one.country: one.geonames_id for one in found if one.kind == "country"}
    expected = {"RO": 798549, "BG": 732800, "HU": 719819, "SK": 3057568, "UA": 690791, "RU": 2017370, "PL": 798544}
    assert expected.items() <= ids.items()
    assert {"US", "NO"} <= ids.keys()
    assert {one.code for one in countries if one.about} >= {"UA", "RU"}
    roles = {mention.text: mention.as_ for one in found for mention in one.mentions}
    assert roles["Russian"] == roles["Ukrainian"] == roles["Ukrainians"] == "demonym"


def test_offsets_are_of_the_text(gazetteer: Gazetteer) -> None:
    """Offsets count code points, beyond the first plane too."""
    found, _ = find(
        "\U0001f1f7\U0001f1f4 [GPE Romania]\u2019s and Bulgaria\u2019s ministers met in Cluj\u2011Napoca.", gazetteer
    )
    text = "\U0001f1f7\U0001f1f4 Romania\u2019s and Bulgaria\u2019s ministers met in Cluj\u2011Napoca."
    mentions = [mention for one in found for mention in one.mentions]
    assert mentions
    assert all(text[mention.start : mention.end] == mention.text for mention in mentions)


def test_a_text_of_nothing_but_places(gazetteer: Gazetteer) -> None:
    """A list of 3,000 places, too many to be weighed together, is resolved like any text."""
    names = [gazetteer.place(len(gazetteer) - 1 - 7 * number).name for number in range(3_000)]
    text = "\n".join(f"[GPE {name}]" for name in names if not set(name) & set("[],'"))
    found, _ = find(text, gazetteer)
    assert len(found) > 1_000


@pytest.mark.parametrize("between", ["A" * 20_000 + ". ", " " + "A" * 20_000, " A" * 20_000 + ";"])
def test_a_long_run_between_two_places(gazetteer: Gazetteer, between: str) -> None:
    """Whatever stands between two countries, however long, both are found and count."""
    _, countries = find(f"[GPE Romania] {between} [GPE Bulgaria]", gazetteer)
    assert {(one.code, one.about) for one in countries} == {("BG", True), ("RO", True)}


@pytest.mark.parametrize("label", ["GPE", "FAC"])
def test_a_name_without_end(gazetteer: Gazetteer, label: str) -> None:
    """Of 20,000 words that the model took for one name, the country beside them is found."""
    found, _ = find(f"[{label} {'Xyzbrok ' * 20_000}Bridge] lies in [GPE Romania].", gazetteer)
    assert [one.name for one in found] == ["Romania"]


@pytest.mark.parametrize("text", ["", " ", "...", "A", "\n\n", "--- - ,", "Nothing here is a place."])
def test_texts_without_places(gazetteer: Gazetteer, text: str) -> None:
    """Nothing is found where nothing is."""
    assert find(text, gazetteer) == ([], [])
