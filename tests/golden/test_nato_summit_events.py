"""The NATO summit article says what its reader would say: events, flags, tags, dates and quotations."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

import orjson
import pytest

from service.contract.raw_article import RawArticle
from service.enrich.enricher import Enricher
from service.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from service.contract.annotations import Event, Mention
    from service.contract.enriched_article import EnrichedArticle


@pytest.fixture(scope="module")
def record() -> EnrichedArticle:
    """Enrich the article once."""
    value = orjson.loads((files("service.local_kafka") / "nato-summit-2022.json").read_bytes())
    return Enricher(Settings()).enrich(RawArticle.model_validate(value), {})


def words(mentions: list[Mention]) -> set[str]:
    """Return the words of *mentions*."""
    return {mention.text for mention in mentions}


def events(record: EnrichedArticle, kind: str, sentence: str) -> Iterator[Event]:
    """Yield the events of type *kind* whose sentence has *sentence* in it."""
    for event in record.events:
        if event.type == kind and sentence in record.text[event.sentence.start : event.sentence.end]:
            yield event


def test_leaders_meet_at_a_summit_in_brussels(record: EnrichedArticle) -> None:
    """CONSULT, multilateral, in Brussels."""
    found = [event for event in record.events if (event.type, event.mode) == ("CONSULT", "multilateral")]

    assert any("Brussels" in words(event.locations) for event in found)


def test_combat_groups_will_be_deployed_in_four_countries(record: EnrichedArticle) -> None:
    """MOBILIZE or AGREE, in the future, with all four countries as places."""
    found = [*events(record, "MOBILIZE", "combat groups"), *events(record, "AGREE", "combat groups")]

    assert any(
        event.future and {"Romania", "Bulgaria", "Hungary", "Slovakia"} <= words(event.locations) for event in found
    )


def test_weapons_are_supplied_to_ukraine(record: EnrichedArticle) -> None:
    """AID from the alliance to Ukraine, and the weapons support its tag."""
    (given, *_) = events(record, "AID", "supply of weapons")

    assert words(given.actors) == {"North Atlantic Alliance"}
    assert words(given.recipients) == {"Ukraine"}
    assert not given.negated
    assert not given.hypothetical
    assert any(event.tag == "weapons-supply" for event in events(record, "AID", "supply of weapons"))


def test_no_troops_are_sent(record: EnrichedArticle) -> None:
    """The allies will not send troops: negated."""
    (sent,) = [event for event in record.events if event.trigger.text == "send" and event.mode == "troops"]

    assert sent.negated
    assert words(sent.actors) == {"allies"}


def test_no_no_fly_zone_is_introduced(record: EnrichedArticle) -> None:
    """The no-fly zone is refused in the same breath: negated."""
    (zone,) = [event for event in record.events if event.tag == "no-fly-zone"]

    assert zone.negated
    assert zone.trigger.text == "introduce"


def test_chemical_weapons_are_only_feared(record: EnrichedArticle) -> None:
    """Their use is possible: hypothetical, and Russia is warned."""
    (used,) = [event for event in record.events if event.mode == "unconventional"]
    (warned,) = events(record, "THREATEN", "chemical weapons")

    assert used.hypothetical
    assert words(warned.recipients) == {"Russia"}


def test_the_aggression_is_condemned(record: EnrichedArticle) -> None:
    """ACCUSE by the leaders, and Russia is who is accused."""
    (condemned,) = events(record, "ACCUSE", "condemns")

    assert words(condemned.actors) == {"NATO leaders"}
    assert words(condemned.recipients) <= {"Russia", "Russian"}
    assert condemned.recipients


def test_the_withdrawal_is_demanded(record: EnrichedArticle) -> None:
    """REQUEST, that Russia yield."""
    (demand,) = events(record, "REQUEST", "withdrawal of troops")

    assert demand.mode == "yield"


def test_the_term_is_extended_until_september(record: EnrichedArticle) -> None:
    """APPOINT, in the sentence that names the day, and the tag `appointment`."""
    assert list(events(record, "APPOINT", "September 30, 2023"))
    assert "appointment" in {tag.tag for tag in record.tags}


def test_poland_offered_peacekeepers_and_sent_none(record: EnrichedArticle) -> None:
    """The mission is proposed, not done."""
    (sent,) = [*events(record, "AID", "Poland offered"), *events(record, "MOBILIZE", "Poland offered")]

    assert sent.hypothetical
    assert words(sent.actors) == {"Poland"}
    assert words(sent.recipients) | words(sent.locations) == {"Ukraine"}


def test_the_speaker_is_not_the_actor(record: EnrichedArticle) -> None:
    """Stoltenberg says what the allies do; he does not do it himself."""
    for event in [*events(record, "AID", "Stoltenberg said"), *events(record, "REJECT", "the head of NATO said")]:
        assert not words(event.actors) & {"Stoltenberg", "Jens Stoltenberg", "head"}


def test_the_tags_are_those_of_the_article(record: EnrichedArticle) -> None:
    """What the article is about, each tag with its Media Topics."""
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
    """Published on a Friday: Thursday is the day before, "this year" is 2022."""
    dates = {mention.text: mention.date for mention in record.dates}

    assert dates["Thursday"] == "2022-03-24"
    assert dates["September 30, 2023"] == "2023-09-30"
    assert dates["October 2014"] == "2014-10"
    assert dates["September of this year"] == "2022-09"


def test_quotations_have_their_speakers(record: EnrichedArticle) -> None:
    """The president, the leaders and the statement are quoted."""
    speakers = {quote.speaker.text for quote in record.quotes if quote.speaker}

    assert {"statement", "NATO leaders", "Joe Biden"} <= speakers


def test_every_part_of_an_event_lies_in_its_sentence(record: EnrichedArticle) -> None:
    """Trigger, actors, recipients and places are of the one sentence, and are the words that stand there."""
    for event in record.events:
        for part in (event.trigger, *event.actors, *event.recipients, *event.locations):
            assert event.sentence.start <= part.start < part.end <= event.sentence.end
            assert record.text[part.start : part.end] == part.text
