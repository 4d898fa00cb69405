"""The event rules: words, companions and arguments that name an event. Their data is `data/event_rules.yaml`."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Self

from pydantic import Field, model_validator

from service.enrich import data_files
from service.enrich.data_files import DATA, CommaSeparatedList, DataRow
from service.enrich.events.vocabulary import CONTEXTS, MODES, Type
from service.enrich.grammar.word_lists import word_classes

if TYPE_CHECKING:
    from service.enrich.grammar.frames import Frame
    from service.enrich.grammar.parse import Parse

PREPOSITIONS_AFTER_HEAD = frozenset({"of", "for", "to", "from", "over"})
"""A noun phrase of a rule that ends in one of these has its head before it: "call for"."""
ArgumentName = str | tuple[str, str]
"""What an argument may be: a lemma, an entity type in capitals, or a head with a word before it ("trade deal")."""


class Rule(DataRow):
    """A row of the file, which documents the keys."""

    id: str
    type: Type
    mode: str | None = None
    contexts: tuple[str, ...] = ()
    tag: str | None = None
    verbs: CommaSeparatedList = ()
    nouns: CommaSeparatedList = ()
    adjectives: CommaSeparatedList = ()
    object: tuple[str, ...] | Literal["none"] | None = None
    subject: tuple[str, ...] | None = None
    prep: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    noun_prep: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    to: tuple[str, ...] | None = None
    examples: tuple[str, ...]
    """Sentences with an event of the rule. The network learns from them, and the tests check them."""

    @model_validator(mode="after")
    def _check_vocabulary(self) -> Self:
        if self.mode is not None and self.mode not in MODES.get(self.type, ()):
            raise ValueError(f"mode: {self.mode} is not a mode of {self.type}")
        if unknown := set(self.contexts) - CONTEXTS:
            raise ValueError(f"contexts: unknown {', '.join(sorted(unknown))}")
        return self


@dataclass(frozen=True, slots=True)
class RuleEntry:
    """One phrase of a rule, with its conditions."""

    rule: Rule
    companions: tuple[str, ...]
    """Words that must depend on the head word or on its arguments."""
    subject: frozenset[ArgumentName] | None
    object: frozenset[ArgumentName] | None
    preps: tuple[tuple[str, frozenset[ArgumentName]], ...]
    complement: frozenset[ArgumentName] | None
    without_object: bool
    """The verb must have no object."""
    conditions: int
    """How much must hold, as a number: an entry that asks for more goes first."""


@functools.cache
def rules() -> tuple[Rule, ...]:
    """Return every rule, in the order of the file."""
    return data_files.read_rows(DATA / "event_rules.yaml", Rule, name="id")


@functools.cache
def index() -> dict[tuple[str, str], tuple[RuleEntry, ...]]:
    """Return the entries of all rules by part of speech and lemma of their head word."""
    by_head: dict[tuple[str, str], list[RuleEntry]] = {}
    for rule in rules():
        for pos, phrases in (("v", rule.verbs), ("n", rule.nouns), ("a", rule.adjectives)):
            for phrase in phrases:
                head, entry = _entry(rule, pos, phrase)
                by_head.setdefault((pos, head), []).append(entry)
    return {
        key: tuple(sorted(entries, key=lambda entry: (-entry.conditions, entry.rule.mode is None)))
        for key, entries in sorted(by_head.items())
    }


def match(parse: Parse, frame: Frame) -> list[RuleEntry]:
    """Return the entries that hold for *frame*, those with more conditions first."""
    entries = index().get((frame.pos, frame.lemma))
    if not entries:
        return []
    if not entries[0].conditions:
        return list(entries)
    preps = _prepositions(parse, frame)
    companions = _companions(parse, frame).union(preps)
    arguments = _Arguments(
        _names(parse, frame.subjects),
        _names(parse, [*frame.objects, *frame.modifiers]),
        _names(parse, frame.complements),
        {prep: _names(parse, targets) for prep, targets in preps.items()},
        has_object=bool(frame.objects),
    )
    return [entry for entry in entries if _holds(entry, companions, arguments)]


@dataclass(frozen=True, slots=True)
class _Arguments:
    """The names of what stands in each place of a frame."""

    subject: set[ArgumentName]
    object: set[ArgumentName]
    complement: set[ArgumentName]
    preps: dict[str, set[ArgumentName]]
    has_object: bool


def _prepositions(parse: Parse, frame: Frame) -> dict[str, list[int]]:
    """Return the objects of the prepositions of *frame*, and of a verb's objects.

    The parser may attach the "for" of "asked them for help" to either.
    """
    if frame.pos == "n":
        return frame.preps
    preps = dict(frame.preps)
    for thing in frame.objects:
        for preposition in parse.children_with(thing, "prep"):
            preps.setdefault(parse.words[preposition], parse.children_with(preposition, "pobj", "pcomp"))
    return preps


def _names(parse: Parse, tokens: list[int]) -> set[ArgumentName]:
    """Return the lemmas, entity types and pairs of *tokens* and of what is joined to them by "and"."""
    names: set[ArgumentName] = set()
    for first in tokens:
        for token in parse.coordinated(first):
            lemma = parse.lemmas[token]
            names.add(lemma)
            names.add(parse.entity_types[token])
            names.update([(parse.lemmas[child], lemma) for child in parse.children[token]])
    return names


def _companions(parse: Parse, frame: Frame) -> set[str]:
    """Return the words that depend on the trigger or on its arguments."""
    words = set(frame.particles)
    for token in (*frame.objects, *frame.modifiers, *frame.complements):
        words.add(parse.lemmas[token])
        words.add(parse.words[token])
    if frame.pos == "n":
        words.update(parse.lemmas[child] for child in parse.children_with(frame.trigger, "nmod", "amod"))
        for token in frame.modifiers:
            words.update(parse.lemmas[child] for child in parse.children[token])
    return words


def _holds(entry: RuleEntry, companions: set[str], arguments: _Arguments) -> bool:
    if not companions.issuperset(entry.companions):
        return False
    if entry.subject and entry.subject.isdisjoint(arguments.subject):
        return False
    if entry.complement and entry.complement.isdisjoint(arguments.complement):
        return False
    return not (entry.without_object and arguments.has_object) and _has_argument(entry, arguments)


def _has_argument(entry: RuleEntry, arguments: _Arguments) -> bool:
    """Return whether the object is one that *entry* asks for, or what stands after one of its prepositions.

    The parser may read the object of "took in refugees" as that of the verb or of "in".
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


