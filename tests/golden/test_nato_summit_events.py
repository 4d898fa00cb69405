"""The record of the NATO summit article has the events, flags, tags, dates and quotations that a reader expects."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

import orjson
import pytest

from service.contract.raw_article import RawArticle
from service.enrich.enricher import Enricher
from service.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from service.contract.annotations import Event, Mention
    from service.contract.enriched_article import EnrichedArticle


@pytest.fixture(scope="module")
def record() -> EnrichedArticle:
    """Enrich the article once."""
    value = orjson.loads((files("service.local_kafka") / "nato-summit-2022.json").read_bytes())
    return Enricher(Settings()).enrich(RawArticle.model_validate(value), {})


def texts(mentions: Sequence[Mention]) -> set[str]:
    """Return the texts of *mentions*."""
    return {mention.text for mention in mentions}


def events(record: EnrichedArticle, event_type: str, sentence: str) -> Iterator[Event]:
    """Yield the events of *event_type* whose sentence contains *sentence*."""
    for event in record.events:
        if event.type == event_type and sentence in record.text[event.sentence.start : event.sentence.end]:
            yield event


def test_leaders_meet_at_a_summit_in_brussels(record: EnrichedArticle) -> None:
    """The summit is a multilateral CONSULT event in Brussels."""
    summits = [event for event in record.events if (event.type, event.mode) == ("CONSULT", "multilateral")]

    assert any("Brussels" in texts(event.locations) for event in summits)


def test_combat_groups_will_be_deployed_in_four_countries(record: EnrichedArticle) -> None:
    """The deployment is MOBILIZE or AGREE, in the future, with all four countries as locations."""
    deployments = [*events(record, "MOBILIZE", "combat groups"), *events(record, "AGREE", "combat groups")]

    assert any(
        event.future and {"Romania", "Bulgaria", "Hungary", "Slovakia"} <= texts(event.locations)
        for event in deployments
    )


def test_weapons_are_supplied_to_ukraine(record: EnrichedArticle) -> None:
    """The supply is AID from the alliance to Ukraine, with the tag `weapons-supply`."""
    (aid, *_) = events(record, "AID", "supply of weapons")

    assert texts(aid.actors) == {"North Atlantic Alliance"}
    assert texts(aid.recipients) == {"Ukraine"}
    assert not aid.negated
    assert not aid.hypothetical
    assert "weapons-supply" in {tag.tag for tag in record.tags}


def test_no_troops_are_sent(record: EnrichedArticle) -> None:
    """The allies will not send troops, so the event is negated."""
    (sent,) = [event for event in record.events if event.trigger.text == "send" and event.mode == "troops"]

    assert sent.negated
    assert texts(sent.actors) == {"allies"}


def test_no_no_fly_zone_is_introduced(record: EnrichedArticle) -> None:
    """The no-fly zone is refused in the same sentence, so the event is negated."""
    (zone,) = [event for event in record.events if event.tag == "no-fly-zone"]

    assert zone.negated
    assert zone.trigger.text == "introduce"


def test_chemical_weapons_are_only_feared(record: EnrichedArticle) -> None:
    """Their use is hypothetical, and Russia is warned."""
    (used,) = [event for event in record.events if event.mode == "unconventional"]
    (warned,) = events(record, "THREATEN", "chemical weapons")

    assert used.hypothetical
    assert texts(warned.recipients) == {"Russia"}


def test_the_aggression_is_condemned(record: EnrichedArticle) -> None:
    """The leaders ACCUSE Russia, whose aggression it is, and not Ukraine."""
    (condemned,) = events(record, "ACCUSE", "condemns")

    assert any("NATO leaders" in words for words in texts(condemned.actors))
    assert texts(condemned.recipients) == {"Russian"}


def test_the_withdrawal_is_demanded(record: EnrichedArticle) -> None:
    """The demand is a REQUEST that Russia yield."""
    (demand,) = events(record, "REQUEST", "withdrawal of troops")

    assert demand.mode == "yield"


def test_the_term_is_extended_until_september(record: EnrichedArticle) -> None:
    """The extension is APPOINT in the sentence with the date, and the article has the tag `appointment`."""
    assert list(events(record, "APPOINT", "September 30, 2023"))
    assert "appointment" in {tag.tag for tag in record.tags}


def test_poland_offered_peacekeepers_and_sent_none(record: EnrichedArticle) -> None:
    """The mission is proposed and therefore hypothetical."""
    (sent,) = [*events(record, "AID", "Poland offered"), *events(record, "MOBILIZE", "Poland offered")]

    assert sent.hypothetical
    assert texts(sent.actors) == {"Poland"}
    assert texts(sent.recipients) | texts(sent.locations) == {"Ukraine"}


def test_the_speaker_is_not_the_actor(record: EnrichedArticle) -> None:
    """Stoltenberg reports what the allies do, so he is not an actor of these events."""
    for event in [*events(record, "AID", "Stoltenberg said"), *events(record, "REJECT", "the head of NATO said")]:
        assert not texts(event.actors) & {"Stoltenberg", "Jens Stoltenberg", "head"}


def test_the_tags_are_those_of_the_article(record: EnrichedArticle) -> None:
    """The article has the tags of its subjects with their Media Topics, and none of other subjects."""
    tags = {tag.tag: tag.medtop for tag in record.tags}

    assert {
        "summit",
        "military-deployment",
        "appointment",
        "intergovernmental-election",
        "chemical-weapons",
        "no-fly-zone",
        "weapons-supply",
        "peacekeeping",
        "war-crimes",
    } <= tags.keys()
    assert {"20000640", "20000577", "20000599", "20000644"} <= {topic for topics in tags.values() for topic in topics}
    assert not tags.keys() & {"election", "protest", "economy", "crime", "natural-disaster", "sport"}


def test_dates_are_resolved_against_the_day_of_publication(record: EnrichedArticle) -> None:
    """The article appeared on a Friday, so Thursday is the day before, and "this year" is 2022."""
    dates = {mention.text: mention.date for mention in record.dates}

    assert dates["Thursday"] == "2022-03-24"
    assert dates["September 30, 2023"] == "2023-09-30"
    assert dates["October 2014"] == "2014-10"
    assert dates["September of this year"] == "2022-09"


def test_quotations_have_their_speakers(record: EnrichedArticle) -> None:
    """The president, the leaders and the statement are speakers of quotations."""
    speakers = {quote.speaker.text for quote in record.quotes if quote.speaker}

    assert {"statement", "NATO leaders", "Joe Biden"} <= speakers


def test_every_part_of_an_event_lies_in_its_sentence(record: EnrichedArticle) -> None:
    """Trigger, actors, recipients and locations lie in the sentence, and their texts match their offsets."""
    for event in record.events:
        for mention in (event.trigger, *event.actors, *event.recipients, *event.locations):
            assert event.sentence.start <= mention.start < mention.end <= event.sentence.end
            assert record.text[mention.start : mention.end] == mention.text
