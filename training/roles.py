"""Fit the weights of `service/enrich/events/role_model.py` to labelled events, and write `data/roles.npz`.

    python -m training.roles --labelled FOLDER

It reads the articles with the shipped network, so it must be run again when that has changed; one minute on one
core. The same articles and network give the same weights. The figures are those of the part "development".
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from service.enrich.events import role_features, role_model
from training import labelled_roles, role_examples

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from service.enrich.events.role_features import Group
    from service.enrich.model.arrays import Floats, Ints
    from training.role_examples import RoleExample

MIN_COUNT = 6
"""Candidates that a feature needs to get weights."""
WIDTH, PASSES, EVENTS_PER_STEP = 32, 9, 256
LEARNING_RATE, LEAST_RATE, FIRST_MEAN, SECOND_MEAN, EPSILON = 3e-3, 0.05, 0.9, 0.99, 1e-6
DROPOUT, DECAY = 0.3, 3e-4
"""Share of the features that each candidate loses in a step, and how much weights shrink."""
WORLD_COPIES = 4
"""How often each event of `labels/participants.jsonl` is learned: they are few, and nearer to what is read in use."""
ROLES = len(role_model.ROLES)
SEED = 1


class Fit:
    """Weights while they are learned: a table with vector and scores side by side, and the layer."""

    def __init__(self, single: int, features: int) -> None:
        self.random = np.random.default_rng(SEED)
        self.table = np.zeros((features, WIDTH + ROLES), np.float32)
        self.table[1:single, :WIDTH] = self.random.normal(0, 0.1, (single - 1, WIDTH))
        self.layer = self.random.normal(0, 0.2, (WIDTH, ROLES)).astype(np.float32)
        self._single = single
        self._moments = [(np.zeros_like(weights), np.zeros_like(weights)) for weights in (self.table, self.layer)]

    def step(self, ids: Ints, gold: Floats, counts: list[int], rate: float) -> None:
        """Learn from candidates with the features *ids*: of each role, *gold* has the share that is due to each.

        *counts* are the numbers of candidates of each event. It is Adam (Kingma and Ba 2015).
        """
        kept = (self.random.random(ids.shape) >= DROPOUT).astype(np.float32) / (1 - DROPOUT)
        summed = np.einsum("cfw,cf->cw", self.table[ids], kept)
        hidden = np.maximum(summed[:, :WIDTH], 0)
        errors = (role_model.shared(hidden @ self.layer + summed[:, WIDTH:], counts) - gold) / EVENTS_PER_STEP
        slopes = np.concatenate([(errors @ self.layer.T) * (hidden > 0), errors], axis=1)
        order = np.argsort(ids, axis=None, kind="stable")
        used, firsts = np.unique(ids.ravel()[order], return_index=True)
        sums = np.add.reduceat(slopes[order // ids.shape[1]] * kept.ravel()[order, None], firsts)
        sums[used >= self._single, :WIDTH] = 0
        sums += DECAY * self.table[used]
        self._move(self.table, used, sums, 0, rate)
        self._move(self.layer, np.arange(WIDTH), hidden.T @ errors, 1, rate)
        self.table[0] = 0

    def _move(self, weights: Floats, rows: Ints, slopes: Floats, number: int, rate: float) -> None:
        first, second = self._moments[number]
        first[rows] = FIRST_MEAN * first[rows] + (1 - FIRST_MEAN) * slopes
        second[rows] = SECOND_MEAN * second[rows] + (1 - SECOND_MEAN) * slopes**2
        weights[rows] -= rate * first[rows] / (np.sqrt(second[rows]) + EPSILON)


class NewRows:
    """Gives every new feature the next row."""

    def __init__(self) -> None:
        self.features = [""]
        self._groups: dict[str, _NewGroup] = {}

    def get(self, group: str, _: Group) -> Group:
        """Return the features of *group*."""
        return self._groups.setdefault(group, _NewGroup(group, self.features))


class _NewGroup(dict[str, int]):
    def __init__(self, name: str, features: list[str]) -> None:
        self._name, self._features = name, features

    def get(self, value: str, _: int) -> int:  # type: ignore[override]  # it has no default
        if value not in self:
            self[value] = len(self._features)
            self._features.append(f"{self._name}\t{value}")
        return self[value]


def main() -> None:
    """Read, fit, write, and print how well the weights fit articles that they have not seen."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--labelled", type=Path, required=True)
    folder = parser.parse_args().labelled
    articles = list(labelled_roles.read(folder))
    new = NewRows()
    train = list(role_examples.examples([article for article in articles if article.part == "train"], new))
    train += WORLD_COPIES * list(role_examples.examples(list(labelled_roles.read_world(folder)), new))
    write(train, new.features)
    development = [article for article in articles if article.part == "development"]
    print(f"{len(train):,} events; {figures(list(role_examples.examples(development, role_model.load().rows)))}")


