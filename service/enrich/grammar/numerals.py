"""Numbers in figures and words: where one begins and ends among the tokens, and how many it says.

Two numbers that merely stand side by side ("since 2014 14,000 people") stay two. Of a range ("20-30 people", "twenty to
thirty") the lower bound counts, as of "more than 20" and "at least 20": it is what the text vouches for.
"""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from service.enrich.grammar.parse import Parse

UNITS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
SCALES = {"dozen": 12, "hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
WORDS = UNITS | TENS | SCALES
FIGURES = re.compile(r"[1-9]\d{0,2}(?:,\d{3}){1,4}(?:\.\d{1,9})?|(?:0|[1-9]\d{0,14})(?:\.\d{1,9})?", re.ASCII)
"""Fifteen digits: more than anybody counts. One that begins with 0 is the rest of another, as in "14 000"."""
RANGE = re.compile(r"(.+?)[-\u2013\u2014](.+)")
DASHES = frozenset("-\u2013\u2014")
NOT_COUNTED = frozenset({"DATE", "TIME", "MONEY", "PERCENT", "ORDINAL"})
MOST_WORDS = 20
"""In one number: "nine hundred and ninety-nine thousand nine hundred and ninety-nine" has 9."""
WIDEST = 10
"""How many times the lower bound the upper one may be: "20-30,000" does not mean 20."""


def value_of(words: Sequence[str]) -> int | None:
    """Return the whole number that *words* say: "1,200", "twenty - five", "two dozen", "2.5 million"; else None."""
    parts = [part for word in words for part in word.split("-") if part not in {"", "and", "a"}]
    if not 0 < len(parts) <= MOST_WORDS or not all(_is_number(part) for part in parts):
        return None
    if not all(_goes_on(left, right) for left, right in pairwise(parts)):
        return None
    total, current = Decimal(0), Decimal(0)
    below = Decimal("inf")
    for part in parts:
        scale = SCALES.get(part)
        if scale is None:
            current += WORDS[part] if part in WORDS else Decimal(part.replace(",", ""))
        elif scale >= below or (part != "dozen" and current >= scale):
            return None  # "five hundred five hundred" is two
        else:
            current = (current or Decimal(1)) * scale
            if scale >= SCALES["thousand"]:
                total, current, below = total + current, Decimal(0), Decimal(scale)
    value = total + current
    return int(value) if value == value.to_integral_value() else None


def around(parse: Parse, index: int) -> tuple[int, int, int] | None:
    """Return the tokens `[start, end)` of the number that the one at *index* is part of, and its value; else None."""
    if match := RANGE.fullmatch(parse.words[index]):
        return _bounded(index, index + 1, [match[1]], [match[2]])
    start, end = _extent(parse, index)
    lower = _extent(parse, start - 2) if _ranges(parse, start - 1) else None
    upper = _extent(parse, end + 1) if _ranges(parse, end) else None
    if lower and upper:
        return None
    if lower:
        return _bounded(lower[0], end, parse.words[slice(*lower)], parse.words[start:end])
    if upper:
        return _bounded(start, upper[1], parse.words[start:end], parse.words[slice(*upper)])
    if parse.words[start] in SCALES and not _is_one(parse, start):
        return None
    value = value_of(parse.words[start:end])
    return None if value is None else (start, end, value)


def _is_number(word: str) -> bool:
    return word in WORDS or bool(FIGURES.fullmatch(word))


def _goes_on(left: str, right: str) -> bool:
    """Tell whether *right* goes on with the number of *left*: "2 million", "twenty five", "hundred six"."""
    if right in SCALES:
        return left not in SCALES or (left == "hundred" and SCALES[right] > SCALES["hundred"])
    if left in TENS:
        return 0 < UNITS.get(right, 0) < UNITS["ten"]
    return left in SCALES and left != "dozen" and right in WORDS


def _extent(parse: Parse, index: int) -> tuple[int, int]:
    """Return the tokens `[start, end)` that make one number with that at *index*."""
    start, end = index, index + 1
    while end - start < MOST_WORDS and (step := _step(parse, start - 1, start, -1)):
        start -= step
    while end - start < MOST_WORDS and (step := _step(parse, end - 1, end, 1)):
        end += step
    return start, end


def _step(parse: Parse, left: int, right: int, way: int) -> int:
    """Return by how many tokens a number grows: two over the joint of "twenty-five" or "hundred and six"."""
    if left < 0 or right >= parse.size:
        return 0
    joint = parse.words[right if way > 0 else left]
    step = 2 if joint in {"-", "and"} else 1
    left, right = (left, left + step) if way > 0 else (right - step, right)
    if left < 0 or right >= parse.size or parse.entity_types[left if way < 0 else right] in NOT_COUNTED:
        return 0
    before, after = parse.words[left], parse.words[right]
    if not (_is_number(before) and _is_number(after) and _goes_on(before, after)):
        return 0
    if joint == "-":
        return step if before in TENS else 0
    return step if joint != "and" or (before in SCALES and after not in SCALES) else 0


def _ranges(parse: Parse, joint: int) -> bool:
    """Tell whether the token at *joint* stands between the bounds of a range: the dash of "20-30", "20 to 30"."""
    if not 0 < joint < parse.size - 1:
        return False
    between = parse.words[joint] in DASHES or (parse.words[joint] == "to" and parse.deps[joint] == "quantmod")
    bounds = (joint - 1, joint + 1)
    return between and all(_is_number(parse.words[at]) and parse.entity_types[at] not in NOT_COUNTED for at in bounds)


def _bounded(start: int, end: int, lower: Sequence[str], upper: Sequence[str]) -> tuple[int, int, int] | None:
    """Return the lower bound of a range, in the unit of the upper one: "2-3 million" is two million at least."""
    if upper[-1] in SCALES and lower[-1] not in SCALES:
        lower = [*lower, upper[-1]]
    least, most = value_of(lower), value_of(upper)
    if least is None or most is None or not least < most <= WIDEST * least:
        return None
    return start, end, least


def _is_one(parse: Parse, index: int) -> bool:
    """Tell whether a scale without a number is one of it: "a million", but not "half a million", "several hundred"."""
    before = parse.words[max(index - 2, 0) : index]
    return before[-1:] == ["a"] and before[0] not in {"half", "of"}  # a quarter of a million
