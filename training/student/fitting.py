"""Train the student. Its state is stored after each pass, so that the training can be stopped and resumed."""

from __future__ import annotations

import random
import time
from collections import defaultdict
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import jax
import jax.numpy as jnp
import numpy as np

from training import adam, stored
from training.student.batches import batches

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from training.student.batches import HasForms

LEARNING_RATE = 2e-3
WARM_UP_STEPS = 200
"""Steps in which the learning rate rises; then it falls to zero."""
WEIGHT_DECAY = 0.01
"""Share of a matrix that a step takes away, times the learning rate (Loshchilov and Hutter 2019)."""
SQUARE_DECAY = 0.99
AVERAGING = 0.998
"""The shipped weights are a running mean of the last steps' (Polyak and Juditsky 1992)."""
SPARE_STEPS = 1.01
"""Variants of an article may need a few batches more."""
STEPS_PER_REPORT = 200
SampleType = TypeVar("SampleType", bound="HasForms")


@dataclass(frozen=True, slots=True)
class Student(Generic[SampleType]):
    """What is trained: a network, and how it learns."""

    first_weights: Callable[[], Any]
    """Returns the weights from which the training starts."""
    to_batch: Callable[[Sequence[SampleType], int, np.random.Generator], dict[str, Any]]
    """Returns arrays of samples, padded to a number of tokens."""
    loss: Callable[[Any, dict[str, Any], Any], tuple[Any, dict[str, Any]]]
    """Returns the loss of weights over a batch, and its parts, with a key of randomness."""


def fit(
    student: Student[SampleType],
    *,
    unchanging: Sequence[SampleType],
    varying: Callable[[int], Sequence[SampleType]],
    state: Path,
    after_pass: Callable[[Any], None],
    passes: int,
) -> None:
    """Train from the stored *state* on, and give the averaged weights to *after_pass* each time.

    Args:
        student: What is trained.
        unchanging: Samples of every pass.
        varying: Gives further samples of a pass, by its number.
        state: File of passes and steps that are done, and of weights.
        after_pass: Called with the averaged weights.
        passes: How often every sample is seen. The learning rate depends on it.
    """
    done, step, weights, average, mean, square = _state(state, student)
    total = int(passes * len(batches([*unchanging, *varying(0)], None)) * SPARE_STEPS)
    started = time.monotonic()
    for number in range(done, passes):
        rng, numpy_rng = random.Random(number), np.random.default_rng(number)  # noqa: S311 - no secret
        samples = [*unchanging, *varying(number)]
        sums: defaultdict[str, float] = defaultdict(float)
        groups = batches(samples, rng)
        for count, (group, length) in enumerate(groups, 1):
            batch = student.to_batch([samples[index] for index in group], length, numpy_rng)
            step += 1
            weights, average, mean, square, losses = _update(
                weights, average, mean, square, float(step), batch, total, student.loss, jax.random.PRNGKey(step)
            )
            for name, value in losses.items():
                sums[name] += float(value)
            if step % STEPS_PER_REPORT == 0:
                _report(f"  step {step} of {total}", started, sums, count)
        stored.write(state, jax.tree.map(np.asarray, (number + 1, step, weights, average, mean, square)))
        _report(f"pass {number + 1}", started, sums, len(groups))
        after_pass(average)


def _state(path: Path, student: Student[Any]) -> tuple[int, int, Any, Any, Any, Any]:
    """Return passes and steps that are done, the weights, their average, and Adam's running means."""
    if path.exists():
        done, step, *trees = jax.tree.map(jnp.array, stored.read(path))
        weights, average, mean, square = trees
        return int(done), int(step), weights, average, mean, square
    weights = jax.tree.map(jnp.array, student.first_weights())
    average = jax.tree.map(jnp.array, weights)
    mean, square = (jax.tree.map(jnp.zeros_like, weights) for _ in range(2))
    return 0, 0, weights, average, mean, square


@partial(jax.jit, static_argnums=(6, 7), donate_argnums=(0, 1, 2, 3))
def _update(  # noqa: PLR0917 - JAX donates arguments by their position
    weights: Any, average: Any, mean: Any, square: Any, step: Any, batch: Any, total: int, loss: Any, key: Any
) -> Any:
    """Take one step of Adam with decoupled weight decay, and return weights, average, running means and losses."""
    (_, losses), gradient = jax.value_and_grad(loss, has_aux=True)(weights, batch, key)
    mean, square = adam.moments(mean, square, adam.clipped(gradient), SQUARE_DECAY)
    slope = jnp.minimum(step / WARM_UP_STEPS, (total - step) / (total - WARM_UP_STEPS))
    rate = LEARNING_RATE * jnp.clip(slope, 0.0, 1.0)
    weights = jax.tree.map(
        lambda p, d: p * (1 - WEIGHT_DECAY * rate * (p.ndim > 1)) - rate * d,
        weights,
        adam.direction(mean, square, step, SQUARE_DECAY),
    )
    share = jnp.minimum(AVERAGING, step / (step + 10))
    average = jax.tree.map(lambda a, p: share * a + (1 - share) * p, average, weights)
    return weights, average, mean, square, losses


def _report(done: str, started: float, sums: dict[str, float], count: int) -> None:
    means = {name: round(value / count, 3) for name, value in sums.items()}
    print(f"{done}, {time.monotonic() - started:.0f} s", means, flush=True)
