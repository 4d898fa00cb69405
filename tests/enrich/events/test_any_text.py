"""On any text, every part of an event is in its sentence, and every offset is right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel
from spacy.tokens import Doc

from service.contract.annotations import Mention
from service.enrich import article_topics, counts, dates, events, quotes, tags
from service.enrich.events import rules
from service.enrich.events.selection import MAX_EVENTS_PER_SENTENCE
from service.enrich.model import reader

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spacy.language import Language

SENTENCES = [example for rule in rules.rules() for example in rule.examples]
WORDS = sorted({word for sentence in SENTENCES for word in sentence.split()})
PIECES = st.one_of(
    st.sampled_from(SENTENCES),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=12).map(" ".join),
    st.sampled_from(["\n\n", "\n", "  ", "“", "”", '"', "…", "İstanbul", "🇷🇴", "é", "\u200b", "-", "1,200", "«", "»"]),
    st.text(max_size=8),
)
TEXTS = st.lists(PIECES, max_size=8).map(" ".join)


def mentions(value: Any) -> Iterator[Mention]:
    """Yield every mention inside *value*, a model or a list."""
    if isinstance(value, list):
        for item in value:
            yield from mentions(item)
    elif isinstance(value, Mention):
        yield value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from mentions(getattr(value, name))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=TEXTS)
def test_every_offset_is_right(nlp: Language, text: str) -> None:
    """`text[start:end]` is the text of the mention in every list, and no stage fails on any text."""
    doc = nlp(text)
    coded = events.find(doc)

    for mention in mentions(
        [
            coded,
            article_topics.find(doc),
            tags.assign(doc, coded),
            quotes.find(doc, {}),
            dates.find(doc, None),
            counts.find(doc),
        ]
    ):
        assert text[mention.start : mention.end] == mention.text
        assert mention.text


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=TEXTS)
def test_every_part_of_an_event_is_in_its_sentence(nlp: Language, text: str) -> None:
    """Trigger, actors, recipients and places come from one sentence."""
    for event in events.find(nlp(text)):
        for part in mentions(event):
            assert event.sentence.start <= part.start < part.end <= event.sentence.end


def test_a_very_long_sentence_is_read_in_time_and_without_error(nlp: Language) -> None:
    """A list of thousands of verbs needs no deep recursion, and has no more events than its sentences can have."""
    doc = nlp(" and ".join(["attacked"] * 3000))

    assert len(events.find(doc)) <= MAX_EVENTS_PER_SENTENCE * len(list(doc.sents))


def test_a_sentence_of_thousands_of_words_by_another_model_has_no_events(nlp: Language) -> None:
    """If a parser never ends a sentence, a list is one tree, and no events are read from it."""
    read = reader.Reader(nlp.vocab, annotates=False)

    def as_one_sentence(clauses: int) -> Doc:
        return read(
            Doc(
                nlp.vocab,
                words=["Militants", "killed", "soldiers"] * clauses,
                tags=["NNS", "VBD", "NNS"] * clauses,
                deps=["nsubj", "ROOT", "dobj", *["nsubj", "conj", "dobj"] * (clauses - 1)],
                heads=[head for verb in range(1, 3 * clauses, 3) for head in (verb, max(1, verb - 3), verb)],
            )
        )

    assert len(events.find(as_one_sentence(1))) == 1
    assert events.find(as_one_sentence(2000)) == []


def test_an_empty_text_has_no_events(nlp: Language) -> None:
    """No text gives no events."""
    assert events.find(nlp("")) == []


def test_the_same_text_gives_the_same_events(nlp: Language) -> None:
    """A replay finds the same events, to the last digit."""
    text = " ".join(SENTENCES[:40])

    assert events.find(nlp(text)) == events.find(nlp(text))
