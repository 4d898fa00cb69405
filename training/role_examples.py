"""Labelled events as the role model sees them: the features of each candidate, and its role."""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from service.enrich.entities import EntityFinder
from service.enrich.events import role_candidates, role_features, role_model, roles
from service.enrich.events.trigger_candidates import MAX_TOKENS_PER_SENTENCE
from service.enrich.gazetteer.places import Gazetteer
from service.enrich.grammar import frames
from service.enrich.grammar.parse import Parse
from service.enrich.model import loading, network_reading, tokenizing
from training import labelled

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from service.enrich.events.role_candidates import Candidate
    from service.enrich.grammar.phrases import TokenSpan

GOLD_ROLES = ((role_model.ROLES.index("actor"), "actors"), (role_model.ROLES.index("recipient"), "recipients"))


class RoleArticle(NamedTuple):
    """A text with labelled events; each has `trigger`, `actors` and `recipients` as spans in code points."""

    id: str
    text: str
    events: list[dict[str, Any]]
    part: str


@dataclass(frozen=True, slots=True)
class RoleExample:
    """One labelled event."""

    features: list[list[str]]
    """Of each candidate of its sentence."""
    roles: list[int]
    """Of each candidate: its index in `role_model.ROLES`."""


def read_articles(folder: Path) -> Iterator[RoleArticle]:
    """Yield the articles of *folder* whose events have actors and recipients: all of a text, or only the main ones."""
    seen = set()
    for row in _rows(folder / "articles.jsonl"):
        seen.add(row["id"])
        yield RoleArticle(row["id"], row["text"], row["events"], labelled.part_of_article(row["id"]))
    for row in _rows(folder / "events.jsonl"):
        if row["id"] not in seen:
            is_world = row["set"] == "world"
            part = (
                labelled.part_of_outlet(labelled.outlet_of(row["id"]))
                if is_world
                else labelled.part_of_article(row["id"])
            )
            yield RoleArticle(row["id"], row["text"], row["main"], part)


def examples(articles: list[RoleArticle]) -> Iterator[RoleExample]:
    """Yield the labelled events of *articles*, as the service reads them up to its events."""
    nlp, finder = loading.load(), EntityFinder(Gazetteer())
    for article in articles:
        doc = tokenizing.annotate(nlp, article.text)
        finder.find(doc)
        parse, read, names = Parse.of(doc), network_reading.of(doc), roles.names(doc)
        starts = doc.to_array("IDX").tolist()
        for event in article.events:
            trigger = _top(parse, _tokens(starts, event["trigger"]))
            start, end = parse.sentences[parse.sentence_of[trigger]]
            if not parse.pos[trigger] or end - start > MAX_TOKENS_PER_SENTENCE:
                continue
            event_type = read.event_types[int(read.types[trigger][1:].argmax())]
            candidates = role_candidates.find(parse, (start, end), names)
            features = role_features.describe(parse, frames.build(parse, trigger), event_type, candidates)
            gold = [0] * len(candidates)
            for role, name in GOLD_ROLES:
                for span in event[name]:
                    for number in _named(parse, candidates, _tokens(starts, span)):
                        gold[number] = role
            yield RoleExample(list(features), gold)


def _named(parse: Parse, candidates: list[Candidate], span: TokenSpan) -> list[int]:
    """Return the numbers of the candidates that *span* names: its head and what "and" joins to it, else the first."""
    heads = {token for token in parse.coordinated(_top(parse, span)) if span[0] <= token < span[1]}
    named = [number for number, (head, top) in enumerate(candidates) if {head, top} & heads]
    return named or [number for number, (head, _) in enumerate(candidates) if span[0] <= head < span[1]][:1]


def _tokens(starts: list[int], span: dict[str, Any]) -> TokenSpan:
    """Return the tokens of a labelled *span*; *starts* are the first code points of all tokens."""
    first = max(0, bisect_right(starts, span["start"]) - 1)
    return first, max(first + 1, bisect_left(starts, span["end"]))


def _top(parse: Parse, span: TokenSpan) -> int:
    """Return the token of *span* whose head is outside."""
    return next((token for token in range(*span) if not span[0] <= parse.heads[token] < span[1]), _root(parse, span))


def _root(parse: Parse, span: TokenSpan) -> int:
    return next((token for token in range(*span) if parse.heads[token] == token), span[1] - 1)


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)
