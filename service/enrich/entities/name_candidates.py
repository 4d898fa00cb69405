"""The model's spans, cleaned, each with the trust that its label deserves at that position."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple, get_args

from service.contract.annotations import EntityType
from service.enrich.entities import span_edges
from service.enrich.entities.name_forms import APOSTROPHES, HYPHENS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from spacy.tokens import Span

    from service.enrich.entities.knowledge import Knowledge
    from service.enrich.entities.lexicon import Lexicon

TYPES = frozenset(get_args(EntityType))

TRUST_IN_SENTENCE = 1.0
"""Weight of the model's label on a name in a sentence: the unit of all weights on labels."""
TRUST_IN_HEADLINE = 0.3
"""Lower, because capitals hide what is a name and headlines have no grammar. Salience is the opposite: there a mention
in the headline counts three times as much."""
TRUST_AFTER_TITLE = 4.0
"""Weight of "a person" for "Mr X", whatever the model says."""
BEFORE = re.compile(r"(?P<first>\b[A-Z][a-z]+ )?\b(?P<title>[\w-]+)\.? $")
GOVERNMENT = re.compile(rf"(?<=[\w.])(?:[{APOSTROPHES}]s?)? (Government|Administration)$", re.IGNORECASE)
"""What follows the name of a country or of a president without being part of it."""
PHRASE_END = re.compile(r"[.,;:)!?]|$|\n| (?:and|or|but|that|on|at|by)\b")
JOINT = re.compile(rf"[/{HYPHENS}]| (?=[A-Z])")
HEADLINE_WORDS = range(3, 21)
MAX_HEADLINE_CODE_POINTS = 250
MIN_LETTERS_OF_LONG_WORD = 4
"""Shorter words are in lower case in headlines too."""
MIN_LONG_WORDS = 3
MIN_CAPITALISED_SHARE = 0.8
MAX_LANGUAGE_CUE_CODE_POINTS = 20
MAX_TITLE_CODE_POINTS = 40


class NameCandidate(NamedTuple):
    """A stretch `[start, end)` of the text that may be a name, with a label and the weight of that label."""

    start: int
    end: int
    label: str
    weight: float
    surface: str


def clean_candidates(text: str, ents: Iterable[Span], knowledge: Knowledge) -> list[NameCandidate]:
    """Return the cleaned names among *ents* in text order and without overlap."""
    candidates: list[NameCandidate] = []
    headlines = HeadlineLines(text)
    for ent in ents:
        for start, end, label in span_edges.clean(text, ent.start_char, ent.end_char, ent.label_, knowledge.lexicon):
            if candidates and start < candidates[-1].end:
                continue
            parts = _parts(text, start, end, knowledge) or [(start, end, label)]
            candidates += [_weigh(text, *part, headlines=headlines, lexicon=knowledge.lexicon) for part in parts]
    return candidates


def _parts(text: str, start: int, end: int, knowledge: Knowledge) -> list[tuple[int, int, str]]:
    """Return the names that a span consists of, each with its label; an empty list if it is one name."""
    if rule := GOVERNMENT.search(text, start, end):
        prior = next(iter(knowledge.priors(text[start : rule.start()])), None)
        return [(start, rule.start(), prior.label)] if prior else []
    return _compound(text, start, end, knowledge)


def _compound(text: str, start: int, end: int, knowledge: Knowledge) -> list[tuple[int, int, str]]:
    """Return the parts of "U.S.-Iranian" or "Sunni Arab", each with its label; an empty list if it is one name."""
    if knowledge.certain(text[start:end]) or text[start:end].endswith((" American", " Americans")):
        return []
    parts = []
    left = start
    for joint in [*JOINT.finditer(text, start, end), None]:
        right = joint.start() if joint else end
        prior = knowledge.certain(text[left:right])
        if not prior or (joint and joint[0] == " " and prior.label != "NORP"):
            return []
        parts.append((left, right, prior.label))
        left = joint.end() if joint else end
    return parts


def _weigh(text: str, start: int, end: int, label: str, *, headlines: HeadlineLines, lexicon: Lexicon) -> NameCandidate:
    surface = text[start:end]
    if label not in {"ORG", "FAC", "WORK_OF_ART", "EVENT", "LAW"} and is_titled(text, start, lexicon):
        return NameCandidate(start, end, "PERSON", TRUST_AFTER_TITLE, surface)
    if label == "LANGUAGE" or (label == "NORP" and _is_language(text, start, end, lexicon)):
        return NameCandidate(start, end, "LANGUAGE", TRUST_IN_SENTENCE, surface)
    if start in headlines:
        return NameCandidate(start, end, label, TRUST_IN_HEADLINE, surface)
    return NameCandidate(start, end, label, TRUST_IN_SENTENCE, surface)


def _is_language(text: str, start: int, end: int, lexicon: Lexicon) -> bool:
    """Report whether an adjective names a language here: "said in Russian.", "speaks Romanian"."""
    before = BEFORE.search(text, max(0, start - MAX_LANGUAGE_CUE_CODE_POINTS), start)
    word = before["title"] if before else ""
    return word in lexicon.speaking or (word in {"in", "into"} and bool(PHRASE_END.match(text, end)))


def is_titled(text: str, start: int, lexicon: Lexicon) -> bool:
    """Report whether a capitalised honorific precedes *start*."""
    left = max(0, start - MAX_TITLE_CODE_POINTS)
    if text[left:start].rstrip().rpartition(" ")[2].islower():  # true of most names, and cheaper than the search
        return False
    match = BEFORE.search(text, left, start)
    if not match or not match["title"][0].isupper():
        return False
    title = match["title"].lower()
    return title in lexicon.honorifics or f"{match['first'] or ''}{title}".lower() in lexicon.honorifics


class HeadlineLines:
    """The lines of a text that are set as headlines: most long words capitalised, no full stop at the end."""

    def __init__(self, text: str) -> None:
        self._starts: list[int] = []
        self._is_headline: list[bool] = []
        start = 0
        for line in text.split("\n"):
            self._starts.append(start)
            self._is_headline.append(_is_headline(line))
            start += len(line) + 1

    def __contains__(self, offset: int) -> bool:
        """Report whether *offset* lies in such a line."""
        return self._is_headline[bisect_right(self._starts, offset) - 1]


def _is_headline(line: str) -> bool:
    if len(line) > MAX_HEADLINE_CODE_POINTS:
        return False
    words = line.split()
    if len(words) not in HEADLINE_WORDS or line.rstrip().endswith("."):
        return False
    long_words = [word for word in words if len(word) >= MIN_LETTERS_OF_LONG_WORD and word[0].isalpha()]
    capitalised = sum(word[0].isupper() for word in long_words)
    return len(long_words) >= MIN_LONG_WORDS and capitalised >= MIN_CAPITALISED_SHARE * len(long_words)
