"""What the words around a name say about it: a place, a people's language, the dateline of a report.

The word lists are data, `data/places/cues.yaml`; the punctuation and the patterns are here.
"""

from __future__ import annotations

import re
from importlib import resources
from typing import TYPE_CHECKING

from service.enrich import data_files

if TYPE_CHECKING:
    from service.contract.raw_article import RawArticle
    from service.enrich.places.words import Words

_LISTS: dict[str, list[str]] = data_files.read_as_written(
    resources.files("service.enrich") / "data" / "places" / "cues.yaml"
)

PLACE_LABELS = frozenset(["GPE", "LOC"])
POSSESSIVES = frozenset(["'s", "\u2019s", "\u2018s"])
"""Possessive endings as tokens. The entity stage cuts further apostrophes from spans of text (`span_edges`)."""
HYPHENS = frozenset(["-", "\u2013", "/"])
_CONJUNCTIONS = frozenset([",", "and", "or", "-", "/", "&", "\u2013", "\u2014"])

ENGLISH_SPEAKING = frozenset([*_LISTS["english_speaking"], None])
"""With None, the country of places that lie in many."""
LOCATIVE = frozenset(_LISTS["locative"])
WEAKLY_LOCATIVE = frozenset(_LISTS["weakly_locative"])
DIRECTIONS = frozenset(_LISTS["directions"])
DIVISIONS = frozenset(_LISTS["divisions"])
GENERIC = DIVISIONS.union(_LISTS["generic"])
BEFORE_OF = GENERIC.union(_LISTS["before_of"])
SEPARATORS = _CONJUNCTIONS | {"(", ")"}
"""Words between the places that a model marks as one name: `Paris, Texas`, `Iraq and Syria`."""
LIST_SEPARATORS = _CONJUNCTIONS.union(_LISTS["list_words"])
BEFORE_ABBREVIATION = frozenset([",", "(", "-", "\u2013", *_LISTS["before_abbreviation"]])
STREETS = frozenset(_LISTS["streets"])
NOT_PLACES = frozenset(_LISTS["not_places"])
HELD = frozenset(_LISTS["held"])
AFTER_HYPHEN = frozenset(_LISTS["after_hyphen"])
GOVERNMENT = frozenset(_LISTS["government"])
PARTIES = frozenset(_LISTS["parties"])
TITLES = frozenset(_LISTS["titles"])
LANGUAGE_BEFORE = frozenset(_LISTS["language_before"])
LANGUAGE_AFTER = frozenset(_LISTS["language_after"])
LANGUAGE_AFTER_HYPHEN = frozenset(_LISTS["language_after_hyphen"])


def alternatives(name: str) -> str:
    """Return the alternatives of a regular expression for the phrases of the list *name*."""
    return "|".join(map(re.escape, _LISTS[name]))


def capitalisable(name: str) -> str:
    """Return the alternatives for the list *name*, in which lower-case words except "of" may begin with a capital."""
    return re.sub(r"(?<![\w\\])(?!of\b)[a-z]", lambda letter: f"[{letter[0].upper()}{letter[0]}]", alternatives(name))


DISEASE = re.compile(rf"[ -](?:ebola)?(?:{alternatives('diseases')})\b", re.IGNORECASE)
_CAPITAL = "[A-Z\u00c0-\u017d]"
_LETTERS = r"[\w.'\u2019/-]"
_DATELINE = re.compile(
    rf"^(?P<places>{_CAPITAL}{_LETTERS}*(?: {_LETTERS}+){{0,3}}"
    rf"(?:, ?{_CAPITAL}{_LETTERS}*(?: [A-Z]{_LETTERS}*){{0,2}}){{0,2}}?)"
    r"(?:,? (?:Jan|Feb|Mar|Apr|May|June|July|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec)\w*\.? \d{1,2}(?:, \d{4})?)?"
    r"(?P<agency>,? ?\([^()\n]{2,40}\))? ?(?:--?|\u2013|\u2014)\s",
    re.MULTILINE,
)
_DATELINE_MAX_CODE_POINTS = 1_000
"""Length of the beginning of the body that may hold a dateline: captions and summaries may precede it."""


def datelines(text: str, article: RawArticle) -> list[tuple[int, int]]:
    """Return the spans `[start, end)` of all places in the datelines of *text*: `BUDAPEST, Hungary (AP) -`.

    The entity stage has its own pattern (`overlooked_names.DATELINE_CITY`), because the two serve different purposes.
    That pattern finds the city alone, in capitals, on any line, as evidence that a name is a place. This one finds the
    whole list of places, also in mixed case if an agency follows, but only near the beginning, because it says where
    the reporter was.
    """
    body = len(article.headline) + 2 if article.headline and article.body else 0
    spans = []
    for match in _DATELINE.finditer(text, body, body + _DATELINE_MAX_CODE_POINTS):
        city = match["places"].split(",")[0]
        if city.isupper() or match["agency"]:
            spans.append(match.span("places"))
    return spans


def is_place_in_context(words: Words, first: int, last: int) -> bool:
    """Report whether the words around `[first, last)` say that it is a place: `in Valdai`, `the town of Manbij`."""
    before = words.before(first)
    if before in LOCATIVE or (before in HELD and words.text[first - 1].islower()):
        return True
    if before in WEAKLY_LOCATIVE:
        return words.after(last)[:1] in {",", "", "(", "."}
    if before == "of" and first > 1 and words.text[first - 2].lower() in BEFORE_OF:
        return True
    if before in DIRECTIONS and before.islower() and words.text[first - 1].islower():
        return True
    after = words.after(last)
    return after.islower() and after in GENERIC


def is_continued(words: Words, last: int) -> bool:
    """Report whether a longer name may continue at *last*: a capitalised word follows on the same line."""
    after = words.after(last)
    return after[:1].isupper() and after.isalpha() and not words.document.startswith("\n", words.end[last - 1])


def is_language(words: Words, first: int, last: int) -> bool:
    """Report whether a people's name stands for its language: `in Hungarian.`, `French-speaking`."""
    after = words.after(last).lower()
    if after in LANGUAGE_AFTER or (after == "-" and words.after(last + 1).lower() in LANGUAGE_AFTER_HYPHEN):
        return True
    ends = not after or not (after[0].isalnum() or after in POSSESSIVES or after == "-")
    return words.before(first) in LANGUAGE_BEFORE and ends
