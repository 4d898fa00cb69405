"""Whatever the text and whatever the model makes of it, the mentions are in the text and apart from one another."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from spacy.util import filter_spans

if TYPE_CHECKING:
    from spacy.language import Language

    from service.enrich.entities import EntityFinder

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
def test_mentions_stand_in_the_text_and_do_not_overlap(
    finder: EntityFinder, nlp: Language, words: list[tuple[str, str]], spans: list[tuple[int, int, str]]
) -> None:
    """Each mention's words are the text's at its offsets, no two overlap, and salience is a share."""
    doc = nlp("".join(word + space for word, space in words))
    labelled = [doc[start : start + length] for start, length, _ in spans]
    made = [
        doc.char_span(span.start_char, span.end_char, label)
        for span, (*_, label) in zip(labelled, spans, strict=True)
        if len(span)
    ]
    doc.ents = filter_spans([span for span in made if span is not None])

    found = finder.find(doc)

    mentions = sorted((mention.start, mention.end, mention.text) for entity in found for mention in entity.mentions)
    assert all(end <= len(doc.text) for _, end, _ in mentions)
    assert all(doc.text[start:end] == text and text.strip() == text for start, end, text in mentions)
    assert all(end <= start for (_, end, _), (start, _, _) in pairwise(mentions))
    assert sum(entity.salience for entity in found) <= 1 + 0.0001 * len(found)
