"""Batches of the teacher, and the figures that are printed while it is trained."""

from __future__ import annotations

import random
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from training import examples
from training.examples import NAME_LABELS, NAME_TAGS, Window
from training.labelled import LabelledArticle, Name, Trigger
from training.teacher import batches, measuring

TEXT = "Petrov met envoys"
SPANS = [(0, 6), (7, 10), (11, 17)]
TYPES = ["NONE", "CONSULT", "AID"]
UNIT = 1 + 3 * len(NAME_LABELS)
"""First tag of names of one word."""


def _window(pieces: int) -> Window:
    return Window(0, 0, [0] * pieces, SPANS, [1, 2, 3])


def _source() -> Any:
    return SimpleNamespace(embed=lambda pieces: pieces[..., None].astype(np.float32))


def _scores(event: int, chance: float) -> dict[str, Any]:
    """Return scores by which the second word is an event with some *chance*, and the first word a person."""
    types, tags = np.full((3, 3), -9.0), np.zeros((3, NAME_TAGS))
    types[:, 0] = 9
    types[1] = np.log([1 - chance, 1e-9, 1e-9])
    types[1, event] = np.log(chance)
    tags[:, 0] = 5
    tags[0, UNIT + NAME_LABELS.index("PERSON")] = 9
    return {
        "tags": tags,
        "types": types,
        "flags": np.tile([1.0, -1, -1, -1], (3, 1)),
        "main": np.zeros((3, 1)),
        "no_main": 0.0,
        "topics": np.array([3.0, -3]),
        "lead": np.array([0.0, 1]),
    }


def _lines(article: LabelledArticle, scores: dict[str, Any]) -> list[str]:
    inventory: Any = SimpleNamespace(type_names=TYPES, topics={"M11": 0, "574": 1}, with_ancestors=set)
    return list(measuring.lines(inventory, [(article, [(_window(5), scores)])]))


def test_every_window_is_in_one_batch() -> None:
    """Each batch fits into the pieces that it may have, however the windows are shuffled."""
    windows = [_window(pieces) for pieces in [5] * 70 + [100] * 9 + [192] * 9]
    for rng in (None, random.Random(1)):  # noqa: S311 - no secret
        groups = batches.batches(windows, rng)
        assert sorted(index for group, _ in groups for index in group) == list(range(len(windows)))
        assert all(len(group) * length <= batches.PIECES_PER_BATCH for group, length in groups)
        assert all(len(windows[index].pieces) <= length for group, length in groups for index in group)


def test_targets_stand_at_the_first_piece_of_each_word() -> None:
    """What is unknown is masked."""
    target = examples.Targets(
        tags=None,
        types=np.array([0, 2, 0], np.int32),
        flags=np.eye(3, 4, dtype=np.float32),
        main=np.zeros(3, np.float32),
        topics=None,
        lead=-1,
    )
    batch = batches.to_batch(_source(), [_window(6)], 64, [target], 2)
    assert batch["types"][0, :5].tolist() == [0, 0, 2, 0, 0]
    assert batch["triggers"][0, :5].tolist() == [0, 0, 1, 0, 0]
    assert batch["typed"][0, :5].tolist() == [0, 1, 1, 1, 0]
    assert batch["main"][0, -1] == 1
    assert (batch["named"].sum(), batch["has_topics"].sum(), batch["mask"].sum()) == (0, 0, 6)


@pytest.mark.parametrize(("event", "figure"), [(1, "F1 1.000"), (2, "F1 .000")])
def test_an_event_counts_from_a_probability_on(event: int, figure: str) -> None:
    """Its type must be right; the trigger alone is a figure of its own."""
    trigger = Trigger(7, 10, "CONSULT", (True, False, False, True), main=True)
    lines = _lines(LabelledArticle("a", "a", TEXT, events=(trigger,)), _scores(event, 0.45))
    assert figure in lines[1].split(";")[0]
    assert "F1 1.000" in lines[1].split(";")[1]
    assert "F1 .000" in lines[2].split(";")[1]
    assert "flags that are right .750 of 4" in lines


def test_the_main_event_is_the_best_of_the_words_that_name_one() -> None:
    """Without any such word, it is missed."""
    trigger = Trigger(7, 10, "CONSULT", (False,) * 4, main=True)
    article = LabelledArticle("a", "a", TEXT, events=(trigger,))
    assert "main event right 1.000 of 1" in _lines(article, _scores(1, 0.9))
    assert "main event right .000 of 1" in _lines(article, _scores(1, 0.1))


def test_names_and_topics_count_if_they_are_labelled() -> None:
    """A set without labels of events has no figures for them."""
    article = LabelledArticle("a", "a", TEXT, names=(Name(0, 6, ("PERSON",)),), topics=("M11",))
    names, topics = _lines(article, _scores(1, 0.9))
    assert names.endswith("P 1.000, R 1.000, F1 1.000")
    assert topics == "topics P 1.000, R 1.000, F1 1.000; first right .000, or above a right one .000, of 1"
