"""The model's spans, cleaned, each with how far its label can be trusted there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

from service.enrich.entities import spans
from service.records import EntityType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spacy.tokens import Doc

    from service.enrich.entities.lexicon import Lexicon

TYPES = frozenset(get_args(EntityType))

FULL_NAME = 3.0  # a label on two words or more is right twice as often as one on a single word
SINGLE = 1.0
HEADLINE = 0.3  # capitals hide what is a name, and headlines have no grammar
TITLED = 4.0  # "Mr X" is a person, whatever the model says
BEFORE = re.compile(r"(?:^|[^\w])((?:[\w-]+\.? )?[\w-]+)\.? $")
HEADLINE_WORDS = 20


@dataclass(frozen=True, slots=True, order=True)
class Candidate:
    """A stretch of text that may be a name, with a label and the weight of that label."""

    start: int
    end: int
    label: str
    weight: float
    surface: str


def candidates(doc: Doc, lexicon: Lexicon) -> list[Candidate]:
    """Return the cleaned names of *doc* in the order of the text, none overlapping another."""
    text = doc.text
    found: list[Candidate] = []
    headlines = Headlines(text)
    for ent in doc.ents:
        if ent.label_ not in TYPES:
            continue
        for start, end, label in spans.clean(text, ent.start_char, ent.end_char, ent.label_, lexicon):
            if found and start < found[-1].end:
                continue
            found.extend(_weigh(text, start, end, label, lexicon, in_headline=start in headlines))
    return found


def _weigh(text: str, start: int, end: int, label: str, lexicon: Lexicon, *, in_headline: bool) -> Iterator[Candidate]:
    surface = text[start:end]
    if label not in {"ORG", "FAC", "WORK_OF_ART", "EVENT", "LAW"} and titled(text, start, lexicon):
        yield Candidate(start, end, "PERSON", TITLED, surface)
    elif in_headline:
        yield Candidate(start, end, label, HEADLINE, surface)
    else:
        yield Candidate(start, end, label, FULL_NAME if " " in surface else SINGLE, surface)


def titled(text: str, start: int, lexicon: Lexicon) -> bool:
    """Tell whether an honorific with a capital stands before *start*."""
    match = BEFORE.search(text, max(0, start - 40), start)
    if not match or not match[1][0].isupper():
        return False
    before = match[1].lower()
    return before in lexicon.honorifics or before.rpartition(" ")[2].rstrip(".") in lexicon.honorifics


class Headlines:
    """The lines of a text that are set as headlines: most long words with a capital, no full stop."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._known: dict[int, bool] = {}

    def __contains__(self, offset: int) -> bool:
        """Tell whether *offset* lies in such a line; a line is looked at once."""
        start = self._text.rfind("\n", 0, offset) + 1
        if start not in self._known:
            end = self._text.find("\n", start)
            self._known[start] = _is_headline(self._text[start : end if end >= 0 else None])
        return self._known[start]


def _is_headline(line: str) -> bool:
    parts = line.split()
    if not 3 <= len(parts) <= HEADLINE_WORDS or line.rstrip().endswith("."):
        return False
    long = [part for part in parts if len(part) > 3 and part[0].isalpha()]
    return len(long) >= 3 and sum(part[0].isupper() for part in long) >= 0.8 * len(long)
