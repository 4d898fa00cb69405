"""For any text and any labels of the model, the mentions are in the text and do not overlap."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
import spacy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from spacy.util import filter_spans

from service.enrich.entities import find_in
from service.enrich.gazetteer.places import Gazetteer

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

    from service.contract.annotations import Entity
    from service.enrich.entities import EntityFinder

TOKENIZER = spacy.blank("xx")
GAZETTEER = Gazetteer()
WORDS = st.sampled_from(
    [
        *("Otto", "Pepperkorn", "Pepperkorn's", "OTTO", "John", "Trump", "Mr", "President", "the", "The", "of", "and"),
        *("European", "Union", "(EU)", "EU", "NATO", "U.S.", "U.S.-Iranian", "Islamic", "State", "Russian", "in"),
        *("Zarnova", "Government", "Inc.", "(ZG)", "Brian/Reuters", "pro-", "@Otto", "said", ".", "\u201c", "\u2019s"),
        *("Băsescu", "bin", "Laden", "al-Assad", "ROMANIA,", "March", "3", "-", "(", ")", "\n", "\n\n", "\t", "&", "x"),
    ]
)
LABELS = st.sampled_from(["PERSON", "ORG", "GPE", "NORP", "LOC", "FAC", "EVENT", "LAW", "LANGUAGE", "DATE", "MONEY"])
SPANS = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 5), LABELS), max_size=15)


@given(words=st.lists(st.tuples(WORDS, st.sampled_from([" ", " ", ""])), max_size=40), spans=SPANS)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_mentions_are_in_the_text_and_do_not_overlap(
    finder: EntityFinder, nlp: Language, words: list[tuple[str, str]], spans: list[tuple[int, int, str]]
) -> None:
    """Each mention equals the text at its offsets, no two overlap, and the saliences sum to one at most."""
    doc = labelled(nlp, words, spans)

    check(doc, finder.find(doc))


INFLECTED_WORDS = st.sampled_from(
    [
        *("Orbán", "Orbánnak", "Orbán-", "Viktor", "VIKTOR", "A", "a", "NATO-ban", "NATO", "Európai", "Uniót", "Unió"),
        *(
            "Roberta",
            "Fica",
            "Ficovi",
            "Nováková",
            "Guvernul",
            "Guvernului",
            "României",
            "II.",
            "S.R.L.",
            "(EU)",
            "dr.",
        ),
        *("Мишел", "Барние", "(Michel", "Michel", "Barnier)", "Barnier", "Европейския", "съюз", "(ГДБОП)", "Днес+"),
        *("\u201e", "\u201d", '"', "(", ")", ",", ".", "-", "\u2013", "\n", "\n\n", "\t", ";", "x", "3"),
    ]
)


@pytest.mark.parametrize("language", ["ro", "bg", "hu", "sk"])
@given(words=st.lists(st.tuples(INFLECTED_WORDS, st.sampled_from([" ", " ", ""])), max_size=40), spans=SPANS)
@settings(max_examples=100, deadline=None)
def test_this_holds_in_other_languages(
    language: str, words: list[tuple[str, str]], spans: list[tuple[int, int, str]]
) -> None:
    """The same in languages with case endings."""
    doc = labelled(TOKENIZER, words, spans)

    check(doc, find_in(doc, language, GAZETTEER))


def labelled(nlp: Language, words: list[tuple[str, str]], spans: list[tuple[int, int, str]]) -> Doc:
    """Return a doc of *words*, each with the space after it, and with *spans* (start, length, label) as its names."""
    doc = nlp("".join(word + space for word, space in words))
    named = [doc[start : start + length] for start, length, _ in spans]
    spans_or_none = [
        doc.char_span(span.start_char, span.end_char, label)
        for span, (*_, label) in zip(named, spans, strict=True)
        if len(span)
    ]
    doc.ents = filter_spans([span for span in spans_or_none if span is not None])
    return doc


def check(doc: Doc, entities: list[Entity]) -> None:
    """Assert what holds for the entities of any text."""
    mentions = sorted((mention.start, mention.end, mention.text) for entity in entities for mention in entity.mentions)
    assert all(end <= len(doc.text) for _, end, _ in mentions)
    assert all(doc.text[start:end] == text and text.strip() == text for start, end, text in mentions)
    assert all(end <= start for (_, end, _), (start, _, _) in pairwise(mentions))
    assert sum(entity.salience for entity in entities) <= 1 + 0.0001 * len(entities)
