"""A run of 20,000 equal characters is cut like a run of two: ruled lines, padding, broken markup.

The tests assert the result. A step that reads a run again for each of its characters would exceed the time limit of the
suite.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from service.enrich.entities import lexicon, span_edges
from service.enrich.entities.coverage import Coverage
from service.enrich.entities.joining import join
from service.enrich.entities.knowledge import Knowledge
from service.enrich.entities.name_candidates import NameCandidate
from service.enrich.entities.name_groups import NameGroup
from service.enrich.entities.overlooked_names import add_overlooked
from service.enrich.entities.repeats import add_repeats
from service.enrich.gazetteer.places import Gazetteer

if TYPE_CHECKING:
    from service.enrich.entities.lexicon import Lexicon

LONG = 20_000
NAME = "Ministry of Defence"


@pytest.fixture(scope="module")
def words() -> Lexicon:
    """Return the word lists of the stage."""
    return lexicon.load()


def names(text: str, words: Lexicon) -> list[str]:
    """Return the names in *text*, all of which the model marked as one organisation."""
    return [text[start:end] for start, end, _ in span_edges.clean(text, 0, len(text), "ORG", words)]


@pytest.mark.parametrize(
    "run", [".", "'", "'s", "-", "\u2014", " ", "\t", "\n", " \n", "|", "*", "_", ". ", " -", "'s\""]
)
def test_a_run_after_a_name_is_not_part_of_it(words: Lexicon, run: str) -> None:
    """This holds for any length."""
    assert names(f"The {NAME}{run * LONG}", words) == [NAME]


@pytest.mark.parametrize("run", [".", "'", "-", "\u2014", " ", "\t", "\n", " \n", "|", "*", "_", ". ", " -", "the "])
def test_a_run_before_a_name_is_not_part_of_it(words: Lexicon, run: str) -> None:
    """This holds for any length."""
    assert names(f"{run * LONG}{NAME}", words) == [NAME]


@pytest.mark.parametrize(
    ("run", "count"),
    [("a", 0), ("A", 1), ("a.", 1), ("a ", 0), ("the ", 0), ("a\u2019", 0), ("1", 0), ("a.a\n", LONG)],
)
def test_a_long_run_of_letters_is_read_once(words: Lexicon, run: str, count: int) -> None:
    """A word or an abbreviation of 20,000 letters is one name or none, and 20,000 short lines are as many names."""
    found = names(run * LONG, words)

    assert len(found) == count
    assert "".join(found) == (run.strip() * LONG if count else "")


def test_many_spans_are_queried_in_one_pass() -> None:
    """Each of 20,000 queries returns its span."""
    coverage = Coverage((3 * number, 3 * number + 2, number) for number in range(LONG))

    assert all(coverage.inside(3 * number, 3 * number + 2) for number in range(LONG))


def test_a_known_name_after_many_unknown_words_is_found(words: Lexicon) -> None:
    """The name follows 20,000 capitalised words."""
    text = "Xyz " * LONG + "NATO"
    candidates: list[NameCandidate] = []
    add_overlooked(text, candidates, [], Knowledge(words, Gazetteer()))

    assert [candidate.surface for candidate in candidates] == ["NATO"]


def test_thousands_of_persons_with_one_surname_are_joined_in_time(words: Lexicon) -> None:
    """Half of 20,000 Smiths have different given names; the other half share the initial J and are one entity."""
    groups: dict[str, NameGroup] = {}
    for number in range(LONG):
        letters = "".join(chr(ord("a") + int(digit)) for digit in str(number))
        name = f"J{' ' * (number % 2)}{letters}x Smith"
        candidate = NameCandidate(number, number, "PERSON", 1.0, name)
        groups[name] = NameGroup(name.lower(), name.lower().split(), [candidate])
        groups[name].votes["PERSON"] += 1

    assert len(join(groups, [], words)) == LONG // 2 + 1


def test_thousands_of_names_that_were_cut_short_grow(words: Lexicon) -> None:
    """Mentions that the model cut short grow to the longer name of the article; other mentions stay as they are."""
    block = "Zarnova fell. Zarnova Metal Union won. "
    starts = range(0, LONG * len(block), len(block))
    short = NameGroup(
        "zarnova", ["zarnova"], [NameCandidate(start, start + 7, "GPE", 1.0, "Zarnova") for start in starts]
    )
    short.candidates += [NameCandidate(start + 14, start + 21, "GPE", 1.0, "Zarnova") for start in starts[1:]]
    long = NameGroup("zarnova metal union", [], [NameCandidate(14, 33, "ORG", 1.0, "Zarnova Metal Union")])
    for group, label in ((short, "GPE"), (long, "ORG")):
        group.votes[label] += 1
    add_repeats(block * LONG, [long, short], [], words)

    assert {candidate.start for candidate in short.candidates} == set(starts)
    assert len(long.candidates) == LONG
