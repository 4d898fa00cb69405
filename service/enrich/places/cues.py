"""The words around a name that tell what it is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from service.contract.raw_article import RawArticle
    from service.enrich.places.words import Words

PLACES = frozenset(["GPE", "LOC"])
ENGLISH = frozenset(["US", "GB", "CA", "AU", "NZ", "IE", None])
LOCATIVE = frozenset(["in", "near", "outside", "around", "across", "into", "inside", "throughout", "toward", "towards"])
WEAKLY_LOCATIVE = frozenset(["at", "from", "to", "via"])
"""These stand before people and organisations as well."""
# ruff: noqa: SIM905 - one string a list of words: a quotation mark around each makes it no clearer
DIRECTIONS = frozenset(
    "north south east west northern southern eastern western central northeast northwest southeast southwest "
    "northeastern northwestern southeastern southwestern south-eastern north-eastern south-western north-western "
    "upper lower greater mainland downtown upstate inner outer mid".split()
)
DIVISIONS = frozenset(
    "province region district oblast prefecture governorate county state city municipality area peninsula town village "
    "island islands valley krai".split()
)
"""Words that may follow or precede a place's name and say no more than its kind."""
GENERIC = DIVISIONS.union("suburb capital port airport republic metropolitan".split())
BEFORE_OF = GENERIC.union(
    "stronghold resort outskirts streets residents mayor people siege battle centre center enclave governor north "
    "south east west coast shores fall suburbs bishop".split()
)
"""Words that come before `of` and a place."""
SEPARATORS = frozenset([",", "and", "&", "/", "(", ")", "-", "\u2013", "\u2014", "or"])
LIST = frozenset([",", "and", "or", "-", "/", "&", "\u2013", "\u2014", "to"])
BEFORE_ABBREVIATION = frozenset([",", "(", "-", "\u2013", "in", "from"])
STREETS = frozenset("street road avenue boulevard drive lane st ave rd blvd way".split())
"""A street is named after a city as often as it lies in it."""
NO_PLACES = frozenset(["Earth", "Mars", "Moon", "Venus", "Jupiter", "Media"])
"""Towns in Texas, Pennsylvania and elsewhere, but rarely in the news."""
POSSESSIVES = frozenset(["'s", "\u2019s", "\u2018s"])
HELD = frozenset(["held", "occupied", "controlled"])
"""Rebel-held Douma."""
AFTER_HYPHEN = frozenset(["based", "born", "area", "backed", "led", "bound", "held", "style", "area", "wide"])
GOVERNMENT = frozenset(["Government", "government"])
HYPHENS = frozenset(["-", "\u2013", "/"])
PARTIES = frozenset(["R", "D", "I"])
TITLES = frozenset(
    "mr mrs ms dr president minister sen rep gov gen col lt sgt capt judge prince princess king queen pope sir senator "
    "congressman governor secretary".split()
)
LANGUAGE_BEFORE = frozenset(["in", "into", "speak", "speaks", "spoke", "speaking", "learn", "fluent"])
LANGUAGE_AFTER = frozenset(["language", "languages", "speaker", "speakers", "translation"])

DISEASE = re.compile(
    r"[ -](?:ebola)?(?:virus|fever|disease|syndrome|variant|hemorrhagic|haemorrhagic|flu)\b", re.IGNORECASE
)
_CAPITAL = "[A-Z\u00c0-\u017d]"
_LETTERS = r"[\w.'\u2019/-]"
_DATELINE = re.compile(
    rf"^(?P<places>{_CAPITAL}{_LETTERS}*(?: {_LETTERS}+){{0,3}}"
    rf"(?:, ?{_CAPITAL}{_LETTERS}*(?: [A-Z]{_LETTERS}*){{0,2}}){{0,2}}?)"
    r"(?:,? (?:Jan|Feb|Mar|Apr|May|June|July|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec)\w*\.? \d{1,2}(?:, \d{4})?)?"
    r"(?P<agency>,? ?\([^()\n]{2,40}\))? ?(?:--?|\u2013|\u2014)\s",
    re.MULTILINE,
)
_DATELINE_WITHIN = 1_000
"""Characters of the text's beginning in which a dateline is looked for: captions and summaries may stand before it."""


def datelines(text: str, article: RawArticle) -> list[tuple[int, int]]:
    """Return where datelines (`BUDAPEST, Hungary (AP) -`) name their places, `[start, end)`."""
    body = len(article.headline) + 2 if article.headline and article.body else 0
    found = []
    for match in _DATELINE.finditer(text, body, body + _DATELINE_WITHIN):
        first = match["places"].split(",")[0]
        if first.isupper() or match["agency"]:
            found.append(match.span("places"))
    return found


def says_place(words: Words, first: int, last: int) -> bool:
    """Tell whether the words around say that a place stands here: `in Valdai`, `the town of Manbij`."""
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


def goes_on(words: Words, last: int) -> bool:
    """Tell whether a longer name goes on after these words."""
    after = words.after(last)
    return after[:1].isupper() and after.isalpha() and not words.document.startswith("\n", words.end[last - 1])


def is_language(words: Words, first: int, last: int) -> bool:
    """Tell whether a people's name stands for its language: `in Hungarian.`, `French-speaking`."""
    after = words.after(last).lower()
    if after in LANGUAGE_AFTER or (after == "-" and words.after(last + 1).lower() in {"speaking", "language"}):
        return True
    ends = not after or not (after[0].isalnum() or after in POSSESSIVES or after == "-")
    return words.before(first) in LANGUAGE_BEFORE and ends
