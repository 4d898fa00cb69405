"""The tag vocabulary, and how tags are given."""

from __future__ import annotations

from typing import get_args

from spacy.tokens import Doc
from spacy.vocab import Vocab

from service.contract.annotations import Event, Mention, Span
from service.enrich import tags
from service.enrich.events.vocabulary import MODES, Type


def article(text: str) -> Doc:
    """Return a Doc of *text* without any annotation."""
    return Doc(Vocab(), words=text.split(" "))


def event(kind: str, mode: str | None = None, tag: str | None = None, *, negated: bool = False) -> Event:
    """Return an event at the start of a text."""
    return Event(
        type=kind,
        mode=mode,
        tag=tag,
        trigger=Mention(start=0, end=3, text="xxx"),
        sentence=Span(start=0, end=10),
        negated=negated,
        confidence=0.8,
        rule="test",
    )


def test_there_are_forty_tags_or_more_with_unique_slugs() -> None:
    """The vocabulary is as large as it claims."""
    slugs = [definition.tag for definition in tags.vocabulary()]

    assert len(slugs) >= 40
    assert len(slugs) == len(set(slugs))


def test_every_media_topic_is_of_the_release() -> None:
    """Each tag has a Media Topic, each Media Topic is in the committed extract, and the extract has no other."""
    used = {topic for definition in tags.vocabulary() for topic in definition.medtop}

    assert all(definition.medtop for definition in tags.vocabulary())
    assert used == set(tags.media_topics())


def test_supporting_events_are_of_the_vocabulary() -> None:
    """A tag names only types and modes that events have."""
    for definition in tags.vocabulary():
        for name in definition.events:
            kind, _, mode = name.partition("/")
            assert kind in get_args(Type), definition.tag
            assert not mode or mode in MODES[kind], definition.tag


def test_an_event_supports_the_tag_that_its_rule_names() -> None:
    """The tag lists the event by its index."""
    (found,) = tags.assign(article("nothing to see"), [event("DEATH"), event("CONSULT", tag="summit")])[:1]

    assert found.tag in {"summit", "deaths"}
    by_tag = {
        tag.tag: tag.events for tag in tags.assign(article("x"), [event("DEATH"), event("CONSULT", tag="summit")])
    }
    assert by_tag == {"summit": [1], "deaths": [0]}


def test_a_phrase_is_evidence_with_its_offsets() -> None:
    """Without an event, the words themselves support the tag."""
    (found,) = tags.assign(article("They discussed a No-Fly Zone on Monday"), [])

    assert found.tag == "no-fly-zone"
    assert [(each.start, each.end, each.text) for each in found.evidence] == [(17, 28, "No-Fly Zone")]


def test_one_weak_phrase_is_not_enough() -> None:
    """A tag that needs several phrases is not given for one in passing."""
    assert tags.assign(article("He left the museum"), []) == []


def test_what_did_not_happen_counts_less() -> None:
    """A negated event gives its tag a lower score."""
    (real,) = tags.assign(article("x"), [event("CONSULT", tag="summit")])
    (denied,) = tags.assign(article("x"), [event("CONSULT", tag="summit", negated=True)])

    assert denied.score < real.score
