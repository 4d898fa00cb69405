"""The model's spans, cleaned, each with how far its label can be trusted there."""

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

SENTENCE = 1.0  # the unit of all weights
HEADLINE = 0.3  # capitals hide what is a name, and headlines have no grammar
TITLED = 4.0  # "Mr X" is a person, whatever the model says
BEFORE = re.compile(r"(?P<first>\b[A-Z][a-z]+ )?\b(?P<title>[\w-]+)\.? $")
GOVERNMENT = re.compile(rf"(?<=[\w.])(?:[{APOSTROPHES}]s?)? (Government|Administration)$", re.IGNORECASE)
"""What follows the name of a country or of a president, and is no part of it."""
PHRASE_END = re.compile(r"[.,;:)!?]|$|\n| (?:and|or|but|that|on|at|by)\b")
JOINT = re.compile(rf"[/{HYPHENS}]| (?=[A-Z])")
HEADLINE_WORDS = range(3, 21)
HEADLINE_CODE_POINTS = 250
LONG_WORD = 4  # letters; shorter ones are small in headlines too
LONG_WORDS = 3
CAPITALISED = 0.8


class Candidate(NamedTuple):
    """A stretch of text that may be a name, with a label and the weight of that label."""

    start: int
    end: int
    label: str
    weight: float
    surface: str


def candidates(text: str, ents: Iterable[Span], knowledge: Knowledge) -> list[Candidate]:
    """Return the cleaned names of *text* in the order of the text, none overlapping another."""
    found: list[Candidate] = []
    headlines = Headlines(text)
    for ent in ents:
        for start, end, label in span_edges.clean(text, ent.start_char, ent.end_char, ent.label_, knowledge.lexicon):
            if found and start < found[-1].end:
                continue
            parts = _parts(text, start, end, knowledge) or [(start, end, label)]
            found += [_weigh(text, *part, headlines=headlines, lexicon=knowledge.lexicon) for part in parts]
    return found


def _parts(text: str, start: int, end: int, knowledge: Knowledge) -> list[tuple[int, int, str]]:
    """Return the names of which a span is made, each with its label; none where it is one name."""
    if rule := GOVERNMENT.search(text, start, end):
        prior = next(iter(knowledge.priors(text[start : rule.start()])), None)
        return [(start, rule.start(), prior.label)] if prior else []
    return _compound(text, start, end, knowledge)


def _compound(text: str, start: int, end: int, knowledge: Knowledge) -> list[tuple[int, int, str]]:
    """Return the parts of "U.S.-Iranian" or "Sunni Arab", each with its label; none where it is one name."""
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


def _weigh(text: str, start: int, end: int, label: str, *, headlines: Headlines, lexicon: Lexicon) -> Candidate:
    surface = text[start:end]
    if label not in {"ORG", "FAC", "WORK_OF_ART", "EVENT", "LAW"} and titled(text, start, lexicon):
        return Candidate(start, end, "PERSON", TITLED, surface)
    if label == "LANGUAGE" or (label == "NORP" and _is_language(text, start, end, lexicon)):
        return Candidate(start, end, "LANGUAGE", SENTENCE, surface)
    if start in headlines:
        return Candidate(start, end, label, HEADLINE, surface)
    return Candidate(start, end, label, SENTENCE, surface)


def _is_language(text: str, start: int, end: int, lexicon: Lexicon) -> bool:
    """Tell whether an adjective names a language here: "said in Russian.", "speaks Romanian"."""
    before = BEFORE.search(text, max(0, start - 20), start)
    word = before["title"] if before else ""
    return word in lexicon.speaking or (word in {"in", "into"} and bool(PHRASE_END.match(text, end)))


def titled(text: str, start: int, lexicon: Lexicon) -> bool:
    """Tell whether an honorific with a capital stands before *start*."""
    left = max(0, start - 40)
    if text[left:start].rstrip().rpartition(" ")[2].islower():  # most words before a name are, and this is soon told
        return False
    match = BEFORE.search(text, left, start)
    if not match or not match["title"][0].isupper():
        return False
    title = match["title"].lower()
    return title in lexicon.honorifics or f"{match['first'] or ''}{title}".lower() in lexicon.honorifics


class Headlines:
    """The lines of a text that are set as headlines: most long words with a capital, no full stop."""

    def __init__(self, text: str) -> None:
        self._starts: list[int] = []
        self._headline: list[bool] = []
        start = 0
        for line in text.split("\n"):
            self._starts.append(start)
            self._headline.append(_is_headline(line))
            start += len(line) + 1

    def __contains__(self, offset: int) -> bool:
        """Tell whether *offset* lies in such a line."""
        return self._headline[bisect_right(self._starts, offset) - 1]


def _is_headline(line: str) -> bool:
    if len(line) > HEADLINE_CODE_POINTS:
        return False
    parts = line.split()
    if len(parts) not in HEADLINE_WORDS or line.rstrip().endswith("."):
        return False
    long = [part for part in parts if len(part) >= LONG_WORD and part[0].isalpha()]
    return len(long) >= LONG_WORDS and sum(part[0].isupper() for part in long) >= CAPITALISED * len(long)
