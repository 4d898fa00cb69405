"""Whether an event is told as history: what took place two years or more before the article was published.

The clause says so: by a year ("in 1968", "the 2014 elections"), by a span of years ("three decades ago", "ten years
after the war"), by an age that is over ("during the Cold War"), or by an adverb that sets it apart ("had previously").
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from service.enrich.grammar.word_lists import flag_words

if TYPE_CHECKING:
    from service.enrich.grammar.parse import Parse

YEAR = re.compile(r"(?:1[5-9]|20)\d\d$")
DECADE = re.compile(r"(?:1[5-9]|20)?\d0s$")
CENTURY = re.compile(r"(?:1\d|20)th$|last$")
OLD_YEARS = 2
DATED = frozenset({"", "DATE", "EVENT"})
"""Entity types that a year may be of; in a name or an amount, four digits are none."""
LONG_AGO = 2000
"""Where the year of publication is not known, years before this one are history."""
SPANS = frozenset({"years", "decade", "decades", "century", "centuries"})
FAR = 3
"""Words between a span and its "ago": "a few years or so ago"."""
JUST_BEFORE = 2
"""Words from a date to its "when", with a comma."""
AFTER_SPAN = frozenset({"ago", "earlier", "before"})
FORMER, FORMER_TIMES = frozenset({"that", "those", "same"}), frozenset({"year", "years", "days"})
OF_AGE = frozenset({"his", "her", "their", "my", "your", "our"})
"""Before a decade these make it one of somebody's life: "a man in his 40s"."""
BEFORE_NOUN = frozenset({"nummod", "compound", "amod", "nmod", "poss", "det"})
DURING = frozenset({"during", "in", "at", "after", "before", "following"})
"""Prepositions through which the year of a thing is that of what happened: "fled during the 1994 genocide"."""
AMOUNT = frozenset({"PERCENT", "MONEY", "QUANTITY", "CARDINAL"})


def date_cues(parse: Parse) -> dict[int, list[int]]:
    """Return the words of each sentence (by its number) that name a year or a time long gone, whenever it is read."""
    found: dict[int, list[int]] = {}
    ends = _ends()
    for at, word in enumerate(parse.words):
        if (word in ends and _names_past(parse, at)) or (word[:1].isdigit() and _counts(parse, at)):
            found.setdefault(parse.sentence_of[at], []).append(at)
    return found


@functools.cache
def _ends() -> frozenset[str]:
    return (
        frozenset(age.split()[-1] for age in flag_words("historical")["ages"]) | AFTER_SPAN | FORMER_TIMES | {"century"}
    )


def _names_past(parse: Parse, at: int) -> bool:
    word, before = parse.words[at], parse.words[at - 1] if at else ""
    if word in AFTER_SPAN:
        return not SPANS.isdisjoint(parse.words[max(0, at - FAR) : at])
    if word == "century":
        return bool(CENTURY.match(before))
    return (word in FORMER_TIMES and before in FORMER) or f"{before} {word}" in flag_words("historical")["ages"]


def _counts(parse: Parse, at: int) -> bool:
    """Tell whether the number at *at* is a year or a decade, and not one of somebody's life: "in his 40s"."""
    word = parse.words[at]
    if YEAR.match(word):
        return parse.entity_types[at] in DATED
    return bool(DECADE.match(word)) and not (at and parse.words[at - 1] in OF_AGE)


def is_history(parse: Parse, index: int, verb: int, dates: list[int], year: int | None) -> bool:
    """Tell whether the event at *index*, in the clause of *verb*, is history.

    *dates* are the cues of its sentence, *year* is that of publication.
    """
    if _set_apart(parse, verb) or _years_before(parse, index) or _years_before(parse, verb):
        return True
    words = [parse.words[at] for at in dates if _is_of(parse, at, index, verb)]
    years = [int(word) for word in words if YEAR.match(word)]
    if len(years) < len(words):
        return True
    return bool(years) and (max(years) <= year - OLD_YEARS if year else max(years) < LONG_AGO)


def _is_of(parse: Parse, at: int, index: int, verb: int) -> bool:
    """Tell whether the date at *at* is that of the event at *index*, or of its *verb*."""
    dated = _dated(parse, at)
    return index in dated or verb in dated or _when(parse, at, verb)


def _when(parse: Parse, at: int, verb: int) -> bool:
    """Tell whether the clause of *verb* tells more of the date at *at*: "in 1989, when the army shot protesters"."""
    return any(parse.words[child] == "when" and 0 < child - at <= JUST_BEFORE for child in parse.children[verb])


def _dated(parse: Parse, at: int) -> set[int]:
    """Return the words that the date at *at* dates: those above it up to its verb; before a noun, the noun alone."""
    found = {at}
    while parse.heads[at] != at:
        dep, head = parse.deps[at], parse.heads[at]
        if parse.words[head] == "since" or parse.entity_types[head] in AMOUNT:
            break
        owned = dep in BEFORE_NOUN and parse.entity_types[head] != "DATE" and parse.pos[head] == "n"
        found.add(head)
        if parse.pos[head] == "v":
            break
        if owned and not (parse.deps[head] == "pobj" and parse.words[parse.heads[head]] in DURING):
            break
        at = head
    return found


def _set_apart(parse: Parse, verb: int) -> bool:
    """Tell whether an adverb puts the clause of *verb* into an earlier time."""
    past = parse.tags[verb] in {"VBD", "VBN"}
    return past and any(
        parse.words[child] in flag_words("historical")["adverbs"] for child in parse.children_with(verb, "advmod")
    )


def _years_before(parse: Parse, index: int) -> bool:
    """Tell whether something took place years after it: "30 years after they signed", "a decade after the war"."""
    marks = [child for child in parse.children_with(index, "mark", "prep") if child < index]
    if parse.deps[index] in {"pobj", "pcomp"}:
        marks.append(parse.heads[index])
    return any(mark and parse.words[mark] == "after" and parse.words[mark - 1] in SPANS for mark in marks)
