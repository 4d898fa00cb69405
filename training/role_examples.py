"""Labelled events as the role model sees them: the features of each candidate, and its role."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from service.enrich.entities import EntityFinder
from service.enrich.events import role_candidates, role_features, roles
from service.enrich.events.trigger_candidates import MAX_TOKENS_PER_SENTENCE
from service.enrich.gazetteer.places import Gazetteer
from service.enrich.grammar import frames
from service.enrich.grammar.parse import Parse
from service.enrich.model import loading, network_reading, tokenizing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from service.enrich.events.role_candidates import Candidate
    from service.enrich.events.role_features import Rows
    from service.enrich.grammar.phrases import TokenSpan
    from training.labelled_roles import RoleArticle

GOLD_ROLES = ("actors", "recipients")
"""Names of `role_model.ROLES` in the labels."""


@dataclass(frozen=True, slots=True)
class RoleExample:
    """One labelled event."""

    features: list[list[int]]
    """Rows of the candidates of its sentence, feature by feature."""
    takes: list[list[bool]]
    """Of each candidate: whether it takes each of `role_model.ROLES`."""


def examples(articles: list[RoleArticle], rows: Rows) -> Iterator[RoleExample]:
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
            known = role_features.of_candidates(parse, (start, end), candidates, rows)
            frame = frames.build(parse, trigger)
            features = role_features.of_event(parse, frame, event_type, candidates, known, rows=rows)
            gold = [[False] * len(GOLD_ROLES) for _ in candidates]
            for role, name in enumerate(GOLD_ROLES):
                for span in event[name]:
                    for number in _named(parse, candidates, _tokens(starts, span)):
                        gold[number][role] = True
            yield RoleExample(features, gold)


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
