"""Flat rows say the same as the record that they are made from."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, get_args

import orjson
import pytest

from service.contract.enriched_article import EnrichedArticle
from service.contract.raw_article import RawArticle
from service.enrich import flat_events
from service.enrich.events.vocabulary import OwnType, PloverType

TEXT = "Aid for Mostar\n\nThe Bosnian Red Cross sent Ana Kos and\ntwo cooks to Mostar and Zenica. It sent them."
PIPELINE = dict.fromkeys(("service", "model", "model_version", "gazetteer", "rules"), "x") | {"fingerprint": "f00d"}


def mention(words: str, **members: Any) -> dict[str, Any]:
    """Return the first mention of *words* in the text, with *members*."""
    start = TEXT.index(words)
    return {"start": start, "end": start + len(words), "text": words} | members


def record(*events: dict[str, Any], **members: Any) -> EnrichedArticle:
    """Return a record of `TEXT` with *events* and *members*."""
    return EnrichedArticle.model_validate(
        dict.fromkeys(EnrichedArticle.model_fields.keys() & {"version", "url", "embargoed_until", "byline", "dateline"})
        | {"id": "a", "status": "enriched", "source": {"name": "Wire"}, "headline": "Aid for Mostar", "text": TEXT}
        | {"language": "en", "published_at": None, "updated_at": None, "pipeline": PIPELINE, "events": list(events)}
        | {
            "entities": [
                {"name": "Bosnian Red Cross", "type": "ORG", "mentions": [mention("Bosnian Red Cross")], "salience": 1},
                {"name": "Ana Kos", "type": "PERSON", "mentions": [mention("Ana Kos")], "salience": 0},
                {"name": "Mostar", "type": "GPE", "mentions": [mention("Mostar")], "salience": 0},
            ],
            "locations": [
                {"name": "Bosnia and Herzegovina", "kind": "country", "country": "BA", "country3": "BIH",
                 "confidence": 1, "mentions": [mention("Bosnian", **{"as": "demonym"})]},
                {"name": "Mostar", "kind": "city", "country": "BA", "country3": "BIH", "geonames_id": 3194828,
                 "lat": 43.34, "lon": 17.81, "admin1": "Federation", "confidence": 0.9,
                 "mentions": [mention("Mostar", **{"as": "name"})]},
            ],
        }
        | members
    )  # fmt: skip


def event(**members: Any) -> dict[str, Any]:
    """Return an event of the second sentence with *members*."""
    sentence = mention("The Bosnian Red Cross sent Ana Kos and\ntwo cooks to Mostar and Zenica.")
    del sentence["text"]
    return {
        "id": "0123456789ab", "type": "AID", "trigger": mention("sent"), "sentence": sentence, "confidence": 0.9,
        "rule": "send",
    } | members  # fmt: skip


def test_a_row_names_the_participants_and_places() -> None:
    """The first of each list has members of its own, from the entity and place that it is; the others are one text."""
    [row] = flat_events.of(
        record(
            event(
                actors=[mention("The Bosnian Red Cross", entity=0)],
                recipients=[mention("Ana Kos", entity=1), mention("two cooks")],
                locations=[mention("Mostar", location=1), mention("Zenica")],
                contexts=["health", "migration"],
            )
        )
    ).values()

    assert (row.actor_name, row.actor_type, row.actor_country) == ("Bosnian Red Cross", "ORG", "BA")
    assert (row.recipient_name, row.recipient_type, row.recipient_country) == ("Ana Kos", "PERSON", None)
    assert (row.other_actors, row.other_recipients, row.other_places) == (None, "two cooks", "Zenica")
    assert (row.place_name, row.geonames_id, row.country, row.country3) == ("Mostar", 3194828, "BA", "BIH")
    assert (row.admin1, row.lat, row.lon) == ("Federation", 43.34, 17.81)
    assert (row.contexts, row.quad_class, row.source, row.fingerprint) == ("health migration", 2, "Wire", "f00d")


def test_a_pronoun_has_the_name_and_country_of_its_entity() -> None:
    """Words that name no country have that of the place that they stand for."""
    [row] = flat_events.of(record(event(actors=[mention("It", entity=2)]))).values()

    assert (row.actor_name, row.actor_type, row.actor_country) == ("Mostar", "GPE", "BA")


def test_words_without_an_entity_or_a_place_stay_words() -> None:
    """What is not known is null, and the words are those of the sentence."""
    [row] = flat_events.of(record(event(actors=[mention("two cooks")], locations=[mention("Zenica")]))).values()

    assert (row.actor_name, row.actor_type, row.actor_country) == ("two cooks", None, None)
    assert (row.place_name, row.geonames_id, row.country, row.lat) == ("Zenica", None, None, None)


def test_a_row_is_flat() -> None:
    """No value is a list or an object, and each text is on one line and of bounded length."""
    [row] = flat_events.of(
        record(event(), headline="word " * 1_000, url="https://wire.example/" + "x" * 5_000)
    ).values()
    members = orjson.loads(row.model_dump_json())

    assert not any(isinstance(value, list | dict) for value in members.values())
    assert row.sentence == "The Bosnian Red Cross sent Ana Kos and two cooks to Mostar and Zenica."
    assert len(row.headline) == 2_000
    assert row.url is None


def test_ids_tell_articles_and_repeats_apart() -> None:
    """The id has the id of the article, and an event that is told again names the earlier one."""
    rows = flat_events.of(record(event(), event(id="ba9876543210", same_as=0)))

    assert list(rows) == ["0123456789ab", "ba9876543210"]
    assert rows["ba9876543210"].event_id == "a#ba9876543210"
    assert rows["ba9876543210"].same_as == rows["0123456789ab"].event_id


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ({}, {"published_at": datetime(1, 1, 1, 0, 0, 1, tzinfo=UTC)}),
        ({"published_at": datetime(1969, 7, 20, tzinfo=UTC)}, {"published_at": datetime(2022, 5, 4, tzinfo=UTC)}),
        (
            {"updated_at": datetime(2022, 5, 4, 10, 0, 0, 1_000, tzinfo=UTC)},
            {
                "published_at": datetime(2022, 5, 4, tzinfo=UTC),
                "updated_at": datetime(2022, 5, 4, 10, 0, 1, tzinfo=UTC),
            },
        ),
        ({"published_at": datetime(2022, 5, 4, tzinfo=UTC)}, {"updated_at": datetime.max.replace(tzinfo=UTC)}),
    ],
)
def test_the_order_is_that_of_the_revision(earlier: dict[str, Any], later: dict[str, Any]) -> None:
    """Two versions sort by the number as by the text, whatever times they state."""
    articles = [RawArticle(id="a", body=TEXT, **times) for times in (earlier, later)]
    rows = [
        flat_events.of(record(event(), revision=article.revision, **times))["0123456789ab"]
        for article, times in zip(articles, (earlier, later), strict=True)
    ]

    assert rows[0].revision < rows[1].revision
    assert 0 <= rows[0].revision_order < rows[1].revision_order < 2**53


def test_every_plover_type_has_a_quad_class() -> None:
    """Types beyond PLOVER have none."""
    classes = {
        kind: flat_events.of(record(event(type=kind)))["0123456789ab"].quad_class
        for kind in (*get_args(PloverType), *get_args(OwnType))
    }

    assert {kind for kind, quad_class in classes.items() if quad_class} == set(get_args(PloverType))
    assert (classes["AGREE"], classes["RETREAT"], classes["ACCUSE"], classes["ASSAULT"]) == (1, 2, 3, 4)
