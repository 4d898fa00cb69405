"""Quotations: words between quotation marks, who said them, and the verb that says so.

Only words between marks are quotations; reported speech without marks is not. A quotation is closed where its
paragraph ends, as papers do not close it when it goes on in the next one.
"""

from __future__ import annotations

import functools
import re
from bisect import bisect_left
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import yaml

from service.enrich.events import roles
from service.enrich.events.syntax import Syntax
from service.records import Mention, Quote

if TYPE_CHECKING:
    from spacy.tokens import Doc

MARKED = re.compile(r"“(?P<curly>[^“”\n]+)(?:”|(?=\n|$))|(?<!\w)\"(?P<plain>[^\"\n]+)\"|«(?P<angle>[^«»\n]+)»")
LEAST_WORDS = 3
"""Shorter ones are names, titles and scare quotes, unless a verb of speech stands beside them."""
REACH = 12
"""How many tokens away from a quotation the verb may stand."""


@functools.cache
def _data() -> dict[str, Any]:
    text = (files("service.enrich") / "data" / "quotes.yaml").read_text(encoding="utf-8")
    raw: dict[str, Any] = yaml.safe_load(text)
    return raw


@functools.cache
def speech_verbs() -> frozenset[str]:
    """Return the lemmas of the verbs of speech."""
    return frozenset(verb.strip() for verb in _data()["verbs"].split(","))


def examples() -> list[tuple[str, str, str, str]]:
    """Return sentence, quotation, speaker and verb of each example."""
    return [(text, quote, speaker, verb) for text, quote, speaker, verb in _data()["examples"]]


def find(doc: Doc) -> list[Quote]:
    """Return the quotations of *doc* in the order of the text; offsets are code points of `doc.text`, marks excluded."""
    syntax = Syntax.of(doc)
    whole = doc.text
    spans = [match.span(match.lastgroup or 0) for match in MARKED.finditer(whole)]
    starts = [token.idx for token in doc] if spans else []
    inside = {at for first, last in spans for at in range(bisect_left(starts, first - 1), bisect_left(starts, last + 1))}
    names = [(ent.start, ent.end) for ent in doc.ents if ent.label_ in roles.NAMES]
    found = []
    for start, end in spans:
        text = whole[start:end]
        words = len(text.split())
        tokens = range(bisect_left(starts, start), bisect_left(starts, end))
        if not tokens:
            continue
        verb = _verb(doc, syntax, tokens, inside)
        if verb is None and words < LEAST_WORDS:
            continue
        if verb is not None and words < LEAST_WORDS and syntax.words[verb[0]] == "called":
            continue
        speaker = _speaker(syntax, verb, inside, names) if verb else None
        found.append(
            Quote(
                quote=Mention(start=start, end=end, text=text),
                speaker=_mention(doc, speaker) if speaker else None,
                verb=_mention(doc, verb) if verb else None,
            )
        )
    return found


def _verb(doc: Doc, syntax: Syntax, tokens: range, inside: set[int]) -> tuple[int, int] | None:
    """Return the verb of speech nearest to the quotation, what follows it before what stands in front of it."""
    after = range(tokens[-1] + 1, min(len(doc), tokens[-1] + 1 + REACH))
    before = range(tokens[0] - 1, max(-1, tokens[0] - 1 - REACH), -1)
    for reach in (after, before):
        for at in reach:
            if "\n" in doc[at].text and reach is after:
                break
            if at in inside:
                continue
            if (
                syntax.kinds[at] == "v"
                and syntax.lemmas[at] in speech_verbs()
                and syntax.deps[at] not in {"amod", "aux"}
            ):
                return at, at + 1
            if syntax.words[at] == "according" and at + 1 < len(doc) and syntax.words[at + 1] == "to":
                return at, at + 2
    return None


def _speaker(
    syntax: Syntax, verb: tuple[int, int], inside: set[int], names: list[tuple[int, int]]
) -> tuple[int, int] | None:
    at = verb[0]
    if syntax.words[at] == "according":
        to = at + 1
        targets = syntax.children(to, "pobj") or syntax.children(at, "pobj")
    else:
        targets = syntax.children(at, "nsubj")
        if not targets and syntax.deps[at] in {"conj", "xcomp", "advcl"}:
            targets = syntax.children(syntax.heads[at], "nsubj")
    for target in targets:
        if target not in inside and syntax.words[target] not in {"which", "that", "it", "what"}:
            return roles.phrase(syntax, target, names)
    return None


def _mention(doc: Doc, span: tuple[int, int]) -> Mention:
    part = doc[span[0] : span[1]]
    return Mention(start=part.start_char, end=part.end_char, text=part.text)
