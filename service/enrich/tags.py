"""Assign event tags to an article: which tags of the vocabulary its events and phrases support, and how strongly.

The vocabulary is `data/tags.yaml`. Its Media Topics are those of the IPTC release named in `data/media_topics.tsv`.
"""

from __future__ import annotations

import functools
import math
import re
from typing import TYPE_CHECKING

from service.contract.annotations import Mention, Tag
from service.enrich import data_files
from service.enrich.data_files import DATA, DataRow
from service.enrich.media_topics import topic_tree
from service.enrich.model import network_reading
from service.enrich.model.tokenizing import text_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spacy.tokens import Doc

    from service.contract.annotations import Event

MEDIA_TOPICS_RELEASE = "2025-03-31"
MIN_SCORE, MIN_SCORE_WITHOUT_PHRASE = 0.3, 0.42
"""Scores from which a tag is assigned. One event in passing is not enough, unless a phrase of the tag is there too."""
MAX_TAGS_PER_ARTICLE = 15
MIN_TOPIC_PROBABILITY = 0.1
"""Least probability of a tag's topic, or of the one above it: else its words and events mean other things."""
TOPICS_THAT_COUNT = 2
"""The tag's topic, and the one above it: the top level is too wide to rule anything out."""
LEAD_CODE_POINTS = 600
"""Length of the headline and lead, where a mention counts double: they say what an article is about."""
PHRASE_WEIGHT = 0.5
"""Weight of a phrase outside the lead. That of an event is its confidence."""
FLAG_WEIGHTS = {"negated": 0.5, "hypothetical": 0.7, "historical": 0.4}
"""Events that did not happen, may happen or happened long ago say less about what the article is about."""
GROUP_PREFIX_LETTERS = 2
"""Letters by which the search pattern groups the phrases."""
MAX_EVIDENCE_PER_TAG = 10
"""Most phrases that a tag lists as evidence. Further ones add nothing new."""


class TagDefinition(DataRow):
    """One tag of the vocabulary."""

    tag: str
    medtop: tuple[str, ...]
    meaning: str
    events: frozenset[str]
    """`TYPE` or `TYPE/mode`: events that support the tag, in addition to those whose rule names it."""
    phrases: tuple[str, ...]
    least: int = 1
    """Number of phrases that an article needs if no event supports the tag."""


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

    The score grows with the number of supporting events and phrases, their confidence, and their position in the text.
    One certain event outside the lead gives 0.53. Evidence offsets are code points of `doc.text`.
    """
    phrases = _phrase_mentions(text_of(doc))
    supporters = _supporting_events(events)
    topics = dict(zip(topic_tree().names, network_reading.of(doc).topics.tolist(), strict=True))
    tags = []
    for definition in vocabulary():
        supporting = supporters.get(definition.tag, [])
        evidence = phrases.get(definition.tag, [])
        if not supporting and len(evidence) < definition.least:
            continue
        if len(evidence) < definition.least and not _is_on_topic(definition, topics):
            continue
        strength = sum(_event_weight(events[index]) for index in supporting)
        strength += sum(PHRASE_WEIGHT * (1 + (mention.start < LEAD_CODE_POINTS)) for mention in evidence)
        score = round(1 - math.exp(-0.75 * strength), 3)
        if score >= (MIN_SCORE if evidence else MIN_SCORE_WITHOUT_PHRASE):
            tags.append(
                Tag(
                    tag=definition.tag,
                    medtop=list(definition.medtop),
                    score=score,
                    events=supporting,
                    evidence=evidence[:MAX_EVIDENCE_PER_TAG],
                )
            )
    tags.sort(key=lambda tag: (-tag.score, tag.tag))
    return tags[:MAX_TAGS_PER_ARTICLE]


def _is_on_topic(definition: TagDefinition, topics: dict[str, float]) -> bool:
    """Return whether the article may be about one of the tag's topics, or about one right above it.

    A shot at goal is no shooting, and a tourist no refugee. Enough phrases name the tag itself, and need no topic.
    """
    tree = topic_tree()
    known = [topic for topic in definition.medtop if topic in topics]
    near = {above for topic in known for above in tree.with_ancestors(topic)[:TOPICS_THAT_COUNT]}
    return not near or max(topics[topic] for topic in near) >= MIN_TOPIC_PROBABILITY


def _supporting_events(events: Sequence[Event]) -> dict[str, list[int]]:
    """Return the indexes of the *events* that support each tag: the tag of the rule, else those of the event's type."""
    supporting: dict[str, list[int]] = {}
    for index, event in enumerate(events):
        for tag in _tags_of(event.type, event.mode) if event.tag is None else (event.tag,):
            supporting.setdefault(tag, []).append(index)
    return supporting


@functools.cache
def _tags_of(event_type: str, mode: str | None) -> frozenset[str]:
    names = {event_type, f"{event_type}/{mode}"}
    return frozenset(definition.tag for definition in vocabulary() if not names.isdisjoint(definition.events))


def _event_weight(event: Event) -> float:
    weight = event.confidence * (1 + (event.trigger.start < LEAD_CODE_POINTS))
    for flag, factor in FLAG_WEIGHTS.items():
        if getattr(event, flag):
            weight *= factor
    return weight


@functools.cache
def _pattern() -> tuple[re.Pattern[str], dict[str, tuple[str, ...]]]:
    """Return one pattern for all phrases, and the tags of each phrase without its asterisk.

    The pattern groups phrases by their first letters, so that each word of the text is compared with few of them.
    """
    tags: dict[str, list[str]] = {}
    groups: dict[str, list[str]] = {}
    for definition in vocabulary():
        for phrase in definition.phrases:
            word = phrase.removesuffix("*")
            tags.setdefault(word, []).append(definition.tag)
            ending = "" if phrase.endswith("*") else r"(?!\w)"
            groups.setdefault(word[:GROUP_PREFIX_LETTERS], []).append(re.escape(word[GROUP_PREFIX_LETTERS:]) + ending)
    parts = [
        re.escape(first) + "(?:" + "|".join(sorted(set(rest), key=lambda end: (-len(end), end))) + ")"
        for first, rest in sorted(groups.items())
    ]
    by_letter: dict[str, list[str]] = {}
    for part in parts:
        by_letter.setdefault(part[0], []).append(part[1:])
    body = "|".join(f"{letter}(?:{'|'.join(rest)})" for letter, rest in sorted(by_letter.items()))
    return re.compile(rf"\b(?:{body})"), {word: tuple(names) for word, names in tags.items()}


def _phrase_mentions(text: str) -> dict[str, list[Mention]]:
    """Return the phrases of the vocabulary in *text* by tag. If two start at the same place, the longer one counts."""
    pattern, tags = _pattern()
    lowered = text.lower()
    if len(lowered) != len(text):  # keep letters whose lower case has two code points: offsets must hold
        lowered = "".join(lower if len(lower := letter.lower()) == 1 else letter for letter in text)
    mentions: dict[str, list[Mention]] = {}
    for match in pattern.finditer(lowered):
        end = match.end()
        while end < len(text) and text[end].isalnum():
            end += 1
        mention = Mention(start=match.start(), end=end, text=text[match.start() : end])
        for tag in tags[match[0]]:
            mentions.setdefault(tag, []).append(mention)
    return mentions
