"""Write sentences with each phrase of the event rules, so that the network also learns words that news seldom has.

The sentences are stiff: "Hungarian officials rebuff the proposal on Monday."
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.enrich.grammar.word_lists import word_classes

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator, Sequence

    from service.enrich.events.rules import Rule

SENTENCES_PER_PHRASE = 2
ACTORS = (
    "Hungarian officials", "Russian troops", "Ministers", "Rebels", "Opposition leaders", "The two countries", "Police",
    "Romania and Bulgaria", "Lawmakers", "Workers", "The authorities", "Activists",
)  # fmt: skip
OBJECTS = ("the proposal", "Serbia", "the group", "the mayor", "the opposition", "Turkey", "the plan", "the residents")
NAMES = {
    "GPE": ("Serbia", "Kyiv", "Turkey", "Slovakia"), "NORP": ("Russians", "Kurds", "Hungarians"),
    "PERSON": ("Viktor Orban", "Ana Petrova"), "ORG": ("NATO", "the European Commission"), "LOC": ("the Balkans",),
    "FAC": ("the airport",), "MONEY": ("$5 million",),
}  # fmt: skip
CARRIERS = ("The {} began on Monday.", "Officials confirmed the {}.", "The {} of Serbia went on.", "The {} is over.")


def write(rule: Rule, rng: random.Random) -> Iterator[str]:
    """Yield sentences with the phrases of *rule*."""
    for phrase in rule.verbs:
        for _ in range(SENTENCES_PER_PHRASE):
            yield _with_verb(rule, phrase, rng)
    for phrase in rule.nouns:
        for carrier in rng.sample(CARRIERS, SENTENCES_PER_PHRASE):
            yield carrier.format(phrase)


def _with_verb(rule: Rule, phrase: str, rng: random.Random) -> str:
    subject = _thing(rule.subject, rng, plural=True) if rule.subject else rng.choice(ACTORS)
    words = [subject[:1].upper() + subject[1:], phrase]
    if rule.object != "none":
        words.append(_thing(rule.object, rng) if rule.object else rng.choice(OBJECTS))
    for preposition, things in rule.prep.items():
        words += [preposition, _thing(things, rng)]
    if rule.to:
        words += ["to", _word(rule.to, rng)]
    return " ".join(words) + rng.choice((".", " on Monday.", " after talks in Vienna."))


def _thing(names: Sequence[str], rng: random.Random, *, plural: bool = False) -> str:
    """Return one of the words or classes that *names* has, with an article if it is no name."""
    word = _word(names, rng)
    return word if not word.islower() or word.startswith("the ") else f"{word}s" if plural else f"the {word}"


def _word(names: Sequence[str], rng: random.Random) -> str:
    if not names:
        return rng.choice(OBJECTS)
    name = rng.choice(names)
    if name in NAMES:
        return rng.choice(NAMES[name])
    return rng.choice(sorted(word_classes().get(name, [name])))
