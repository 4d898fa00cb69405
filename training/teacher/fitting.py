"""Fine-tune a teacher. Its state is stored after each pass, so that the training can be stopped and resumed."""

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
from training.teacher import heads, measuring
from training.teacher.answers import Teacher
from training.teacher.batches import batches, to_batch
from training.teacher.tasks import TASKS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from training.inventory import Inventory
    from training.labelled import LabelledArticle
    from training.teacher.encoder import Encoder

HEAD_FACTOR = 20.0
"""The output layers start from nothing, and learn faster than the encoder by this factor."""
WARM_UP = 0.1
"""Share of the steps in which the learning rate rises; then it falls to zero."""
SQUARE_DECAY = 0.999
SPARE_STEPS = 1.02
"""Variants of an article may need a few windows more."""
STEPS_PER_REPORT = 100


def state_file(runs: Path, task: str) -> Path:
    """Return the file that holds the state of the teacher of *task* after its last pass."""
    return runs / f"teacher-{task}.state"


def fit(inventory: Inventory, runs: Path, parts: frozenset[str], task: str) -> Teacher:
    """Fine-tune a teacher of *task* on the articles of *parts*, from the state stored in *runs* on."""
    chosen_task = TASKS[task]
    source, passes = chosen_task.load(chosen_task.layers), chosen_task.passes
    chosen = [article for article in inventory.articles if article.part in parts]
    articles = list(base_model.rehearse(chosen, base_model.recognizer()))
    names = augment.names_in(articles)
    path = state_file(runs, task)
    weights: dict[str, Any]
    done, step, weights, mean, square = _state(path, source, inventory)
    steps_per_pass = len(batches(list(examples.all_windows(articles, source.tokenizer)), None))
    total = int(passes * steps_per_pass * SPARE_STEPS)
    started = time.monotonic()
    for number in range(done, passes):
        rng = random.Random(number)  # noqa: S311 - no secret
        varied = articles if number == 0 else [augment.vary(article, rng, names) for article in articles]
        windows = list(examples.all_windows(varied, source.tokenizer))
        groups = batches(windows, rng)
        sums: defaultdict[str, float] = defaultdict(float)
        for group, length in groups:
            picked = [windows[index] for index in group]
            batch = to_batch(source, picked, length, _targets(varied, picked, inventory), len(inventory.topics))
            step += 1
            weights, mean, square, losses = _update(
                weights, mean, square, float(step), batch, total, task, jax.random.PRNGKey(step)
            )
            for name, value in losses.items():
                sums[name] += float(value)
            if step % STEPS_PER_REPORT == 0:
                print(f"  step {step} of {total}, {time.monotonic() - started:.0f} s", flush=True)
        means = {name: round(value / len(groups), 3) for name, value in sums.items()}
        print(f"{task}, pass {number + 1}: {time.monotonic() - started:.0f} s", means, flush=True)
        stored.write(path, jax.tree.map(np.asarray, (number + 1, step, weights, mean, square)))
        measuring.measure(inventory, Teacher(source, weights, task), "development")
    return Teacher(source, weights, task)


def _state(path: Path, source: Encoder, inventory: Inventory) -> tuple[int, int, Any, Any, Any]:
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


@partial(jax.jit, static_argnums=(5, 6), donate_argnums=(0, 1, 2))
def _update(  # noqa: PLR0917 - JAX donates arguments by their position
    weights: Any, mean: Any, square: Any, step: Any, batch: Any, total: int, task: str, key: Any
) -> Any:
    """Take one step, and return the weights, Adam's running means and the losses."""
    (_, losses), gradient = jax.value_and_grad(heads.loss, has_aux=True)(weights, batch, key, task)
    mean, square = adam.moments(mean, square, adam.clipped(gradient), SQUARE_DECAY)
    direction = adam.direction(mean, square, step, SQUARE_DECAY)
    rate = jnp.maximum(TASKS[task].learning_rate * _rate(step, total), 0.0)

    def moved(part: str, factor: float) -> Any:
        return jax.tree.map(lambda p, d: p - factor * rate * d, weights[part], direction[part])

    weights = {"encoder": moved("encoder", 1.0), "heads": moved("heads", HEAD_FACTOR)}
    return weights, mean, square, losses


def _rate(step: Any, total: int) -> Any:
    """Return the share of the learning rate that holds at *step*."""
    return jnp.minimum(step / (WARM_UP * total), (total - step) / ((1 - WARM_UP) * total))
