"""The event rules: word, companions and arguments that name an event. Data in `data/event_rules.yaml`."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from service.enrich.grammar.word_lists import rule_rows, word_classes

if TYPE_CHECKING:
    from service.enrich.grammar.frames import Frame
    from service.enrich.grammar.parse import Parse

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


Names = frozenset[str | tuple[str, str]]
"""What an argument may be: lemmas, entity types (in capitals), and heads with a word before them ("trade deal")."""


@dataclass(frozen=True, slots=True)
class RuleEntry:
    """One phrase of a rule with its conditions."""

    rule: Rule
    companions: tuple[str, ...]
    subject: Names | None
    object: Names | None
    preps: tuple[tuple[str, Names], ...]
    to: Names | None
    alone: bool
    """The verb has no object."""

    conditions: int
    """How much must hold: an entry that asks for more goes first."""


def match(parse: Parse, frame: Frame) -> list[RuleEntry]:
    """Return the entries that hold for *frame*, those with more conditions first."""
    entries = index().get((frame.pos, frame.lemma))
    if not entries:
        return []
    if not entries[0].conditions:
        return list(entries)
    preps = _preps(parse, frame)
    words = _companions(parse, frame).union(preps)
    arguments = _Arguments(
        _names(parse, frame.subjects),
        _names(parse, [*frame.objects, *frame.modifiers]),
        _names(parse, frame.to),
        {prep: _names(parse, targets) for prep, targets in preps.items()},
        alone=not frame.objects,
    )
    return [entry for entry in entries if _holds(entry, words, arguments)]


def _preps(parse: Parse, frame: Frame) -> dict[str, list[int]]:
    """Return the prepositions of *frame* and of a verb's objects: "for" in "asked them for help" may hang on either."""
    if frame.pos == "n":
        return frame.preps
    found = dict(frame.preps)
    for thing in frame.objects:
        for prep in parse.children_with(thing, "prep"):
            found.setdefault(parse.words[prep], parse.children_with(prep, "pobj", "pcomp"))
    return found


@dataclass(frozen=True, slots=True)
class _Arguments:
    """The names of what stands in each place of a frame."""

    subject: set[str | tuple[str, str]]
    object: set[str | tuple[str, str]]
    to: set[str | tuple[str, str]]
    preps: dict[str, set[str | tuple[str, str]]]
    alone: bool


def _names(parse: Parse, tokens: list[int]) -> set[str | tuple[str, str]]:
    """Return the lemmas, entity types and pairs of *tokens* and of what is joined to them by "and"."""
    found: set[str | tuple[str, str]] = set()
    for first in tokens:
        for token in parse.coordinated(first):
            lemma = parse.lemmas[token]
            found.add(lemma)
            found.add(parse.entity_types[token])
            found.update([(parse.lemmas[child], lemma) for child in parse.children[token]])
    return found


def _companions(parse: Parse, frame: Frame) -> set[str]:
    words = set(frame.particles)
    for token in (*frame.objects, *frame.modifiers, *frame.to):
        words.add(parse.lemmas[token])
        words.add(parse.words[token])
    if frame.pos == "n":
        words.update(
            parse.lemmas[child] for child in parse.children[frame.trigger] if parse.deps[child] in {"nmod", "amod"}
        )
        for token in frame.modifiers:
            words.update(parse.lemmas[child] for child in parse.children[token])
    return words


def _holds(entry: RuleEntry, words: set[str], arguments: _Arguments) -> bool:
    if not words.issuperset(entry.companions):
        return False
    if entry.subject and entry.subject.isdisjoint(arguments.subject):
        return False
    if entry.to and entry.to.isdisjoint(arguments.to):
        return False
    return not (entry.alone and not arguments.alone) and _has_argument(entry, arguments)


def _has_argument(entry: RuleEntry, arguments: _Arguments) -> bool:
    """Tell whether the object is one that *entry* asks for, or what stands after one of its prepositions.

    The object of "took in refugees" is that of the verb, or of the "in", as the parse has it.
    """
    if entry.object is None and not entry.preps:
        return True
    if entry.object:
        things = [arguments.object, *(arguments.preps[word] for word in entry.companions if word in arguments.preps)]
        if not all(entry.object.isdisjoint(names) for names in things):
            return True
    return any(
        not names or not names.isdisjoint(arguments.preps[prep])
        for prep, names in entry.preps
        if prep in arguments.preps
    )


@functools.cache
def index() -> dict[tuple[str, str], tuple[RuleEntry, ...]]:
    """Return the entries of all rules by kind and lemma of their head word."""
    found: dict[tuple[str, str], list[RuleEntry]] = {}
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


def _entry(rule: Rule, row: dict[str, Any], kind: str, phrase: str) -> tuple[str, RuleEntry]:
    words = phrase.split()
    of = kind == "n" and len(words) > 1 and words[-1] in {"of", "for", "to", "from", "over"}
    companions = list(words)
    head = companions.pop(-2 if of else -1 if kind == "n" else 0)
    alone = row.get("object") == "none"
    free = alone or (kind == "n" and not (of and "object" in row))
    subject = _named(row["subject"]) if "subject" in row and kind != "n" else None
    thing = None if free or "object" not in row else _named(row["object"])
    after = row.get("noun_prep" if kind == "n" else "prep", {})
    preps = tuple((prep, _named(names)) for prep, names in after.items())
    to = _named(row["to"]) if "to" in row and kind != "n" else None
    alone = alone and kind == "v"
    arguments = 2 * (subject is not None) + 2 * (thing is not None or bool(preps)) + 3 * (to is not None) + alone
    return head, RuleEntry(rule, tuple(companions), subject, thing, preps, to, alone, 2 * len(companions) + arguments)


def _named(names: list[str]) -> Names:
    """Return what the *names* of a condition stand for: a class for its lemmas, two words for a pair."""
    classes = word_classes()
    found: set[str | tuple[str, str]] = set()
    for name in names:
        if " " in name:
            *_, before, head = name.split()
            found.add((before, head))
        else:
            found |= classes.get(name, frozenset({name}))
    return frozenset(found)


def all_rules() -> list[Rule]:
    """Return every rule once, in the order of the file."""
    by_id = {entry.rule.id: entry.rule for entries in index().values() for entry in entries}
    return [by_id[row["id"]] for row in rule_rows()]
