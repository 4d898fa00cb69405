"""Named entities against labelled names: the exact span and the type, counted over all articles of a set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training.scoring.counting import Row, Score

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from spacy.tokens import Doc

    from service.contract.enriched_article import EnrichedArticle
    from training.labelled import LabelledArticle
    from training.scoring.counting import Pairs

    Spans = set[tuple[int, int, str]]

CORE = ("PERSON", "ORG", "place", "NORP")
OTHERS = ("FAC", "EVENT", "PRODUCT", "work")
JOINED_TYPES = {"GPE": "place", "LOC": "place", "WORK_OF_ART": "work", "LAW": "work"}
"""Types that not all labels tell apart."""


def labelled_spans(article: LabelledArticle) -> Spans:
    """Return the labelled names of *article* with their types, without those that may be of several types."""
    return {
        (name.start, name.end, types.pop())
        for name in article.names or ()
        if len(types := {JOINED_TYPES.get(label, label) for label in name.labels}) == 1
    }


def record_spans(record: EnrichedArticle) -> Spans:
    """Return the mentions of the entities of *record* with their types."""
    return {
        (mention.start, mention.end, JOINED_TYPES.get(entity.type, entity.type))
        for entity in record.entities
        for mention in entity.mentions
    }


def doc_spans(doc: Doc) -> Spans:
    """Return the named entities of *doc* with their types."""
    return {(ent.start_char, ent.end_char, JOINED_TYPES.get(ent.label_, ent.label_)) for ent in doc.ents}


def name_rows(name: str, pairs: Pairs, *, others: bool) -> Iterator[Row]:
    """Return the rows of the names of the set called *name*, with the types in `OTHERS` only if *others*."""
    spans = [(labelled_spans(article), record_spans(record)) for article, record in pairs]
    return span_rows("names", name, spans, others=others)


def span_rows(what: str, name: str, spans: Sequence[tuple[Spans, Spans]], *, others: bool) -> Iterator[Row]:
    """Yield the rows of *spans*, given as labelled and found ones by article; each row begins with *what*."""
    groups: dict[str, tuple[str, ...]] = {"PERSON, ORG, place, NORP": CORE} | {label: (label,) for label in CORE}
    if others:
        groups |= {label: (label,) for label in OTHERS} | {"all types": CORE + OTHERS}
    for group, labels in groups.items():
        score = Score()
        for gold, predicted in spans:
            wanted = {span for span in gold if span[2] in labels}
            found = {span for span in predicted if span[2] in labels}
            score.add(wanted & found, found, wanted)
        yield Row(f"{what}: {group}", name, str(score), f"{score.gold:,} mentions")
