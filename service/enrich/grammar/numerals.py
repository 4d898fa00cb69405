"""Numbers in digits and words: where one begins and ends among the tokens, and its value.

Two numbers that merely stand side by side ("since 2014 14,000 people") stay two. The value of a range ("20-30 people",
"twenty to thirty", "between 20 and 30") is its lower bound, as of "more than 20" and "at least 20": that is what the
text vouches for.
"""

from __future__ import annotations

import functools
import re
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from service.enrich.grammar.word_lists import number_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from service.enrich.grammar.parse import Parse

DIGITS = re.compile(
    r"[1-9]\d{0,2}(?:,\d{3}){1,4}(?:\.\d{1,9})?|[1-9]\d?(?:,\d\d){1,3},\d{3}|(?:0|[1-9]\d{0,14})(?:\.\d{1,9})?",
    re.ASCII,
)
"""At most 15 digits: more than any count. South Asia groups them by two: 1,20,000 is 120,000."""
LEADING_GROUPS, GROUP = re.compile(r"[1-9]\d{0,2}(?:,\d{3})*", re.ASCII), re.compile(r"\d{3}", re.ASCII)
"""The groups of digits of a number with spaces: "14 000"."""
RANGE = re.compile(r"(.+?)[-\u2013\u2014](.+)")
DASHES = frozenset("-\u2013\u2014")
NO_COUNT_TYPES = frozenset({"DATE", "TIME", "MONEY", "PERCENT", "ORDINAL"})
"""Entity types whose numbers count nothing."""
SMALLER_SCALES = frozenset({"hundred", "thousand", "lakh"})
"""Scales that count a larger one: "two hundred thousand", "one lakh crore"."""
NO_NUMBER_TYPES = NO_COUNT_TYPES - {"MONEY"}
"""The same without amounts of money: the model takes many numbers of other things for money."""
MAX_WORDS_PER_NUMBER = 20
""""Nine hundred and ninety-nine thousand nine hundred and ninety-nine" has 9."""
MAX_RANGE_RATIO = 10
"""Upper bound over lower bound of a range: "20-30,000" does not mean 20."""


class Number(NamedTuple):
    """A number among the tokens `[start, end)`."""

    start: int
    end: int
    value: int
    upper: int | None = None
    """Upper bound of a range."""


def value_of(words: Sequence[str]) -> int | None:
    """Return the whole number that *words* say: "1,200", "twenty - five", "two dozen", "2.5 million".

    Return None for a fraction, for two numbers, and for anything else.
    """
    parts = [part for word in words for part in word.split("-") if part not in {"", "and", "a"}]
    parts = _without_spaces(parts)
    if not 0 < len(parts) <= MAX_WORDS_PER_NUMBER or not all(_is_number(part) for part in parts):
        return None
    if not all(_continues(left, right) for left, right in pairwise(parts)):
        return None
    values, scales = _values(), number_words()["scales"]
    total, current = Decimal(0), Decimal(0)
    last_scale = Decimal("inf")
    for part, before in zip(parts, ["", *parts], strict=False):
        scale = scales.get(part)
        if scale is None:
            current += values[part] if part in values else Decimal(part.replace(",", ""))
        elif total and scales.get(before, 0) >= scales["thousand"]:
            total, last_scale = total * scale, Decimal(scale)  # "two lakh crore"
        elif scale >= last_scale or (part != "dozen" and current >= scale):
            return None  # "five hundred five hundred" is two numbers
        else:
            current = (current or Decimal(1)) * scale
            if scale >= scales["thousand"]:
                total, current, last_scale = total + current, Decimal(0), Decimal(scale)
    value = total + current
    return int(value) if value == value.to_integral_value() else None


def find(parse: Parse) -> Iterator[Number]:
    """Yield the numbers of a text that may count something: no dates, times, percentages or ordinals."""
    end = 0
    for index, word in enumerate(parse.words):
        if index < end or parse.entity_types[index] in NO_NUMBER_TYPES:
            continue
        if _is_number(word) or RANGE.fullmatch(word):
            number = number_around(parse, index)
            if number and number.start >= end and not _is_followed_by_scale(parse, number):
                end = number.end
                yield number


def number_around(parse: Parse, index: int) -> Number | None:
    """Return the number that the token at *index* is part of; else None."""
    if match := RANGE.fullmatch(parse.words[index]):
        return _range(index, index + 1, [match[1]], [match[2]])
    start, end = _extent(parse, index)
    lower = _extent(parse, start - 2) if _joins_range(parse, start - 1) else None
    upper = _extent(parse, end + 1) if _joins_range(parse, end) else None
    if lower and upper:
        return None
    if lower:
        return _range(lower[0], end, parse.words[slice(*lower)], parse.words[start:end])
    if upper:
        return _range(start, upper[1], parse.words[start:end], parse.words[slice(*upper)])
    if parse.words[start] in number_words()["scales"] and not _is_one_of_scale(parse, start):
        return None
    value = value_of(parse.words[start:end])
    return None if value is None else Number(start, end, value)


