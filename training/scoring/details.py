"""Counts and dates of records against those that readers labelled: `counts` and `dates` of a labelled article.

A count is right if its mention overlaps the labelled words and its number is the labelled one. A date is right if its
words overlap. Kinds and currencies are compared for the counts that are right.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from training.scoring.counting import Row, Score, share

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from service.contract.enriched_article import EnrichedArticle

    Labelled = dict[str, Any]

READERS_KINDS = {"protesting": "protesters", "kidnapped": "people", "deployed": "people"}
"""Kinds of ours for which readers have another word."""


class Found(NamedTuple):
    """Words of the text and what they say."""

    start: int
    end: int
    values: frozenset[float] = frozenset()
    kind: str = ""
    currency: str | None = None


def count_rows(name: str, pairs: Sequence[tuple[Labelled, EnrichedArticle]]) -> Iterator[Row]:
    """Yield the rows of the counts of a set called *name*, given as labelled article and record."""
    both = [(in_text(row["counts"], record.text), _counts(record)) for row, record in pairs]
    matches = [match for labelled, found in both for match in matched(labelled, found)]
    for group in ("", "money", "other numbers"):
        score = Score()
        for labelled, found in both:
            score.add(
                matched(_of_group(labelled, group), _of_group(found, group)),
                _of_group(found, group),
                _of_group(labelled, group),
            )
        yield Row(f"counts{group and ': '}{group}", name, str(score), f"{score.gold:,} counts")
    amounts = [(wanted, count) for wanted, count in matches if wanted.kind == "money"]
    yield Row("kind of a count", name, share(wanted.kind == count.kind for wanted, count in matches), f"{len(matches)}")
    currencies = share(wanted.currency == count.currency for wanted, count in amounts)
    yield Row("currency of an amount", name, currencies, f"{len(amounts)}")


def date_rows(name: str, pairs: Sequence[tuple[Labelled, EnrichedArticle]]) -> Iterator[Row]:
    """Yield the row of the dates of a set called *name*, given as labelled article and record."""
    score = Score()
    for row, record in pairs:
        labelled = in_text(row["dates"], record.text)
        found = [Found(mention.start, mention.end) for mention in record.dates]
        score.add(matched(labelled, found), found, labelled)
    yield Row("dates", name, str(score), f"{score.gold:,} dates")


def in_text(rows: Sequence[Labelled], text: str) -> list[Found]:
    """Return the labels of *rows* at their places in *text*: each after the one before, if it is there.

    Raises:
        ValueError: A label is not in the text.
    """
    found: list[Found] = []
    for row in rows:
        pattern = re.compile(rf"(?<!\w){re.escape(row['text'])}(?!\w)")
        taken = {label.start for label in found}
        after = found[-1].end if found else 0
        places = [match for match in pattern.finditer(text) if match.start() not in taken]
        place = next((match for match in places if match.start() >= after), places[0] if places else None)
        if place is None:
            raise ValueError(f"{row['text']!r} is not in the text {text[:40]!r}")
        values = frozenset({float(row["value"])}) if "value" in row else frozenset()
        found.append(Found(*place.span(), values, row.get("kind", ""), row.get("currency")))
    return found


def _counts(record: EnrichedArticle) -> list[Found]:
    return [
        Found(
            count.mention.start,
            count.mention.end,
            frozenset({float(count.number), float(count.number if count.upper is None else count.upper)}),
            READERS_KINDS.get(count.kind, count.kind),
            count.currency,
        )
        for count in record.counts
    ]


def _of_group(counts: Sequence[Found], group: str) -> list[Found]:
    """Return the counts of money, or all others; with no *group* all."""
    return [count for count in counts if not group or (count.kind == "money") == (group == "money")]


def matched(labelled: Sequence[Found], found: Sequence[Found]) -> list[tuple[Found, Found]]:
    """Return each label with the first of *found* that overlaps it and says the same; each is used once."""
    matches: list[tuple[Found, Found]] = []
    left = list(found)
    for wanted in labelled:
        for one in left:
            overlaps = one.start < wanted.end and wanted.start < one.end
            if overlaps and (wanted.values <= one.values):
                matches.append((wanted, one))
                left.remove(one)
                break
    return matches