def write(train: list[RoleExample], features: list[str]) -> None:
    """Fit the weights to *train* and write them: tables in bytes, the layer in single precision.

    *features* are the names of the rows.
    """
    counts = Counter(row for example in train for of_feature in example.features for row in of_feature)
    of_two = [of_feature for example in train for of_feature in example.features[role_features.SINGLE :]]
    pairs = {row for of_feature in of_two for row in of_feature}
    kept = sorted(
        (row for row, count in counts.items() if count >= MIN_COUNT), key=lambda row: (row in pairs, features[row])
    )
    single = 1 + sum(row not in pairs for row in kept)
    fitted = fit(train, {row: number for number, row in enumerate(kept, start=1)}, single)
    vectors, vectors_scale = _bytes(fitted.table[:single, :WIDTH])
    scores, scores_scale = _bytes(fitted.table[:, WIDTH:])
    arrays: dict[str, NDArray[np.generic]] = {
        "features": np.frombuffer("\0".join(features[row] for row in kept).encode(), np.uint8),
        "vectors": vectors,
        "vectors.scale": vectors_scale,
        "scores": scores,
        "scores.scale": scores_scale,
        "layer": fitted.layer,
    }
    with Path(str(role_model.WEIGHTS)).open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)


def fit(train: list[RoleExample], rows: dict[int, int], single: int) -> Fit:
    """Return the weights that *train* teaches; the rate falls from step to step."""
    fitted = Fit(single, 1 + len(rows))
    ids = [
        np.array([[rows.get(row, 0) for row in of_feature] for of_feature in example.features]).T for example in train
    ]
    gold = [_due(example) for example in train]
    filled = np.array([number for number, of_event in enumerate(ids) if len(of_event)])
    for number in range(PASSES):
        order = fitted.random.permutation(filled)
        for first in range(0, len(order), EVENTS_PER_STEP):
            chosen = order[first : first + EVENTS_PER_STEP]
            left = 1 - (number + first / len(order)) / PASSES
            fitted.step(
                np.concatenate([ids[at] for at in chosen]),
                np.concatenate([gold[at] for at in chosen]),
                [len(gold[at]) for at in chosen],
                LEARNING_RATE * max(LEAST_RATE, left),
            )
    return fitted


def figures(examples: list[RoleExample]) -> str:
    """Return how often the likeliest candidate of a role takes it, in *examples* where one does."""
    model, right, known = role_model.load(), Counter[str](), Counter[str]()
    for example in examples:
        shares = model.shares(example.features, [len(example.takes)])
        for role, name in enumerate(role_model.ROLES):
            takes = [of_word[role] for of_word in example.takes]
            if any(takes):
                known[name] += 1
                right[name] += takes[int(shares[:, role].argmax())]
    return ", ".join(f"likeliest {name} right {right[name] / known[name]:.3f}" for name in role_model.ROLES)


def _due(example: RoleExample) -> Floats:
    """Return the share of each role that is due to each candidate: all who take it have the same."""
    takes = np.array(example.takes, np.float32).reshape(-1, ROLES)
    due: Floats = takes / np.maximum(takes.sum(0), 1)
    return due


def _bytes(table: Floats) -> tuple[NDArray[np.int8], Floats]:
    """Return *table* in bytes, and what to multiply each column by."""
    scale = np.maximum(np.abs(table).max(0), 1e-9) / 127
    return np.round(table / scale).astype(np.int8), scale.astype(np.float32)


if __name__ == "__main__":
    main()
