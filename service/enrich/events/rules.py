"""The event rules: word, companions and arguments that name an event. Data in `data/event_rules.yaml`."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from service.enrich.events.data import rule_rows, word_classes

if TYPE_CHECKING:
    from service.enrich.events.frames import Frame
    from service.enrich.events.syntax import Syntax

KINDS = {"verbs": "v", "nouns": "n", "adjectives": "a"}


@dataclass(frozen=True, slots=True)
class Rule:
    """What a rule says of the event it names."""

    id: str
    type: str
    mode: str | None
    contexts: tuple[str, ...]
    tag: str | None
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Items:
    """What an argument may be: lemmas, entity types, and heads with a word before them ("trade deal")."""

    lemmas: frozenset[str]
    ents: frozenset[str]
    pairs: frozenset[tuple[str, str]]

    def hold(self, syntax: Syntax, tokens: list[int]) -> bool:
        """Tell whether one of *tokens*, or what is joined to it by "and", is among these."""
        return any(self._one(syntax, other) for token in tokens for other in syntax.coordinated(token))

    def _one(self, syntax: Syntax, token: int) -> bool:
        lemma = syntax.lemmas[token]
        if lemma in self.lemmas or syntax.ents[token] in self.ents:
            return True
        return bool(self.pairs) and any((syntax.lemmas[kid], lemma) in self.pairs for kid in syntax.kids[token])


@dataclass(frozen=True, slots=True)
class Entry:
    """One phrase of a rule with its conditions."""

    rule: Rule
    companions: tuple[str, ...]
    subject: Items | None
    object: Items | None
    preps: tuple[tuple[str, Items], ...]
    to: Items | None
    alone: bool
    """The verb has no object."""

    @property
    def conditions(self) -> int:
        """How much must hold: an entry that asks for more goes first."""
        return (
            2 * len(self.companions)
            + 2 * (self.subject is not None)
            + 2 * (self.object is not None or bool(self.preps))
            + 3 * (self.to is not None)
            + self.alone
        )


def match(syntax: Syntax, frame: Frame) -> list[Entry]:
    """Return the entries that hold for *frame*, those with more conditions first."""
    entries = index().get((frame.kind, frame.lemma))
    if not entries:
        return []
    words = _companions(syntax, frame)
    return [entry for entry in entries if _holds(syntax, frame, entry, words)]


def _companions(syntax: Syntax, frame: Frame) -> set[str]:
    words = set(frame.particles)
    for token in (*frame.objects, *frame.modifiers, *frame.to):
        words.add(syntax.lemmas[token])
        words.add(syntax.words[token])
    if frame.kind == "n":
        words.update(syntax.lemmas[kid] for kid in syntax.kids[frame.trigger] if syntax.deps[kid] in {"nmod", "amod"})
        for token in frame.modifiers:
            words.update(syntax.lemmas[kid] for kid in syntax.kids[token])
    return words


def _holds(syntax: Syntax, frame: Frame, entry: Entry, words: set[str]) -> bool:
    if not all(companion in words for companion in entry.companions):
        return False
    if entry.subject and not entry.subject.hold(syntax, frame.subjects):
        return False
    if entry.to and not entry.to.hold(syntax, frame.to):
        return False
    return not (entry.alone and frame.objects) and _has_argument(syntax, frame, entry)


def _has_argument(syntax: Syntax, frame: Frame, entry: Entry) -> bool:
    """Tell whether the object is one that *entry* asks for, or what stands after one of its prepositions."""
    if entry.object is None and not entry.preps:
        return True
    if entry.object and entry.object.hold(syntax, [*frame.objects, *frame.modifiers]):
        return True
    return any(
        items.hold(syntax, frame.preps[prep]) if items.lemmas or items.pairs or items.ents else True
        for prep, items in entry.preps
        if prep in frame.preps
    )


@functools.cache
def index() -> dict[tuple[str, str], tuple[Entry, ...]]:
    """Return the entries of all rules by kind and lemma of their head word."""
    found: dict[tuple[str, str], list[Entry]] = {}
    for row in rule_rows():
        rule = Rule(
            row["id"],
            row["type"],
            row.get("mode"),
            tuple(row.get("contexts", ())),
            row.get("tag"),
            tuple(row["examples"]),
        )
        for key, kind in KINDS.items():
            for phrase in filter(None, (part.strip() for part in row.get(key, "").split(","))):
                head, entry = _entry(rule, row, kind, phrase)
                found.setdefault((kind, head), []).append(entry)
    return {
        key: tuple(sorted(entries, key=lambda entry: (-entry.conditions, entry.rule.mode is None)))
        for key, entries in sorted(found.items())
    }


def _entry(rule: Rule, row: dict[str, Any], kind: str, phrase: str) -> tuple[str, Entry]:
    words = phrase.split()
    of = kind == "n" and len(words) > 1 and words[-1] in {"of", "for", "to", "from", "over"}
    companions = list(words)
    head = companions.pop(-2 if of else -1 if kind == "n" else 0)
    alone = row.get("object") == "none"
    free = alone or (kind == "n" and not (of and "object" in row))
    return head, Entry(
        rule,
        tuple(companions),
        _items(row["subject"]) if "subject" in row and kind != "n" else None,
        None if free or "object" not in row else _items(row["object"]),
        () if kind == "n" else tuple((prep, _items(items)) for prep, items in row.get("prep", {}).items()),
        _items(row["to"]) if "to" in row and kind != "n" else None,
        alone and kind == "v",
    )


def _items(names: list[str]) -> Items:
    lemmas: set[str] = set()
    classes = word_classes()
    ents, pairs = set(), set()
    for name in names:
        if name.isupper():
            ents.add(name)
        elif " " in name:
            *_, before, head = name.split()
            pairs.add((before, head))
        else:
            lemmas |= classes.get(name, frozenset({name}))
    return Items(frozenset(lemmas), frozenset(ents), frozenset(pairs))


def all_rules() -> list[Rule]:
    """Return every rule once, in the order of the file."""
    by_id = {entry.rule.id: entry.rule for entries in index().values() for entry in entries}
    return [by_id[row["id"]] for row in rule_rows()]
