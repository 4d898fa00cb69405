"""The vocabulary of tags, and how tags are assigned."""

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


def event(event_type: str, mode: str | None = None, tag: str | None = None, *, negated: bool = False) -> Event:
    """Return an event at the start of a text."""
    return Event(
        type=event_type,
        mode=mode,
        tag=tag,
        trigger=Mention(start=0, end=3, text="xxx"),
        sentence=Span(start=0, end=10),
        negated=negated,
        confidence=0.8,
        rule="test",
    )


def test_there_are_at_least_forty_tags_with_unique_slugs() -> None:
    """The vocabulary is as large as documented."""
    slugs = [definition.tag for definition in tags.vocabulary()]

    assert len(slugs) >= 40
    assert len(slugs) == len(set(slugs))


def test_every_media_topic_is_in_the_release() -> None:
    """Every tag has a Media Topic, and the committed extract holds exactly the Media Topics of the tags."""
    used = {topic for definition in tags.vocabulary() for topic in definition.medtop}

    assert all(definition.medtop for definition in tags.vocabulary())
    assert used == set(tags.media_topics())


def test_supporting_events_exist_in_the_event_vocabulary() -> None:
    """A tag names only types and modes that events have."""
    for definition in tags.vocabulary():
        for name in definition.events:
            kind, _, mode = name.partition("/")
            assert kind in get_args(Type), definition.tag
            assert not mode or mode in MODES[kind], definition.tag


def test_an_event_supports_the_tag_that_its_rule_names() -> None:
    """The tag lists the event by its index."""
    (first,) = tags.assign(article("nothing to see"), [event("DEATH"), event("CONSULT", tag="summit")])[:1]

    assert first.tag in {"summit", "deaths"}
    by_tag = {
        tag.tag: tag.events for tag in tags.assign(article("x"), [event("DEATH"), event("CONSULT", tag="summit")])
    }
    assert by_tag == {"summit": [1], "deaths": [0]}


def test_a_phrase_is_evidence_with_its_offsets() -> None:
    """The words themselves support the tag if there is no event."""
    (tag,) = tags.assign(article("They discussed a No-Fly Zone on Monday"), [])

    assert tag.tag == "no-fly-zone"
    assert [(mention.start, mention.end, mention.text) for mention in tag.evidence] == [(17, 28, "No-Fly Zone")]


def test_one_weak_phrase_is_not_enough() -> None:
    """A tag that needs several phrases is not assigned for a single one in passing."""
    assert tags.assign(article("He left the museum"), []) == []


def test_a_negated_event_counts_less() -> None:
    """Its tag has a lower score than that of an event that happened."""
    (real,) = tags.assign(article("x"), [event("CONSULT", tag="summit")])
    (denied,) = tags.assign(article("x"), [event("CONSULT", tag="summit", negated=True)])

    assert denied.score < real.score