def _entry(rule: Rule, pos: str, phrase: str) -> tuple[str, RuleEntry]:
    """Return the head word of *phrase*, and its entry; a noun has fewer conditions than a verb or an adjective."""
    companions = phrase.split()
    is_noun = pos == "n"
    has_preposition = is_noun and len(companions) > 1 and companions[-1] in PREPOSITIONS_AFTER_HEAD
    head = companions.pop(-2 if has_preposition else -1 if is_noun else 0)
    subject = _expanded(rule.subject) if rule.subject is not None and not is_noun else None
    things = None
    if isinstance(rule.object, tuple) and (not is_noun or has_preposition):
        things = _expanded(rule.object)
    preps = tuple((prep, _expanded(names)) for prep, names in (rule.noun_prep if is_noun else rule.prep).items())
    complement = _expanded(rule.to) if rule.to is not None and not is_noun else None
    without_object = rule.object == "none" and pos == "v"
    conditions = (
        2 * len(companions)
        + 2 * (subject is not None)
        + 2 * (things is not None or bool(preps))
        + 3 * (complement is not None)
        + without_object
    )
    return head, RuleEntry(rule, tuple(companions), subject, things, preps, complement, without_object, conditions)


def _expanded(names: tuple[str, ...]) -> frozenset[ArgumentName]:
    """Return what the *names* of a condition stand for: a class for its lemmas, two words for a pair."""
    classes = word_classes()
    expanded: set[ArgumentName] = set()
    for name in names:
        if " " in name:
            *_, before, head = name.split()
            expanded.add((before, head))
        else:
            expanded |= classes.get(name, frozenset({name}))
    return frozenset(expanded)
