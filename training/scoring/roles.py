"""Participants of events against labelled ones: who does it, to whom, and which entity that is.

What counts:
    An event is compared if a labelled trigger begins in its trigger.
    A participant is right if its words have the head of a labelled one of the same role: the last word before a
    preposition or a comma, so "troops" and "Russian troops" are right for "the Russian troops in Syria", and "Russian"
    is wrong. Of nouns that "and" joins, each is right: "finalists" for "finalists and winners". It is also right if the
    name or a mention of the entity that it joins has that head, and the label is a name: labels may have the fullest
    name of the article for "he".
    Actors are right where at least one of the labelled ones was found. Precision counts the participants of all events
    that are compared, also of those whose labels have none.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from service.enrich.grammar.word_lists import word_class
from training.scoring.counting import Row, decimal, share

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from service.contract.annotations import Event, Participant
    from service.contract.enriched_article import EnrichedArticle

ROLES = ("actors", "recipients")
APOSTROPHES = "'\N{RIGHT SINGLE QUOTATION MARK}"
WORD = re.compile(rf"[\w{APOSTROPHES}.@&-]*\w")
POSSESSIVE = re.compile(rf"[{APOSTROPHES}]s$")
END_OF_HEAD = re.compile(
    r",|\(| (?:of|in|at|on|from|for|with|by|to|against|between|who|which|that|over|under|around|near)\b"
)
QUANTITY = re.compile(r"(?:\S+ )*?(\w+) of (?:the )?(?=\w)", re.IGNORECASE)


class LabelledRoles(NamedTuple):
    """A labelled event: where its trigger begins, and the words that name its actors and recipients."""

    trigger: int
    actors: Sequence[str]
    recipients: Sequence[str]


@dataclass(frozen=True, slots=True)
class LabelledText:
    """A text with labelled events."""

    id: str
    text: str
    events: Sequence[LabelledRoles]


def from_spans(article_id: str, text: str, events: Iterable[dict[str, Any]]) -> LabelledText:
    """Return the labels of `articles.jsonl` and of the main events of `events.jsonl`."""

    def words(spans: Iterable[dict[str, Any]]) -> list[str]:
        return [text[span["start"] : span["end"]] for span in spans]

    labels = [LabelledRoles(event["trigger"]["start"], *(words(event[role]) for role in ROLES)) for event in events]
    return LabelledText(article_id, text, labels)


def role_rows(name: str, pairs: Sequence[tuple[LabelledText, EnrichedArticle]]) -> Iterator[Row]:
    """Yield the rows of the set called *name*."""
    matched = [(labels, event, record) for text, record in pairs for labels, event in match(text, record.events)]
    for role in ROLES:
        found, counts = [], Counter[str]()
        for labels, event, record in matched:
            gold: Sequence[str] = getattr(labels, role)
            answers: list[Participant] = getattr(event, role)
            right = [[is_same(answer, words, record) for words in gold] for answer in answers]
            counts["answers"] += len(answers)
            counts["right"] += sum(map(any, right))
            counts["labels"] += len(gold)
            counts["found"] += sum(map(any, zip(*right, strict=True)))
            if gold:
                found.append(any(map(any, right)))
        yield Row(f"{role} right, where there is one", name, share(found), f"{len(found):,} events")
        yield Row(f"{role}, precision", name, _ratio(counts, "right", "answers"), f"{counts['answers']:,} {role}")
        yield Row(f"{role}, recall", name, _ratio(counts, "found", "labels"), f"{counts['labels']:,} {role}")
    yield from _join_rows(name, [record for _, record in pairs])


def match(text: LabelledText, events: Sequence[Event]) -> Iterator[tuple[LabelledRoles, Event]]:
    """Yield the labels of *text* with the event at each; no event is used twice."""
    left = list(events)
    for labels in text.events:
        for event in left:
            if event.trigger.start <= labels.trigger < event.trigger.end or labels.trigger == event.trigger.start:
                left.remove(event)
                yield labels, event
                break


def is_same(participant: Participant, label: str, record: EnrichedArticle) -> bool:
    """Report whether *participant* is who the *label* says."""
    forms = [participant.text]
    if participant.entity is not None and label != label.lower():
        entity = record.entities[participant.entity]
        forms += [entity.name, *(mention.text for mention in entity.mentions)]
    parts = label.split(" and ") if label == label.lower() else [label]
    wanted = {head(part) for part in parts}
    return any(not wanted.isdisjoint(_words(form)) for form in forms)


def head(phrase: str) -> str:
    """Return the last word of *phrase* before a preposition or a comma; of "thousands of people", "people"."""
    counted = QUANTITY.match(phrase)
    if counted and counted[1].lower().rstrip("s") in word_class("quantity"):
        phrase = phrase[counted.end() :]
    words = _words(END_OF_HEAD.split(phrase, maxsplit=1)[0]) or _words(phrase)
    return words[-1] if words else ""


def _words(phrase: str) -> list[str]:
    return [POSSESSIVE.sub("", word.lower()) for word in WORD.findall(phrase)]


def _join_rows(name: str, records: Iterable[EnrichedArticle]) -> Iterator[Row]:
    """Yield how many participants that are names have an entity, and how many places of events a location."""
    names, places, all_joined = [], [], []
    for record in records:
        mentions = [(mention.start, mention.end) for entity in record.entities for mention in entity.mentions]
        for event in record.events:
            for participant in (*event.actors, *event.recipients):
                all_joined.append(participant.entity is not None)
                if any(start >= participant.start and end == participant.end for start, end in mentions):
                    names.append(participant.entity is not None)
            places += [place.location is not None for place in event.locations]
    yield Row("participants that are names join an entity", name, share(names), f"{len(names):,} participants")
    yield Row("participants join an entity", name, share(all_joined), f"{len(all_joined):,} participants")
    yield Row("places of events join a location", name, share(places), f"{len(places):,} places")


def _ratio(counts: Counter[str], part: str, whole: str) -> str:
    return decimal(counts[part] / max(1, counts[whole]))
