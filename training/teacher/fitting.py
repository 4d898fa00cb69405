"""Fine-tune the teacher. Its state is stored after each pass, so that the training can be stopped and resumed."""

from __future__ import annotations

import random
import time
from collections import defaultdict
from functools import partial
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np

from training import adam, augment, base_model, examples, stored
from training.teacher import encoder, heads, measuring
from training.teacher.answers import Teacher
from training.teacher.batches import batches, to_batch

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from training.inventory import Inventory
    from training.labelled import LabelledArticle

STATE = "teacher.state"
LAYERS = 8
"""Layers of the encoder that are used, of 12. The last ones stand for whole sentences, and cost a third of the time."""
PASSES = 9
"""Each pass sees every article once, after the first one with other names and some sentences in another case."""
LEARNING_RATE = 1.2e-4
HEAD_FACTOR = 20.0
"""The output layers start from nothing, and learn faster than the encoder by this factor."""
WARM_UP = 0.1
"""Share of the steps in which the learning rate rises; then it falls to zero."""
SQUARE_DECAY = 0.999
SPARE_STEPS = 1.02
"""Variants of an article may need a few windows more."""
STEPS_PER_REPORT = 100
PASSES_PER_MEASURE = 3


def fit(inventory: Inventory, runs: Path, parts: frozenset[str]) -> dict[str, Any]:
    """Fine-tune on the articles of *parts*, from the state stored in *runs* on, and return the weights."""
    source, tokenizer = encoder.load(LAYERS), encoder.tokenizer()
    chosen = [article for article in inventory.articles if article.part in parts]
    articles = list(base_model.rehearse(chosen, base_model.recognizer()))
    names = augment.names_in(articles)
    path = runs / STATE
    weights: dict[str, Any]
    done, step, weights, mean, square = _state(path, source, inventory)
    steps_per_pass = len(batches(list(examples.all_windows(articles, tokenizer)), None))
    total = int(PASSES * steps_per_pass * SPARE_STEPS)
    started = time.monotonic()
    for number in range(done, PASSES):
        rng = random.Random(number)  # noqa: S311 - no secret
        varied = articles if number == 0 else [augment.vary(article, rng, names) for article in articles]
        windows = list(examples.all_windows(varied, tokenizer))
        groups = batches(windows, rng)
        sums: defaultdict[str, float] = defaultdict(float)
        for group, length in groups:
            picked = [windows[index] for index in group]
            batch = to_batch(source, picked, length, _targets(varied, picked, inventory), len(inventory.topics))
            step += 1
            weights, mean, square, losses = _update(
                weights, mean, square, float(step), batch, total, jax.random.PRNGKey(step)
            )
            for name, value in losses.items():
                sums[name] += float(value)
            if step % STEPS_PER_REPORT == 0:
                print(f"  step {step} of {total}, {time.monotonic() - started:.0f} s", flush=True)
        means = {name: round(value / len(groups), 3) for name, value in sums.items()}
        print(f"pass {number + 1}: {time.monotonic() - started:.0f} s", means, flush=True)
        stored.write(path, jax.tree.map(np.asarray, (number + 1, step, weights, mean, square)))
        if (number + 1) % PASSES_PER_MEASURE == 0:
            measuring.measure(inventory, Teacher(source, weights), "development")
    return weights


def _state(path: Path, source: encoder.Encoder, inventory: Inventory) -> tuple[int, int, Any, Any, Any]:
    """Return passes and steps that are done, the weights, and Adam's running means."""
    if path.exists():
        done, step, weights, mean, square = jax.tree.map(jnp.array, stored.read(path))
        return int(done), int(step), weights, mean, square
    weights = jax.tree.map(jnp.array, {"encoder": source.layers, "heads": heads.initial(source, inventory)})
    mean, square = (jax.tree.map(jnp.zeros_like, weights) for _ in range(2))
    return 0, 0, weights, mean, square


def _targets(
    articles: Sequence[LabelledArticle], windows: Sequence[examples.Window], inventory: Inventory
) -> list[examples.Targets]:
    numbers = inventory.types, inventory.topics, inventory.tree
    return [examples.targets(articles[window.article], window, *numbers) for window in windows]


@partial(jax.jit, static_argnums=5, donate_argnums=(0, 1, 2))
def _update(  # noqa: PLR0917 - JAX donates arguments by their position
    weights: Any, mean: Any, square: Any, step: Any, batch: Any, total: int, key: Any
) -> Any:
    """Take one step, and return the weights, Adam's running means and the losses."""
    (_, losses), gradient = jax.value_and_grad(heads.loss, has_aux=True)(weights, batch, key)
    mean, square = adam.moments(mean, square, adam.clipped(gradient), SQUARE_DECAY)
    direction = adam.direction(mean, square, step, SQUARE_DECAY)
    rate = jnp.maximum(_rate(step, total), 0.0)

    def moved(part: str, factor: float) -> Any:
        return jax.tree.map(lambda p, d: p - factor * rate * d, weights[part], direction[part])

    weights = {"encoder": moved("encoder", 1.0), "heads": moved("heads", HEAD_FACTOR)}
    return weights, mean, square, losses


def _rate(step: Any, total: int) -> Any:
    return LEARNING_RATE * jnp.minimum(step / (WARM_UP * total), (total - step) / ((1 - WARM_UP) * total))
