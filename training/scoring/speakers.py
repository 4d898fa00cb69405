"""Quotations and their speakers against labelled ones.

A labelled quotation has `quote`, the first 40 characters of its words, and `speaker`, the speaker's fullest name in the
article; it has none where the text does not tell who spoke.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from training.scoring.counting import Row, Score, share

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from service.contract.annotations import Quote
    from service.contract.enriched_article import EnrichedArticle

    LabelledQuotes = Sequence[dict[str, Any]]

MAX_SHIFT_CODE_POINTS = 3
"""A quotation may begin this far from the labelled place: with or without a mark or a dash."""
PASSED_OVER = frozenset({"the", "a", "an", "dr", "mr", "mrs", "ms", "prof", "professor", "president"})


def speaker_rows(name: str, pairs: Iterable[tuple[LabelledQuotes, EnrichedArticle]]) -> Iterator[Row]:
    """Yield the rows of the quotations of the set called *name*."""
    found, speakers = Score(), Score()
    known_and_right, entity_is_right = [], []
    for labelled, record in pairs:
        matched = match(labelled, record)
        found.add(matched, record.quotes, labelled)
        for number, gold in enumerate(labelled):
            quote = matched.get(number)
            is_right = quote is not None and is_speaker(gold["speaker"], quote, record)
            if gold["speaker"]:
                known_and_right.append(is_right)
                speakers.gold += 1
                speakers.right += is_right
                if quote is not None and quote.speaker_entity is not None:
                    entity_is_right.append(is_entity(gold["speaker"], quote, record))
            speakers.predicted += quote is not None and quote.speaker is not None
    yield Row("quotations", name, str(found), f"{found.gold:,} quotations")
    yield Row("speaker known and right", name, share(known_and_right), f"{len(known_and_right):,} quotations")
    yield Row("speakers", name, str(speakers), f"{speakers.gold:,} quotations")
    yield Row("entity of the speaker is right, where there is one", name, share(entity_is_right), "")


def match(labelled: LabelledQuotes, record: EnrichedArticle) -> dict[int, Quote]:
    """Return the record's quotation for each of those *labelled* that the record has, by their numbers."""
    matched = {}
    for number, gold in enumerate(labelled):
        starts = [place.start() for place in re.finditer(re.escape(gold["quote"].strip()), record.text)]
        for quote in record.quotes:
            if any(abs(quote.quote.start - start) <= MAX_SHIFT_CODE_POINTS for start in starts):
                matched[number] = quote
                break
    return matched


def is_speaker(gold: str | None, quote: Quote, record: EnrichedArticle) -> bool:
    """Return whether the speaker of *quote* is the one labelled, by entity or else by the words."""
    if gold is None or quote.speaker is None:
        return gold is None and quote.speaker is None
    if quote.speaker_entity is not None:
        return is_entity(gold, quote, record)
    return _is_same(gold, quote.speaker.text)


def is_entity(gold: str, quote: Quote, record: EnrichedArticle) -> bool:
    """Return whether a name of the entity of the speaker is the one labelled."""
    if quote.speaker_entity is None:
        return False
    entity = record.entities[quote.speaker_entity]
    return any(_is_same(gold, form) for form in {entity.name, *(mention.text for mention in entity.mentions)})


def _is_same(first: str, second: str) -> bool:
    """Return whether all words of the shorter name are in the longer one."""
    words, others = (set(re.findall(r"\w+", name.lower())) - PASSED_OVER for name in (first, second))
    return bool(words) and bool(others) and (words <= others or others <= words)
