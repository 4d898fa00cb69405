"""Every rule holds in its own examples, and the data files agree with each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

import pytest
from pydantic import ValidationError

from service.contract.annotations import EntityType
from service.enrich import events, tags
from service.enrich.events import rules
from service.enrich.events.vocabulary import CONTEXTS, MODES, Type
from service.enrich.grammar import clauses, frames
from service.enrich.grammar.parse import Parse
from service.enrich.grammar.word_lists import flag_lists, word_classes

if TYPE_CHECKING:
    from spacy.language import Language


EXAMPLES = [(rule, example) for rule in rules.rules() for example in rule.examples]
FLAGS = ("negated", "future", "hypothetical")


@pytest.mark.parametrize(
    ("rule", "example"), EXAMPLES, ids=[f"{rule.id}-{at}" for at, (rule, _) in enumerate(EXAMPLES)]
)
def test_a_rule_holds_in_its_example(nlp: Language, rule: rules.Rule, example: str) -> None:
    """A word of the example has the rule among those that hold for it."""
    parse = Parse(nlp(example))
    entries = [rules.match(parse, frames.build(parse, at)) for at in range(parse.size) if parse.pos[at]]

    assert rule.id in [entry.rule.id for of_word in entries for entry in of_word]


def test_most_examples_of_rules_are_events_of_their_type(nlp: Language) -> None:
    """The network agrees with the rules: nine in ten examples have an event of the rule's type."""
    agreed = [rule.type in {event.type for event in events.find(nlp(example))} for rule, example in EXAMPLES]

    assert sum(agreed) >= 0.9 * len(EXAMPLES)


@pytest.mark.parametrize(
    ("sentence", "expected"), [example for words in flag_lists().values() for example in words.examples]
)
def test_the_words_set_the_flags(nlp: Language, sentence: str, expected: list[str]) -> None:
    """Some clause of the example has exactly the flags that the data file names."""
    parse = Parse(nlp(sentence))
    flags = [clauses.read_flags(parse, frames.build(parse, at)) for at in range(parse.size) if parse.pos[at]]

    assert set(expected) in [{name for name in FLAGS if getattr(of_word, name)} for of_word in flags]


def test_types_modes_and_contexts_are_in_the_vocabulary() -> None:
    """A rule names only types, modes and contexts that the vocabulary has, and a mode of its own type."""
    for rule in rules.rules():
        assert rule.type in get_args(Type), rule.id
        assert rule.mode is None or rule.mode in MODES[rule.type], rule.id
        assert set(rule.contexts) <= CONTEXTS, rule.id


@pytest.mark.parametrize(
    "wrong", [{"type": "ASAULT"}, {"mode": "visit"}, {"mode": "aerial", "type": "DEATH"}, {"contexts": ["militaries"]}]
)
def test_a_word_beyond_the_vocabulary_is_an_error(wrong: dict[str, Any]) -> None:
    """A rule with an unknown type, mode or context, or with a mode of another type, is an error at load."""
    row: dict[str, Any] = {"id": "test", "type": "ASSAULT", "examples": ["They attacked."]}
    rules.Rule.model_validate(row | {"mode": "aerial", "contexts": ["military"]})

    with pytest.raises(ValidationError):
        rules.Rule.model_validate(row | wrong)


def test_rule_ids_are_unique_and_every_rule_has_an_example() -> None:
    """An id names one rule, and every rule is tested."""
    ids = [rule.id for rule in rules.rules()]

    assert len(ids) == len(set(ids))
    assert all(rule.examples for rule in rules.rules())


def test_rules_name_only_tags_of_the_vocabulary() -> None:
    """Every tag of a rule is defined."""
    assert {rule.tag for rule in rules.rules() if rule.tag} <= {tag.tag for tag in tags.vocabulary()}


def test_capitals_in_conditions_are_entity_types() -> None:
    """A condition in capitals is an entity type, not a misspelt class."""
    types = {*get_args(EntityType), "MONEY", "PERCENT"}
    for rule in rules.rules():
        objects = () if rule.object == "none" else rule.object or ()
        names = [*objects, *(rule.subject or ()), *(rule.to or ())]
        assert {name for name in names if name.isupper()} <= types, rule.id


def test_word_classes_hold_base_forms() -> None:
    """The classes are compared with lemmas, so they hold lower-case words."""
    for name, words in word_classes().items():
        assert all(word == word.lower() and word for word in words), name
