"""Amounts of money: "$18.5 million", "SR 10 billion", "2.3 crore rupees", with their currency.

The text is read, not the tokens, because the tokenizer splits "Sh1.5 billion" and "HK $20m" in many ways. Only whole
amounts are counted, since a count is a whole number: "$5.4 million" is, "$5.40" is not.
"""

from __future__ import annotations

import functools
import re
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from service.enrich.counts import currencies
from service.enrich.grammar import numerals, surroundings
from service.enrich.grammar.word_lists import number_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

MAX_AMOUNT = 10**15
"""A thousand trillion, more than the money on Earth in any currency but the weakest."""
SHORT_SCALES = {"k": "thousand", "m": "million", "mn": "million", "mln": "million", "b": "billion", "bn": "billion",
                "bln": "billion", "tn": "trillion", "trn": "trillion"}  # fmt: skip
DIGITS = r"\d{1,3}(?:[ \u00a0]\d{3})+(?![\d.,]?\d)|\d+(?:,\d{2,3})*(?:[.,]\d+)?"
SIGN_AFTER_LETTER = re.compile(r"(?<=[A-Za-z])(?=\\\$|₵|¢)|(?<=\.)(?=S|\\\$)")
DECIMAL_COMMA = re.compile(r"(\d+),(\d{1,2})")
MAX_SIGN_LENGTH = 8
"""Code points before a number in which its sign is: "US $ ", "Kshs. "."""
MAX_NAME_LENGTH = 48
"""Code points after a number in which its name is: "million East Caribbean dollars"."""
WORD_OR_SIGN = re.compile(r"[^\W\d_]+|[^\w\s!-#%-/:-@[-`{-~]")
"""Letters, or a sign that is no punctuation of ASCII but the dollar's."""
CODE_POINTS_BEFORE, CODE_POINTS_AFTER = 120, 120
"""How far an amount reaches from the sign or the name of its currency, at most."""
MIN_AMOUNT_OF_COMMON_WORD = 1000
MIN_AMOUNT_OF_LETTER = 100
"""Below are masks and roads: "N95", "R20"."""


class Amount(NamedTuple):
    """An amount of money in the code points `[start, end)` of a text."""

    start: int
    end: int
    value: int
    upper: int | None
    currency: str | None


def find(text: str, countries: Sequence[str]) -> Iterator[Amount]:
    """Yield the amounts of money in *text*, an article about *countries* (the most important first)."""
    end = 0
    places = (match.start() for match in WORD_OR_SIGN.finditer(text) if _may_be_money(match[0]))
    for passage in surroundings.around(text, places, before=CODE_POINTS_BEFORE, after=CODE_POINTS_AFTER):
        for match in _number().finditer(text, *passage):
            if match.start() >= end and (amount := _amount(text, match, countries)):
                end = amount.end
                yield amount


def _may_be_money(word: str) -> bool:
    """Return whether *word* is the sign of a currency or the last word of its name."""
    return word in _words_of_money() or word.lower() in _words_of_money()


@functools.cache
def _words_of_money() -> frozenset[str]:
    """Return the signs of currencies, and the last words of their names, as `WORD_OR_SIGN` finds them."""
    known = currencies.currencies()
    signs = (part for sign in known.signs for part in WORD_OR_SIGN.findall(sign))
    return frozenset([*signs, *(name.rpartition(" ")[2] for name in known.names)])


def _amount(text: str, number: re.Match[str], countries: Sequence[str]) -> Amount | None:
    """Return the amount that *number* is, if a sign stands before it or a name after it."""
    value, upper = _values(number)
    if value is None or value > MAX_AMOUNT:
        return None
    sign = _sign_before().search(text, max(0, number.start() - MAX_SIGN_LENGTH), number.start())
    name = _name_after().match(text, number.end(), number.end() + MAX_NAME_LENGTH)
    if sign and number["digits"]:
        written = sign[1].replace(" ", "")
        currency = currencies.of_sign(written, countries)
        if currency and not (currencies.is_letter(written) and value < MIN_AMOUNT_OF_LETTER):
            has_both = name and written.endswith("$") and (name["name"] or "").lower().startswith("dollar")
            return Amount(sign.start(1), name.end() if name and has_both else number.end(), value, upper, currency)
    return _named(number, name, (value, upper), countries) if name else None


