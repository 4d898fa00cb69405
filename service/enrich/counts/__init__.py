"""The numbers of a text that are news: how many were killed or displaced, votes, money, people and things."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.contract.annotations import Count, Mention
from service.enrich.counts import affected, money, newsworthiness
from service.enrich.grammar import numerals, phrases, qualifiers
from service.enrich.grammar.parse import Parse
from service.enrich.model.tokenizing import text_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spacy.tokens import Doc

    from service.contract.annotations import CountryShare
    from service.enrich.grammar.numerals import Number

    Counts = dict[tuple[int, int], Count]
    """The counts by the code points of their mentions."""

MAX_COUNT = 10**12
"""A thousand billion: a larger number of things is misread."""


def find(doc: Doc, countries: Sequence[CountryShare] = ()) -> list[Count]:
    """Return the counts of *doc* in the order of the text. A mention is the words of the number, in code points.

    A count of money includes the currency in its mention; *countries* tell which dollars or rupees are meant. Only
    numbers count, not "dozens" or "hundreds". "More than 20" counts as 20. What the text denies ("did not arrest 300
    protesters") is not counted.
    """
    parse, text = Parse.of(doc), text_of(doc)
    amounts = list(money.find(text, [country.code for country in countries if country.about]))
    taken = {code_point for amount in amounts for code_point in range(amount.start, amount.end)}
    found = [_amount(text, amount) for amount in amounts]
    kinds = _affected(parse)
    for number in numerals.find(parse):
        start = doc[number.start].idx
        if start in taken or number.value > MAX_COUNT:
            continue
        kind, counted = kinds.get(number[:2], ("", None))
        if kind != DENIED and (kind := kind or newsworthiness.kind(parse, number) or ""):
            counted = newsworthiness.counted_noun(parse, number) if counted is None else counted
            found.append(_count(doc, text, kind, counted, number))
    return sorted(found, key=lambda count: count.mention.start)


DENIED = "denied"
"""Stands for the kind of what did not happen."""


def _affected(parse: Parse) -> dict[tuple[int, int], tuple[str, int]]:
    """Return the kind and the token of what each number counts, by the tokens of the number."""
    order = {kind: rank for rank, kind in enumerate((DENIED, *affected.kinds()))}
    kinds: dict[tuple[int, int], tuple[str, int]] = {}
    for row in affected.find(parse):
        kind, span = DENIED if row.denied else row.kind, row.number[:2]
        if span not in kinds or order[kind] < order[kinds[span][0]]:
            kinds[span] = (kind, row.counted)
    return kinds


def _amount(text: str, amount: money.Amount) -> Count:
    mention = Mention(start=amount.start, end=amount.end, text=text[amount.start : amount.end])
    return Count(
        kind="money",
        number=amount.value,
        upper=amount.upper,
        qualifier=qualifiers.read(text, amount.start, amount.end),
        currency=amount.currency,
        mention=mention,
    )


def _count(doc: Doc, text: str, kind: str, counted: int | None, number: Number) -> Count:
    parse, (start, end) = Parse.of(doc), number[:2]
    counted_text = None
    if counted is not None and not start <= counted < end and parse.pos[counted] == "n":
        first, last = phrases.noun_phrase(parse, counted, [])
        first = max(first, end) if first < end <= last else first
        counted_text = doc[first:last].text or None
    mention = phrases.mention(doc, (start, end))
    return Count(
        kind=kind,
        number=number.value,
        upper=number.upper,
        qualifier=qualifiers.read(text, mention.start, mention.end),
        mention=mention,
        of=counted_text,
    )
