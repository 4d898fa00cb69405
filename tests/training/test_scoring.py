"""The figures of the table, on records made by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from service.contract.annotations import CountryShare, Entity, Event, Mention, Quote, Span, Topic
from service.contract.enriched_article import EnrichedArticle, Pipeline
from service.contract.raw_article import Source
from service.enrich.media_topics import TopicTree
from training.labelled import LabelledArticle, Name, Trigger
from training.scoring.about import about_rows
from training.scoring.counting import Row, markdown
from training.scoring.events import event_rows, match, plover_rows
from training.scoring.locations import geovirus_rows
from training.scoring.names import name_rows
from training.scoring.speakers import speaker_rows
from training.scoring.topics import short_code, topic_rows

if TYPE_CHECKING:
    from collections.abc import Iterable

TEXT = "Ivan Petrov ordered air strikes on Mostar and will meet Balkan envoys."
PIPELINE = Pipeline(service="1", model="m", model_version="1", gazetteer="1", rules="1", fingerprint="1")
TREE = TopicTree(names={}, parents={"574": "M11", "593": "574", "638": "M16"})


def _record(**lists: Any) -> EnrichedArticle:
    empty = {name: None for name, field in EnrichedArticle.model_fields.items() if field.is_required()}
    own = {"id": "a", "status": "enriched", "source": Source(), "headline": "", "text": TEXT, "pipeline": PIPELINE}
    return EnrichedArticle.model_validate(empty | own | lists)


def _mention(words: str) -> Mention:
    start = TEXT.index(words)
    return Mention(start=start, end=start + len(words), text=words)


def _event(event_type: str, words: str, confidence: float = 0.5, **flags: bool) -> Event:
    sentence = Span(start=0, end=len(TEXT))
    return Event(
        type=event_type, trigger=_mention(words), sentence=sentence, confidence=confidence, rule="test", **flags
    )


def _trigger(event_type: str, words: str, *, future: bool = False, main: bool = False) -> Trigger:
    mention = _mention(words)
    return Trigger(mention.start, mention.end, event_type, (False, future, False, False), main)


def _name(words: str, *labels: str) -> Name:
    mention = _mention(words)
    return Name(mention.start, mention.end, labels)


def _article(*triggers: Trigger, names: Iterable[Name] = (), topics: tuple[str, ...] = ()) -> LabelledArticle:
    return LabelledArticle("a", "a", TEXT, names=tuple(names), events=triggers, topics=topics)


def _figures(rows: Iterable[Row]) -> dict[str, str]:
    return {row.what: row.figure for row in rows}


def test_an_event_is_found_by_a_longer_trigger() -> None:
    """A trigger of two words finds the event that the labels put at one of them."""
    article, record = _article(_trigger("ASSAULT", "strikes")), _record(events=[_event("ASSAULT", "air strikes")])
    assert _figures(event_rows("s", [(article, record)]))["events, trigger and type"] == "P 1.000, R 1.000, F1 1.000"


def test_an_event_of_another_type_counts_for_the_trigger_alone() -> None:
    """The type is wrong, the trigger is found; an event that no label has lowers the precision."""
    record = _record(events=[_event("COERCE", "strikes"), _event("REQUEST", "ordered")])
    figures = _figures(event_rows("s", [(_article(_trigger("ASSAULT", "strikes")), record)]))
    assert figures["events, trigger and type"] == "P .000, R .000, F1 .000"
    assert figures["events, trigger alone"] == "P .500, R 1.000, F1 .667"


def test_an_event_counts_once() -> None:
    """Of two events at one word only one finds it, the one of its type."""
    events = [_event("COERCE", "strikes"), _event("ASSAULT", "strikes")]
    pairs = match(_article(_trigger("ASSAULT", "strikes")), events)
    assert [event.type for _, event in pairs] == ["ASSAULT"]
    assert len(match(_article(_trigger("ASSAULT", "air"), _trigger("ASSAULT", "strikes")), events[1:])) == 1


def test_flags_are_judged_on_events_that_were_found() -> None:
    """One of four flags of the only event found is wrong; the event that was missed does not count."""
    article = _article(_trigger("CONSULT", "meet", future=True), _trigger("ASSAULT", "strikes", future=True))
    figures = _figures(event_rows("s", [(article, _record(events=[_event("CONSULT", "meet", negated=True)]))]))
    assert figures["flags that are right, of events found"] == ".500"
    assert figures["flag `future`, of events found"] == "P .000, R .000, F1 .000"


def test_the_main_event_counts_as_recorded_although_none_is_marked() -> None:
    """A record whose events have no mark can still contain the main event."""
    article = _article(_trigger("ASSAULT", "strikes", main=True), _trigger("CONSULT", "meet"))
    figures = _figures(event_rows("s", [(article, _record(events=[_event("COERCE", "strikes")]))]))
    assert figures["main event is in the record"] == "1.000"
    assert figures["main event is in the record, with its type"] == ".000"
    assert figures["main event is marked as main"] == ".000"


def test_articles_without_a_main_event_do_not_count_for_it() -> None:
    """The share is that of the articles in which readers saw a main event."""
    pairs = [(_article(_trigger("CONSULT", "meet")), _record())]
    assert {row.of_how_many for row in event_rows("s", pairs) if row.what.startswith("main")} == {"0 articles"}


@pytest.mark.parametrize(
    ("medtop", "code"),
    [("medtop:20000574", "574"), ("20001361", "1361"), ("medtop:15000000", "M15"), ("medtop:01000000", "M01")],
)
def test_media_topics_have_short_codes(medtop: str, code: str) -> None:
    """The labels abbreviate the codes of the IPTC."""
    assert short_code(medtop) == code


def test_topics_count_with_those_above_them() -> None:
    """A topic above the labelled one is right among all topics, and as the first one only in the wide sense."""
    found = [Topic(medtop="20000574", name="election", score=1), Topic(medtop="20000638", name="talks", score=0.5)]
    figures = _figures(topic_rows("s", [(_article(topics=("593",)), _record(topics=found))], TREE))
    assert figures["topics with those above them"] == "P .500, R .667, F1 .571"
    assert figures["first topic is one of the labelled"] == ".000"
    assert figures["first topic is one of the labelled or above one"] == "1.000"


def test_a_name_needs_its_exact_span_and_type() -> None:
    """GPE and LOC are one type, and a label that leaves the type open is not asked for."""
    names = [
        _name("Ivan Petrov", "PERSON"),
        _name("Mostar", "GPE", "LOC"),
        _name("Balkan", "EVENT", "PRODUCT"),
    ]
    entities = [
        Entity(name="Petrov", type="PERSON", mentions=[_mention("Petrov")], salience=0.5),
        Entity(name="Mostar", type="LOC", mentions=[_mention("Mostar")], salience=0.5),
    ]
    rows = list(name_rows("s", [(_article(names=names), _record(entities=entities))], others=False))
    assert rows[0] == ("names: PERSON, ORG, place, NORP", "s", "P .500, R .500, F1 .500", "2 mentions")
    assert _figures(rows)["names: place"] == "P 1.000, R 1.000, F1 1.000"


def test_a_sentence_is_judged_by_its_most_confident_event() -> None:
    """RETREAT and CONCEDE are one type; a sentence without an event counts as missed."""
    events = [_event("ASSAULT", "strikes", confidence=0.4), _event("CONCEDE", "meet", confidence=0.9)]
    pairs = [(["YIELD"], _record(events=events)), (["ASSAULT"], _record(events=events)), (["AID"], _record())]
    figures = _figures(plover_rows(pairs))
    assert figures["event type, accuracy"] == ".333"
    assert figures["event type, macro-F1"] == ".222"


def test_a_place_far_away_is_found_but_not_placed() -> None:
    """A mention finds its toponym wherever it is placed; demonyms count only in rows of their own."""
    mostar, balkan = _mention("Mostar").model_dump(), _mention("Balkan").model_dump()
    point = {"lat": 43.3, "lon": 17.8, "confidence": 1.0}
    places = [
        {"name": "Mostar", "kind": "city", "mentions": [mostar | {"as": "name"}], **point},
        {"name": "Balkan", "kind": "region", "mentions": [balkan | {"as": "demonym"}], **point},
    ]
    toponyms = [{**mostar, "lat": 0.0, "lon": 0.0}]
    figures = _figures(geovirus_rows([(toponyms, _record(locations=places))]))
    assert figures["places found"] == "P 1.000, R 1.000, F1 1.000"
    assert figures["places within 161 km, F1"] == ".000"
    assert figures["places found, demonyms too"] == "P .500, R 1.000, F1 .667"


def test_the_table_is_markdown() -> None:
    """The rows can be pasted into a document."""
    assert markdown([Row("names", "wire", ".935", "1,830 mentions")]).splitlines() == [
        "| what | set | figure | of how many |",
        "| --- | --- | --- | --- |",
        "| names | wire | .935 | 1,830 mentions |",
    ]


def test_a_speaker_counts_by_a_name_of_the_entity() -> None:
    """A pronoun is right if its entity has the labelled name; a quotation that was not found is wrong."""
    ivan = Entity(name="Ivan Petrov", type="PERSON", mentions=[_mention("Ivan Petrov")], salience=1.0)
    quote = Quote(quote=_mention("air strikes on Mostar"), speaker=_mention("Ivan"), speaker_entity=0)
    record = _record(entities=[ivan], quotes=[quote])
    labelled = [
        {"quote": "air strikes on Mostar", "speaker": "General Ivan Petrov"},
        {"quote": "meet Balkan envoys", "speaker": "Ivan Petrov"},
    ]

    figures = _figures(speaker_rows("world", [(labelled, record)]))

    assert figures["speaker known and right"] == ".500"
    assert figures["quotations"] == "P 1.000, R .500, F1 .667"


def test_a_country_counts_if_the_article_is_about_it() -> None:
    """A country that is only mentioned is none of the answers."""
    shares = [CountryShare(code=code, mentions=1, share=0.5, about=code == "BA") for code in ("BA", "RU")]

    (row,) = about_rows("world", [(["BA", "HR"], _record(countries=shares))])

    assert row.figure == "P 1.000, R .500, F1 .667"
