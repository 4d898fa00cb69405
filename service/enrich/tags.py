"""The event tags of an article: which of the vocabulary's tags its events and phrases support, and how strongly.

The vocabulary is `data/tags.yaml`; its Media Topics are of the IPTC release named in `data/media_topics.tsv`.
"""

from __future__ import annotations

import functools
import math
import re
from typing import TYPE_CHECKING

from service.contract.records import Mention, Tag
from service.enrich import data_files
from service.enrich.data_files import DATA, DataRow
from service.enrich.model.tokenizing import text_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spacy.tokens import Doc

    from service.contract.records import Event

MEDIA_TOPICS_RELEASE = "2025-03-31"
LEAST_SCORE, LEAST_SCORE_WITHOUT_PHRASE = 0.3, 0.42
"""One event in passing gives no tag, unless the words of the tag stand in the text too."""
MOST_TAGS = 15
LEAD = 600
"""Code points from the start in which a mention counts double: headline and lead say what an article is about."""
PHRASE_WEIGHT = 0.5
FLAG_WEIGHTS = {"negated": 0.5, "hypothetical": 0.7, "historical": 0.4}
"""What did not happen, may happen or happened long ago says less of what the article is about."""
GROUPED = 2
"""Letters by which the phrases are grouped."""
MOST_EVIDENCE = 10
"""Phrases that are given as evidence for a tag; more say nothing new."""


class TagDefinition(DataRow):
    """One tag of the vocabulary."""

    tag: str
    medtop: tuple[str, ...]
    meaning: str
    events: frozenset[str]
    """`TYPE` or `TYPE/mode`: events that support the tag beside those whose rule names it."""
    phrases: tuple[str, ...]
    least: int = 1
    """Phrases that an article needs where no event supports the tag."""


@functools.cache
def vocabulary() -> tuple[TagDefinition, ...]:
    """Return every tag, in the order of the file."""
    return data_files.read_rows(DATA / "tags.yaml", TagDefinition, name="tag")


@functools.cache
def media_topics() -> dict[str, str]:
    """Return the names of the Media Topics that the vocabulary uses, by id."""
    text = (DATA / "media_topics.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines() if not line.startswith("#"))
    return dict(rows)


def assign(doc: Doc, events: Sequence[Event]) -> list[Tag]:
    """Return the tags of *doc*, most important first, given its *events*.

    The score grows with the number of supporting events and phrases, their confidence and their place in the text; it
    is 0.5 for one sure event outside the lead. Evidence offsets are code points of `doc.text`.
    """
    phrases = _phrases(text_of(doc))
    supporters = _supporters(events)
    found = []
    for definition in vocabulary():
        supporting = supporters.get(definition.tag, [])
        evidence = phrases.get(definition.tag, [])
        if not supporting and len(evidence) < definition.least:
            continue
        strength = sum(_weight(events[at]) for at in supporting)
        strength += sum(PHRASE_WEIGHT * (1 + (mention.start < LEAD)) for mention in evidence)
        score = round(1 - math.exp(-0.75 * strength), 3)
        if score >= (LEAST_SCORE if evidence else LEAST_SCORE_WITHOUT_PHRASE):
            found.append(
                Tag(
                    tag=definition.tag,
                    medtop=list(definition.medtop),
                    score=score,
                    events=supporting,
                    evidence=evidence[:MOST_EVIDENCE],
                )
            )
    found.sort(key=lambda tag: (-tag.score, tag.tag))
    return found[:MOST_TAGS]


def _supporters(events: Sequence[Event]) -> dict[str, list[int]]:
    """Return the indexes of the *events* that support each tag: that of its rule, else those of its kind."""
    found: dict[str, list[int]] = {}
    for at, event in enumerate(events):
        for tag in _tags_of(event.type, event.mode) if event.tag is None else (event.tag,):
            found.setdefault(tag, []).append(at)
    return found


@functools.cache
def _tags_of(kind: str, mode: str | None) -> frozenset[str]:
    kinds = {kind, f"{kind}/{mode}"}
    return frozenset(definition.tag for definition in vocabulary() if not kinds.isdisjoint(definition.events))


def _weight(event: Event) -> float:
    weight = event.confidence * (1 + (event.trigger.start < LEAD))
    for flag, factor in FLAG_WEIGHTS.items():
        if getattr(event, flag):
            weight *= factor
    return weight


@functools.cache
def _pattern() -> tuple[re.Pattern[str], dict[str, tuple[str, ...]]]:
    """Return one pattern for all phrases, and the tags of each phrase without its star.

    Phrases are grouped by their first letters: a word of the text is compared only with those that begin like it.
    """
    tags: dict[str, list[str]] = {}
    groups: dict[str, list[str]] = {}
    for definition in vocabulary():
        for phrase in definition.phrases:
            word = phrase.removesuffix("*")
            tags.setdefault(word, []).append(definition.tag)
            ending = "" if phrase.endswith("*") else r"(?!\w)"
            groups.setdefault(word[:GROUPED], []).append(re.escape(word[GROUPED:]) + ending)
    parts = [
        re.escape(first) + "(?:" + "|".join(sorted(set(rest), key=lambda end: (-len(end), end))) + ")"
        for first, rest in sorted(groups.items())
    ]
    by_letter: dict[str, list[str]] = {}
    for part in parts:
        by_letter.setdefault(part[0], []).append(part[1:])
    body = "|".join(f"{letter}(?:{'|'.join(rest)})" for letter, rest in sorted(by_letter.items()))
    return re.compile(rf"\b(?:{body})"), {word: tuple(names) for word, names in tags.items()}


def _phrases(text: str) -> dict[str, list[Mention]]:
    """Return the phrases of the vocabulary in *text*, by tag; where two begin together, the longer one."""
    pattern, tags = _pattern()
    lowered = text.lower()
    if len(lowered) != len(text):  # a letter whose small form is two: keep it, so that offsets hold
        lowered = "".join(small if len(small := letter.lower()) == 1 else letter for letter in text)
    found: dict[str, list[Mention]] = {}
    for match in pattern.finditer(lowered):
        end = match.end()
        while end < len(text) and text[end].isalnum():
            end += 1
        mention = Mention(start=match.start(), end=end, text=text[match.start() : end])
        for tag in tags[match[0]]:
            found.setdefault(tag, []).append(mention)
    return found
