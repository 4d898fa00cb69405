"""A run of 20,000 of one character is cut like a run of two, wherever it stands: ruled lines, padding, broken markup.

What is asserted is the result; the suite's limit of two minutes is what a stage that reads a run over and over breaks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from service.enrich.entities import lexicon, span_edges
from service.enrich.entities.coverage import Coverage
from service.enrich.entities.joining import join
from service.enrich.entities.knowledge import Knowledge
from service.enrich.entities.name_candidates import Candidate
from service.enrich.entities.name_groups import Group
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
    """Return the names in *text*, all of which the model took for one organisation."""
    return [text[start:end] for start, end, _ in span_edges.clean(text, 0, len(text), "ORG", words)]


@pytest.mark.parametrize(
    "run", [".", "'", "'s", "-", "\u2014", " ", "\t", "\n", " \n", "|", "*", "_", ". ", " -", "'s\""]
)
def test_a_run_behind_a_name_is_no_part_of_it(words: Lexicon, run: str) -> None:
    """However long."""
    assert names(f"The {NAME}{run * LONG}", words) == [NAME]


@pytest.mark.parametrize("run", [".", "'", "-", "\u2014", " ", "\t", "\n", " \n", "|", "*", "_", ". ", " -", "the "])
def test_a_run_before_a_name_is_no_part_of_it(words: Lexicon, run: str) -> None:
    """However long."""
    assert names(f"{run * LONG}{NAME}", words) == [NAME]


@pytest.mark.parametrize(
    ("run", "count"),
    [("a", 0), ("A", 1), ("a.", 1), ("a ", 0), ("the ", 0), ("a\u2019", 0), ("1", 0), ("a.a\n", LONG)],
)
def test_a_run_of_letters_is_read_once(words: Lexicon, run: str, count: int) -> None:
    """A word or an abbreviation of 20,000 letters is one name or none, and 20,000 short lines are as many names."""
    found = names(run * LONG, words)

    assert len(found) == count
    assert "".join(found) == (run.strip() * LONG if count else "")


def test_many_spans_are_asked_for_in_one_pass() -> None:
    """Each of 20,000 spans is found by the question for it."""
    coverage = Coverage((3 * number, 3 * number + 2, number) for number in range(LONG))

    assert all(coverage.inside(3 * number, 3 * number + 2) for number in range(LONG))


def test_many_names_in_a_row(words: Lexicon) -> None:
    """Of 20,000 capitalised words the known one at the end is found."""
    text = "Xyz " * LONG + "NATO"
    found: list[Candidate] = []
    add_overlooked(text, found, [], Knowledge(words, Gazetteer()))

    assert [one.surface for one in found] == ["NATO"]


def test_many_of_one_surname(words: Lexicon) -> None:
    """Of 20,000 Smiths half have a name of their own, and the others, J. all of them, are one who may be anybody."""
    groups: dict[str, Group] = {}
    for number in range(LONG):
        letters = "".join(chr(ord("a") + int(digit)) for digit in str(number))
        name = f"J{' ' * (number % 2)}{letters}x Smith"
        one = groups[name] = Group(name.lower(), name.lower().split(), [Candidate(number, number, "PERSON", 1.0, name)])
        one.votes["PERSON"] += 1

    assert len(join(groups, [], words)) == LONG // 2 + 1


def test_many_cut_names_grow(words: Lexicon) -> None:
    """The mentions that the model cut short grow to the name that the article uses; the others stay as they are."""
    block = "Zarnova fell. Zarnova Metal Union won. "
    starts = range(0, LONG * len(block), len(block))
    short = Group("zarnova", ["zarnova"], [Candidate(at, at + 7, "GPE", 1.0, "Zarnova") for at in starts])
    short.candidates += [Candidate(at + 14, at + 21, "GPE", 1.0, "Zarnova") for at in starts[1:]]
    long = Group("zarnova metal union", [], [Candidate(14, 33, "ORG", 1.0, "Zarnova Metal Union")])
    for one, label in ((short, "GPE"), (long, "ORG")):
        one.votes[label] += 1
    add_repeats(block * LONG, [long, short], [], words)

    assert {one.start for one in short.candidates} == set(starts)
    assert len(long.candidates) == LONG