def _named(
    number: re.Match[str], name: re.Match[str], values: tuple[int, int | None], countries: Sequence[str]
) -> Amount | None:
    """Return the amount of *number* with the *name* of a currency, a sign or an ISO code after it."""
    written = name["name"] or name["sign"]
    if name["sign"]:
        currency = currencies.of_sign(written, countries)
        return Amount(number.start(), name.end(), *values, currency) if currency else None
    known, lower = currencies.currencies().names, " ".join(written.lower().split())
    last_word = lower.rpartition(" ")[2]
    full = next((part for part in (lower, lower.partition(" ")[2]) if " " in part and part in known), last_word)
    if full == last_word in currencies.words().common_words and values[0] < MIN_AMOUNT_OF_COMMON_WORD:
        return None
    return Amount(number.start(), name.end(), *values, currencies.of_name(full, countries))


def _values(number: re.Match[str]) -> tuple[int | None, int | None]:
    """Return the lower and the upper bound of *number*; the lower has the scale of the upper if it has none."""
    scale, upper_scale = number["scale"] or "", number["upper_scale"] or ""
    if number["words"]:
        return numerals.value_of(number["words"].lower().replace("-", " ").split()), None
    if number["upper"] is None:
        return _scaled(number["digits"], scale), None
    least, most = _scaled(number["digits"], scale or upper_scale), _scaled(number["upper"], upper_scale)
    if least is None or most is None or not least < most <= numerals.MAX_RANGE_RATIO * least:
        return None, None
    return least, most


def _scaled(digits: str, scale: str) -> int | None:
    """Return *digits* times the words of *scale*; None if that is no whole number."""
    decimal = DECIMAL_COMMA.fullmatch(digits)
    value = Decimal(f"{decimal[1]}.{decimal[2]}" if decimal else re.sub(r"[,\s]", "", digits))
    for word in scale.lower().replace("-", " ").split():
        value *= number_words()["scales"][SHORT_SCALES.get(word, word)]
    return int(value) if value == value.to_integral_value() else None


@functools.cache
def _number() -> re.Pattern[str]:
    """Return the pattern of a number in digits or words, maybe a range of two, with the words of its scale."""
    groups = number_words()
    scales = "|".join(sorted([*groups["scales"], *SHORT_SCALES], key=len, reverse=True))
    scale = rf"(?:(?:[\s-]?(?:{scales})\b){{1,2}})"
    words = "|".join(sorted([*groups["units"], *groups["tens"], *groups["scales"]], key=len, reverse=True))
    signs = _alternatives(sign for sign in currencies.currencies().signs if not sign.isalpha())
    return re.compile(
        rf"(?<![\d.,])(?P<digits>{DIGITS})(?P<scale>{scale})?"
        rf"(?:(?:\s?[-\u2013\u2014]\s?|\sto\s)(?:{signs})?\s?(?P<upper>{DIGITS})(?P<upper_scale>{scale})?)?"
        rf"|\b(?P<words>(?:{words})(?:[ -](?:and )?(?:{words}))*)\b(?!-)",
        re.IGNORECASE,
    )


@functools.cache
def _sign_before() -> re.Pattern[str]:
    r"""Return the pattern of a sign at the end of a text. "US $" is "US$", and no letter stands before a sign."""
    signs = _alternatives(currencies.currencies().signs)
    return re.compile(rf"(?<![^\W\d_])({signs})\s?$")


@functools.cache
def _name_after() -> re.Pattern[str]:
    """Return the pattern of a name, a sign or a code right after a number: "million Hong Kong dollars", "10 €"."""
    known = currencies.currencies()
    names = _alternatives({name.rpartition(" ")[2] for name in known.names})
    signs = _alternatives(sign for sign in known.signs if not sign.isascii() or sign in known.countries)
    return re.compile(
        rf"\s?-?(?:(?P<name>(?:[A-Z][\w.]*\s){{0,3}}(?i:{names}))(?!\s(?:of|per)\b)|(?P<sign>{signs}))(?!\w)"
    )


def _alternatives(words: Iterable[str]) -> str:
    """Return a pattern of *words*, the longest first; there may be a space before their sign: "HK $", "GH ₵"."""
    escaped = (re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))
    return "|".join(SIGN_AFTER_LETTER.sub(" ?", word) for word in escaped)
