"""Whether a clause is about history: what took place two years or more before the article was published.

The clause shows it by a year ("in 1968", "the 2014 elections"), by a span of years ("three decades ago", "ten years
after the war"), by an age that is over ("during the Cold War"), or by an adverb that sets it apart ("had previously").
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from service.enrich.grammar.word_lists import flag_words, function_words

if TYPE_CHECKING:
    from service.enrich.grammar.parse import Parse

YEAR = re.compile(r"(?:1[5-9]|20)\d\d$")
DECADE = re.compile(r"(?:1[5-9]|20)?\d0s$")
CENTURY = re.compile(r"(?:1\d|20)th$|last$")
MIN_AGE_YEARS = 2
"""Years before publication from which on a year is history."""
YEAR_ENTITY_TYPES = frozenset({"", "DATE", "EVENT"})
"""Entity types that a year may be part of; in a name or an amount, four digits are no year."""
FIRST_RECENT_YEAR = 2000
"""If the year of publication is unknown, earlier years than this are history."""
MAX_WORDS_TO_AGO = 3
"""Words from a span of years to its "ago": "a few years or so ago"."""
MAX_WORDS_TO_WHEN = 2
"""Words from a date to its "when", with a comma between."""
PRENOMINAL_DEPS = frozenset({"nummod", "compound", "amod", "nmod", "poss", "det"})
AMOUNT_TYPES = frozenset({"PERCENT", "MONEY", "QUANTITY", "CARDINAL"})


def date_cues(parse: Parse) -> dict[int, list[int]]:
    """Return, by number of the sentence, the tokens that name a year or a time long past."""
    cues: dict[int, list[int]] = {}
    last_words = _last_words()
    for index, word in enumerate(parse.words):
        if (word in last_words and _names_past(parse, index)) or (word[:1].isdigit() and _names_year(parse, index)):
            cues.setdefault(parse.sentence_of[index], []).append(index)
    return cues


@functools.cache
def _last_words() -> frozenset[str]:
    """Return the words that an expression of `_names_past` may end in: a quick test that most words fail."""
    ages = frozenset(age.split()[-1] for age in flag_words("historical").ages)
    return ages | function_words().after_year_span | function_words().past_time_nouns | {"century"}


def _names_past(parse: Parse, index: int) -> bool:
    """Return whether a time long past ends at *index*: "decades ago", "19th century", "that year", "Cold War"."""
    words = function_words()
    word, previous = parse.words[index], parse.words[index - 1] if index else ""
    if word in words.after_year_span:
        return not words.year_spans.isdisjoint(parse.words[max(0, index - MAX_WORDS_TO_AGO) : index])
    if word == "century":
        return bool(CENTURY.match(previous))
    is_past = word in words.past_time_nouns and previous in words.past_time_determiners
    return is_past or f"{previous} {word}" in flag_words("historical").ages


def _names_year(parse: Parse, index: int) -> bool:
    """Return whether the number at *index* is a year or a decade, and not a decade of a life: "in his 40s"."""
    word = parse.words[index]
    if YEAR.match(word):
        return parse.entity_types[index] in YEAR_ENTITY_TYPES
    return bool(DECADE.match(word)) and not (index and parse.words[index - 1] in function_words().life_possessives)


def is_history(parse: Parse, index: int, verb: int, cues: list[int], year: int | None) -> bool:
    """Return whether what the token at *index* names, in the clause of *verb*, is history.

    *cues* are the `date_cues` of its sentence; *year* is that of publication, if known.
    """
    if _is_set_apart(parse, verb) or _is_years_before(parse, index) or _is_years_before(parse, verb):
        return True
    words = [parse.words[cue] for cue in cues if _dates_event(parse, cue, index, verb)]
    years = [int(word) for word in words if YEAR.match(word)]
    if len(years) < len(words):
        return True
    return bool(years) and (max(years) <= year - MIN_AGE_YEARS if year else max(years) < FIRST_RECENT_YEAR)


def _dates_event(parse: Parse, cue: int, index: int, verb: int) -> bool:
    """Return whether the date at *cue* is that of the token at *index*, or of its *verb*."""
    dated = _dated_tokens(parse, cue)
    return index in dated or verb in dated or _explains_date(parse, verb, cue)


def _explains_date(parse: Parse, verb: int, cue: int) -> bool:
    """Return whether the clause of *verb* explains the date at *cue*: "in 1989, when the army shot protesters"."""
    children = parse.children[verb]
    return any(parse.words[child] == "when" and 0 < child - cue <= MAX_WORDS_TO_WHEN for child in children)


def _dated_tokens(parse: Parse, cue: int) -> set[int]:
    """Return the tokens that the date at *cue* dates: those above it up to its verb; before a noun, the noun alone."""
    index = cue
    dated = {index}
    while parse.heads[index] != index:
        dep, head = parse.deps[index], parse.heads[index]
        if parse.words[head] == "since" or parse.entity_types[head] in AMOUNT_TYPES:
            break
        is_prenominal = dep in PRENOMINAL_DEPS and parse.entity_types[head] != "DATE" and parse.pos[head] == "n"
        dated.add(head)
        if parse.pos[head] == "v":
            break
        preposition = parse.words[parse.heads[head]]
        reaches_verb = parse.deps[head] == "pobj" and preposition in function_words().during_prepositions
        if is_prenominal and not reaches_verb:
            break
        index = head
    return dated


def _is_set_apart(parse: Parse, verb: int) -> bool:
    """Return whether an adverb puts the clause of *verb* in an earlier time."""
    adverbs = flag_words("historical").adverbs
    is_past = parse.tags[verb] in {"VBD", "VBN"}
    return is_past and any(parse.words[child] in adverbs for child in parse.children_with(verb, "advmod"))


def _is_years_before(parse: Parse, index: int) -> bool:
    """Return whether something took place years after it: "30 years after they signed", "a decade after the war"."""
    marks = [child for child in parse.children_with(index, "mark", "prep") if child < index]
    if parse.deps[index] in {"pobj", "pcomp"}:
        marks.append(parse.heads[index])
    return any(
        mark and parse.words[mark] == "after" and parse.words[mark - 1] in function_words().year_spans for mark in marks
    )
