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

from service.contract.records import Mention, Quote
from service.enrich import data_files
from service.enrich.events.extract import mention
from service.enrich.grammar import roles
from service.enrich.grammar.parse import Parse
from service.enrich.model.tokenizing import text_of

if TYPE_CHECKING:
    from spacy.tokens import Doc

MARKED = re.compile(r"“(?P<curly>[^“”\n]+)(?:”|(?=\n|$))|(?<!\w)\"(?P<plain>[^\"\n]+)\"|«(?P<angle>[^«»\n]+)»")
LEAST_WORDS = 3
"""Shorter ones are names, titles and scare quotes, unless a verb of speech stands beside them."""
REACH = 12
"""How many tokens away from a quotation the verb may stand."""


@functools.cache
def _data() -> dict[str, Any]:
    raw: dict[str, Any] = data_files.read(files("service.enrich") / "data" / "quotes.yaml")
    return raw


@functools.cache
def speech_verbs() -> frozenset[str]:
    """Return the lemmas of the verbs of speech."""
    return frozenset(verb.strip() for verb in _data()["verbs"].split(","))


def examples() -> list[tuple[str, str, str, str]]:
    """Return sentence, quotation, speaker and verb of each example."""
    return [(text, quote, speaker, verb) for text, quote, speaker, verb in _data()["examples"]]


def find(doc: Doc) -> list[Quote]:
    """Return the quotations of *doc* in the order of the text, without their marks; offsets are code points."""
    parse = Parse.of(doc)
    whole = text_of(doc)
    spans = [match.span(match.lastgroup or 0) for match in MARKED.finditer(whole)]
    if not spans:
        return []
    starts = doc.to_array("IDX").tolist()
    inside = {
        at for first, last in spans for at in range(bisect_left(starts, first - 1), bisect_left(starts, last + 1))
    }
    names = [(ent.start, ent.end) for ent in doc.ents if ent.label_ in roles.NAMES]
    found = []
    for start, end in spans:
        text = whole[start:end]
        tokens = range(bisect_left(starts, start), bisect_left(starts, end))
        verb = _verb(doc, parse, tokens, inside) if tokens else None
        if len(text.split()) < LEAST_WORDS and (verb is None or parse.words[verb[0]] == "called"):
            continue
        speaker = _speaker(parse, verb, inside, names) if verb else None
        found.append(
            Quote(
                quote=Mention(start=start, end=end, text=text),
                speaker=mention(doc, speaker) if speaker else None,
                verb=mention(doc, verb) if verb else None,
            )
        )
    return found


def _verb(doc: Doc, parse: Parse, tokens: range, inside: set[int]) -> tuple[int, int] | None:
    """Return the verb of speech nearest to the quotation, what follows it before what stands in front of it.

    A quotation that ends in a full stop leaves a verb that introduces the next one to that.
    """
    after = range(tokens[-1] + 1, min(len(doc), tokens[-1] + 1 + REACH))
    before = range(tokens[0] - 1, max(-1, tokens[0] - 1 - REACH), -1)
    paragraph = next((at for at in after if "\n" in doc[at].text), after.stop)
    over = parse.words[tokens[-1]].endswith(".")
    for at in (*range(after.start, paragraph), *before):
        if at not in inside and _says(parse, at):
            if over and at > tokens[-1] and _introduces(parse, at, inside):
                continue
            return at, at + 1 + (parse.words[at] == "according")
    return None


def _introduces(parse: Parse, at: int, inside: set[int]) -> bool:
    """Tell whether a colon behind the clause of the verb at *at* opens the next quotation: "the minister said: …"."""
    _, end = parse.sentences[parse.sentence_of[at]]
    colon = next((index for index in range(at + 1, end) if parse.words[index] == ":"), None)
    return colon is not None and colon + 1 in inside


def _says(parse: Parse, at: int) -> bool:
    if parse.words[at] == "according":
        return at + 1 < parse.size and parse.words[at + 1] == "to"
    return parse.pos[at] == "v" and parse.lemmas[at] in speech_verbs() and parse.deps[at] not in {"amod", "aux"}


def _speaker(
    parse: Parse, verb: tuple[int, int], inside: set[int], names: list[tuple[int, int]]
) -> tuple[int, int] | None:
    at = verb[0]
    if parse.words[at] == "according":
        to = at + 1
        targets = parse.children_with(to, "pobj") or parse.children_with(at, "pobj")
    else:
        targets = parse.children_with(at, "nsubj")
        if not targets and parse.deps[at] in {"conj", "xcomp", "advcl"}:
            targets = parse.children_with(parse.heads[at], "nsubj")
    for target in targets:
        if target not in inside and parse.words[target] not in {"which", "that", "it", "what"}:
            return roles.phrase(parse, target, names)
    return None
