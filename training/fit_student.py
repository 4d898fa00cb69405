"""Train the student, measuring on the development part after each pass; can be stopped and resumed."""

from __future__ import annotations

import pickle
import random
import time
from collections import defaultdict
from functools import partial
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np

from training import samples as sampling
from training import student

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from service.enrich.model.network import Sizes
    from training.samples import Sample

PASSES = 3
LEARNING_RATE, WARM_UP_STEPS, DECAY = 2e-3, 200, 0.01
DROPOUT = 0.1
AVERAGING = 0.998


@partial(jax.jit, static_argnums=(6, 7), donate_argnums=(0, 1, 2, 3))
def update(  # noqa: PLR0917 - JAX donates arguments by their position
    weights: Any, average: Any, first: Any, second: Any, step: Any, batch: Any, total: int, sizes: Sizes, key: Any
) -> Any:
    """Take one step of Adam with decoupled weight decay (Loshchilov and Hutter 2019)."""
    (value, losses), gradient = jax.value_and_grad(student.loss, has_aux=True)(weights, batch, key, DROPOUT, sizes)
    norm = jnp.sqrt(sum(jnp.sum(g * g) for g in jax.tree.leaves(gradient)))
    gradient = jax.tree.map(lambda g: g * jnp.minimum(1.0, 1.0 / (norm + 1e-9)), gradient)
    first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, gradient)
    second = jax.tree.map(lambda v, g: 0.99 * v + 0.01 * g * g, second, gradient)
    slope = jnp.minimum(step / WARM_UP_STEPS, (total - step) / (total - WARM_UP_STEPS))
    rate = LEARNING_RATE * jnp.clip(slope, 0.0, 1.0)
    weights = jax.tree.map(
        lambda p, m, v: (
            p * (1 - DECAY * rate * (p.ndim > 1))
            - rate * (m / (1 - 0.9**step)) / (jnp.sqrt(v / (1 - 0.99**step)) + 1e-8)
        ),
        weights, first, second,
    )  # fmt: skip
    share = jnp.minimum(AVERAGING, step / (step + 10))
    average = jax.tree.map(lambda a, p: share * a + (1 - share) * p, average, weights)
    return weights, average, first, second, value, losses


def fit(  # noqa: PLR0917 - what to learn from, then where to keep it
    silver: Sequence[Sample], gold: Callable[[int], Sequence[Sample]], features: Any, sizes: Sizes, vectors: Any,
    state: Path, check: Callable[[Any], None], passes: int = PASSES,
) -> Any:  # fmt: skip
    """Return the averaged weights; *gold* gives the labelled samples of a pass."""
    weights = jax.tree.map(jnp.array, student.initial(sizes, vectors))
    first, second = (jax.tree.map(jnp.zeros_like, weights) for _ in range(2))
    average = jax.tree.map(jnp.array, weights)
    done = step = 0
    if state.exists():
        with state.open("rb") as stored:
            done, step, weights, average, first, second = jax.tree.map(jnp.array, pickle.load(stored))  # noqa: S301
        done, step = int(done), int(step)
    total = int(passes * len(sampling.batches([*silver, *gold(0)], None)) * 1.01)
    started = time.monotonic()
    for number in range(done, passes):
        rng, numpy_rng = random.Random(number), np.random.default_rng(number)  # noqa: S311 - no secret
        samples = [*silver, *gold(number)]
        sums: defaultdict[str, float] = defaultdict(float)
        count = 0
        for group, length in sampling.batches(samples, rng):
            batch = sampling.to_batch([samples[i] for i in group], length, features, sizes.topics, numpy_rng)
            step += 1
            count += 1
            weights, average, first, second, _, losses = update(
                weights, average, first, second, float(step), batch, total, sizes, jax.random.PRNGKey(step)
            )
            for name, value in losses.items():
                sums[name] += float(value)
            if step % 200 == 0:
                _report(f"  step {step} of {total}", started, sums, count)
        draft = state.with_suffix(".draft")
        draft.write_bytes(pickle.dumps(jax.tree.map(np.asarray, (number + 1, step, weights, average, first, second))))
        draft.replace(state)
        _report(f"pass {number + 1}", started, sums, count)
        check(average)
    return average


def _report(done: str, started: float, sums: dict[str, float], count: int) -> None:
    means = {name: round(value / max(1, count), 3) for name, value in sums.items()}
    print(f"{done}, {time.monotonic() - started:.0f} s", means, flush=True)
