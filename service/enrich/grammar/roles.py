"""Who did it, to whom, and where: spans of the event's own sentence."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from operator import itemgetter
from typing import TYPE_CHECKING

from service.enrich.grammar.word_lists import word_class

if TYPE_CHECKING:
    from collections.abc import Iterable

    from service.enrich.grammar.frames import Frame
    from service.enrich.grammar.parse import Parse

Span = tuple[int, int]
"""Token indexes, half-open."""
START = itemgetter(0)

AGENTS = frozenset({"PERSON", "ORG", "GPE", "NORP"})
NAMES = AGENTS | {"LOC", "FAC"}
NOT_AGENTS = frozenset(
    {"DATE", "TIME", "CARDINAL", "ORDINAL", "MONEY", "PERCENT", "QUANTITY", "EVENT", "LAW", "LANGUAGE", "WORK_OF_ART"}
)
PERSONAL = frozenset({"he", "she", "they", "we", "i", "you", "him", "her", "them", "us", "me"})
TOWARDS = ("on", "against", "with", "to", "at", "toward", "towards", "into", "upon", "for", "over")
ASKED = ("on", "upon", "to", "from", "of", "with")
"""Whom a request goes to: "called on", "appealed to", "asked of"."""
OWNING, WITHIN = ("of", "by"), ("of", "by", "against", "on", "from", "in", "with")
"""Prepositions after which the one who matters stands: "the statement of the ministry", "the attack on the town"."""
DUG = frozenset(
    {"ACCUSE", "REJECT", "SUPPORT", "SANCTION", "THREATEN", "ASSAULT", "COERCE", "COOPERATE", "AGREE", "CONSULT"}
)
"""Types whose object may be a thing that belongs to the one meant: "condemned the Russian aggression"."""
SENT = frozenset({
    "ACCUSE", "AID", "ASSAULT", "COERCE", "CONCEDE", "PROTEST", "REJECT", "REQUEST", "SANCTION", "SUPPORT", "THREATEN",
})  # fmt: skip
"""Types whose nouns have the one who acts after "from": "attacks from Russia", "criticism from the opposition"."""
LOCAL = frozenset({
    "in", "at", "near", "on", "across", "around", "outside", "inside", "from", "to", "into", "through", "of", "over",
    "throughout", "along", "off", "between", "toward", "towards", "within", "via",
})  # fmt: skip
LEADING = frozenset({"'s", "\u2019s", "-", ",", "the", "a", "an", '"', "\u201c"})
LEFT = frozenset({"compound", "amod", "nummod", "nmod", "poss", "quantmod"})
LONGEST = 6
"""Most tokens of an actor: longer phrases are cut to their last words."""


def arguments(parse: Parse, frame: Frame, names: list[Span], kind: str) -> tuple[list[Span], list[Span]]:
    """Return actors and recipients of the event of *frame*, an event of type *kind*; *names* are the entities."""
    senders, robbed = _from(parse, frame, kind)
    subjects = [*frame.subjects, *_part_of(parse, frame), *senders]
    actors = _people(parse, subjects, names, dig=OWNING)
    towards = [token for prep in TOWARDS if prep in frame.preps for token in frame.preps[prep]]
    if kind == "AID":
        candidates = _given_to(parse, frame)
    elif kind in {"MOBILIZE", "RETREAT"} and frame.pos == "n":
        candidates = frame.preps.get("against", [])
    elif kind in {"CONSULT", "COOPERATE", "AGREE"}:
        candidates = [*frame.preps.get("with", []), *frame.objects, *frame.preps.get("to", [])]
    elif kind == "MOBILIZE":
        candidates = frame.preps.get("against", [])
    elif kind == "REQUEST":
        asked = [token for prep in ASKED if prep in frame.preps for token in frame.preps[prep]]
        candidates = [*frame.objects, *(token for token in asked if token not in senders), *_told(parse, frame)]
    else:
        candidates = [*frame.objects, *frame.datives, *towards, *robbed, *_content(parse, frame, kind)]
    recipients = [
        span for span in _people(parse, candidates, names, dig=WITHIN if kind in DUG else ()) if span not in actors
    ]
    return actors, recipients


def _from(parse: Parse, frame: Frame, kind: str) -> tuple[list[int], list[int]]:
    """Return those after "from" who act, and those to whom it is done.

    A noun has its actor there, where no other is named ("Russia's attack from Belarus" says whence); a verb the one who
    loses a thing ("seized weapons from the rebels"), but not where somebody else is its object.
    """
    found = frame.preps.get("from", [])
    if frame.pos == "n" or parse.deps[frame.trigger] == "pobj":
        acts = kind in SENT and not frame.subjects and frame.lemma not in word_class("patient_noun")
        return (found, []) if acts else ([], [])
    return [], [] if any(_acts(parse, token) for token in frame.objects) else found


def _given_to(parse: Parse, frame: Frame) -> list[int]:
    """Return who gets help: after "to" or "for", else the people that are helped."""
    given = [*frame.datives, *frame.preps.get("to", []), *frame.preps.get("for", [])]
    for thing in frame.objects:
        for prep in parse.children_with(thing, "prep"):
            if parse.words[prep] in {"to", "for"}:
                given += parse.children_with(prep, "pobj")
    people = word_class("people")
    return given or [
        token for token in frame.objects if parse.entity_types[token] in AGENTS or parse.lemmas[token] in people
    ]


def _part_of(parse: Parse, frame: Frame) -> list[int]:
    """Return who acts in "the war on the part of Russia"."""
    parts = [token for token in frame.preps.get("on", []) if parse.words[token] == "part"]
    return [
        child
        for part in parts
        for prep in parse.children_with(part, "prep")
        for child in parse.children_with(prep, "pobj")
    ]


def _told(parse: Parse, frame: Frame) -> list[int]:
    """Return who is to do what is asked for: the subject of the complement."""
    return [token for verb in frame.to for token in parse.children_with(verb, "nsubj", "nsubjpass")]


def _content(parse: Parse, frame: Frame, kind: str) -> list[int]:
    """Return whom a threat or a refusal is about: the object of the complement."""
    if kind not in {"THREATEN", "REJECT", "CONCEDE"}:
        return []
    found = []
    for verb in frame.to:
        found += parse.children_with(verb, "dobj")
        for prep in parse.children_with(verb, "prep"):
            if parse.words[prep] in TOWARDS:
                found += parse.children_with(prep, "pobj")
    return found


def _people(parse: Parse, tokens: Iterable[int], names: list[Span], *, dig: tuple[str, ...]) -> list[Span]:
    """Return the phrases of those of *tokens* that can act; inside the others, what acts after prepositions *dig*."""
    found: list[Span] = []
    for token in tokens:
        for each in parse.coordinated(token):
            if _acts(parse, each):
                span = phrase(parse, each, names)
            elif dig and (inner := _named_inside(parse, each, dig)) is not None:
                span = phrase(parse, inner, names)
            else:
                continue
            if not any(span[0] < end and start < span[1] for start, end in found):
                found.append(span)
    return found


def _acts(parse: Parse, token: int) -> bool:
    ent = parse.entity_types[token]
    if ent in AGENTS or parse.words[token] in PERSONAL:
        return True
    if ent in NOT_AGENTS or parse.pos[token] != "n":
        return False
    lemma = parse.lemmas[token]
    return lemma in word_class("people") or lemma in word_class("actor")


def _named_inside(parse: Parse, token: int, preps: tuple[str, ...]) -> int | None:
    """Return the name that a thing belongs to: "the Russian aggression", "the decision of the court"."""
    for child in parse.children[token]:
        if parse.deps[child] in {"amod", "compound", "poss", "nmod"} and (
            parse.entity_types[child] in AGENTS or (parse.deps[child] == "poss" and _acts(parse, child))
        ):
            return child
    for prep in parse.children_with(token, "prep", "agent"):
        if parse.words[prep] in preps:
            for child in parse.children_with(prep, "pobj"):
                if _acts(parse, child):
                    return child
    return None


def phrase(parse: Parse, token: int, names: list[Span]) -> Span:
    """Return the entity that *token* is in, or else its noun phrase without article and without what follows.

    *names* are the entities in the order of the text: an article may have thousands, so the one is looked up. Of one
    that the model draws over the end of a sentence, the part in the sentence of *token* counts.
    """
    number = bisect_right(names, token, key=START) - 1
    if number >= 0 and token < names[number][1]:
        first, last = parse.sentences[parse.sentence_of[token]]
        start, end = max(first, names[number][0]), min(last, names[number][1])
        return start + (parse.words[start] == "the" and end - start > 1), end
    start = token
    while start > 0 and token - start < LONGEST - 1 and _left(parse, start - 1, token):
        start -= 1
    while start < token and parse.words[start] in LEADING:
        start += 1
    return start, token + 1


def _left(parse: Parse, index: int, head: int) -> bool:
    """Tell whether *index* belongs to the phrase on the left of *head*."""
    if parse.words[index] in {",", '"', "“", "the", "a", "an"} or parse.tags[index] in {"PRP$", "WP$", "DT", "-LRB-"}:
        return False
    at = index
    while at != head:
        if parse.deps[at] not in LEFT and parse.deps[at] not in {"case", "punct", "det"}:
            return False
        if parse.heads[at] == at:
            return False
        at = parse.heads[at]
    return True


def places(parse: Parse, frame: Frame, names: list[Span], taken: list[Span]) -> list[Span]:
    """Return the places of the event's clause among *names*, less those *taken* as actors.

    *names* are spans of places in the order of the text.
    """
    start, end = parse.sentences[parse.sentence_of[frame.trigger]]
    verbs = {frame.trigger, frame.carrier if frame.carrier >= 0 else frame.trigger}
    mine = _clause(parse, min(verbs))
    found = []
    own = names[bisect_left(names, start, key=START) : bisect_left(names, end, key=START)]
    for first, last in own:
        if last > end or (first, last) in taken:
            continue
        head = next((at for at in range(first, last) if not first <= parse.heads[at] < last), last - 1)
        top = head
        while parse.deps[top] in {"conj", "appos", "compound", "nmod", "poss"} and parse.heads[top] != top:
            top = parse.heads[top]
        prep = parse.heads[top]
        if parse.deps[top] == "pobj" and parse.words[prep] in LOCAL:
            chain = _ancestors(parse, prep)
            if verbs & chain or (mine in chain and _clause(parse, prep) == mine):
                found.append((first, last))
    return found


def _ancestors(parse: Parse, index: int) -> set[int]:
    found = set()
    while parse.heads[index] != index:
        index = parse.heads[index]
        found.add(index)
    return found


def _clause(parse: Parse, index: int) -> int:
    while parse.pos[index] != "v" and parse.heads[index] != index:
        index = parse.heads[index]
    return index