@functools.cache
def _values() -> dict[str, int]:
    """Return the values of all number words."""
    groups = number_words()
    return groups["units"] | groups["tens"] | groups["scales"]


def _is_followed_by_scale(parse: Parse, number: Number) -> bool:
    """Return whether a word goes on that makes it no number: "five hundred hundred"."""
    return number.end < parse.size and parse.words[number.end] in number_words()["scales"]


def _is_number(word: str) -> bool:
    return word in _values() or bool(DIGITS.fullmatch(word))


def _continues(left: str, right: str) -> bool:
    """Return whether *right* continues the number of *left*: "2 million", "twenty five", "hundred six"."""
    units, tens, scales = (number_words()[group] for group in ("units", "tens", "scales"))
    if right in scales:
        return left not in scales or (left in SMALLER_SCALES and scales[right] > scales[left])
    if left in tens:
        return 0 < units.get(right, 0) < units["ten"]
    return left in scales and left != "dozen" and right in _values()


def _without_spaces(parts: list[str]) -> list[str]:
    """Return *parts* with the groups of digits of one number joined: "14 000" is "14,000"."""
    joined: list[str] = []
    for part in parts:
        if joined and _is_group(joined[-1], part):
            joined[-1] += f",{part}"
        else:
            joined.append(part)
    return joined


def _is_group(left: str, right: str) -> bool:
    return GROUP.fullmatch(right) is not None and LEADING_GROUPS.fullmatch(left) is not None


def _extent(parse: Parse, index: int) -> tuple[int, int]:
    """Return the tokens `[start, end)` that form one number with the token at *index*."""
    start, end = index, index + 1
    while end - start < MAX_WORDS_PER_NUMBER and (step := _step(parse, start - 1, start, -1)):
        start -= step
    while end - start < MAX_WORDS_PER_NUMBER and (step := _step(parse, end - 1, end, 1)):
        end += step
    return start, end


def _step(parse: Parse, left: int, right: int, direction: int) -> int:
    """Return by how many tokens a number grows: by two across the joint of "twenty-five" or "hundred and six"."""
    if left < 0 or right >= parse.size:
        return 0
    joint = parse.words[right if direction > 0 else left]
    step = 2 if joint in {"-", "and"} else 1
    left, right = (left, left + step) if direction > 0 else (right - step, right)
    if left < 0 or right >= parse.size or parse.entity_types[left if direction < 0 else right] in NO_COUNT_TYPES:
        return 0
    before, after = parse.words[left], parse.words[right]
    if step == 1 and GROUP.fullmatch(after) and (LEADING_GROUPS.fullmatch(before) or GROUP.fullmatch(before)):
        return int("DATE" not in {parse.entity_types[left], parse.entity_types[right]})  # "On May 3 410 bodies"
    if not (_is_number(before) and _is_number(after) and _continues(before, after)):
        return 0
    if joint == "-":
        return step if before in number_words()["tens"] else 0
    scales = number_words()["scales"]
    return step if joint != "and" or (before in scales and after not in scales) else 0


def _joins_range(parse: Parse, joint: int) -> bool:
    """Return whether the token at *joint* stands between the bounds of a range: the dash of "20-30", "20 to 30"."""
    if not 0 < joint < parse.size - 1:
        return False
    word, before = parse.words[joint], parse.words[max(joint - 2, 0)]
    is_joint = word in DASHES or (word == "to" and parse.deps[joint] == "quantmod")
    is_joint |= (word, before) == ("and", "between")
    bounds = (joint - 1, joint + 1)
    return is_joint and all(
        _is_number(parse.words[bound]) and parse.entity_types[bound] not in NO_COUNT_TYPES for bound in bounds
    )


def _range(start: int, end: int, lower: Sequence[str], upper: Sequence[str]) -> Number | None:
    """Return a range with both bounds in the unit of the upper one: "2-3 million" is at least two million."""
    scales = number_words()["scales"]
    if upper[-1] in scales and lower[-1] not in scales:
        lower = [*lower, upper[-1]]
    least, most = value_of(lower), value_of(upper)
    if least is None or most is None or not least < most <= MAX_RANGE_RATIO * least:
        return None
    return Number(start, end, least, most)


def _is_one_of_scale(parse: Parse, index: int) -> bool:
    """Return whether "a" makes the scale word one: "a million", but not "half a million" or "several hundred"."""
    before = parse.words[max(index - 2, 0) : index]
    return before[-1:] == ["a"] and before[0] not in {"half", "of"}  # "a quarter of a million"
