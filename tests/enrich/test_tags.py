"""The vocabulary of tags, and how tags are assigned."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import pytest

from service.contract.annotations import Event, Mention, Span
from service.enrich import tags
from service.enrich.events.vocabulary import MODES, Type
from service.enrich.model import loading

if TYPE_CHECKING:
    from spacy.language import Language


@pytest.fixture(scope="module")
def nlp() -> Language:
    """Return the shipped model."""
    return loading.load()


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


SUMMIT = "Leaders of the alliance met at a summit in Brussels on Thursday and discussed the war in Ukraine."
NO_FLY_ZONE = "Kyiv asked the alliance for a No-Fly Zone over Ukraine after Russian air strikes."


def test_an_event_supports_the_tag_that_its_rule_names(nlp: Language) -> None:
    """The tag lists the event by its index."""
    assigned = tags.assign(nlp(SUMMIT), [event("ECONOMY"), event("CONSULT", tag="summit")])

    assert {tag.tag: tag.events for tag in assigned}["summit"] == [1]


def test_a_phrase_is_evidence_with_its_offsets(nlp: Language) -> None:
    """The words themselves support the tag if there is no event."""
    by_tag = {tag.tag: tag for tag in tags.assign(nlp(NO_FLY_ZONE), [])}

    start = NO_FLY_ZONE.index("No-Fly Zone")
    assert [(mention.start, mention.end) for mention in by_tag["no-fly-zone"].evidence] == [(start, start + 11)]


def test_one_weak_phrase_is_not_enough(nlp: Language) -> None:
    """A tag that needs several phrases is not assigned for a single one in passing."""
    assert tags.assign(nlp("He left the museum"), []) == []


def test_a_negated_event_counts_less(nlp: Language) -> None:
    """Its tag has a lower score than that of an event that happened."""
    happened = {tag.tag: tag.score for tag in tags.assign(nlp(SUMMIT), [event("CONSULT", tag="summit")])}
    denied = {tag.tag: tag.score for tag in tags.assign(nlp(SUMMIT), [event("CONSULT", tag="summit", negated=True)])}

    assert denied["summit"] < happened["summit"]


def test_an_article_of_sport_has_no_tag_of_crime(nlp: Language) -> None:
    """Words and events of a tag count only if the article may be about its topic."""
    words = """Steaua beat Dinamo in the cup final

The striker was shooting from all distances and scored twice in the second half of the football final. The coach praised
the gunmen, as the fans call their team. The club won the league last year."""

    assert "shooting" not in {tag.tag for tag in tags.assign(nlp(words), [event("ASSAULT", "firearms")])}
