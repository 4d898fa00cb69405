"""What one step of training does to the weights: clipped gradients, and Adam (Kingma and Ba 2015)."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

MAX_NORM = 1.0
"""Longest gradient (Pascanu et al. 2013)."""
MEAN_DECAY = 0.9
EPSILON = 1e-8


def clipped(gradient: Any) -> Any:
    """Return *gradient*, a tree of arrays, shortened to `MAX_NORM` if it is longer."""
    norm = jnp.sqrt(sum(jnp.sum(g * g) for g in jax.tree.leaves(gradient)))
    return jax.tree.map(lambda g: g * jnp.minimum(1.0, MAX_NORM / (norm + 1e-9)), gradient)


def moments(mean: Any, square: Any, gradient: Any, square_decay: float) -> tuple[Any, Any]:
    """Return the running means of the gradient and of its square, each a tree of the shape of *gradient*."""
    mean = jax.tree.map(lambda m, g: MEAN_DECAY * m + (1 - MEAN_DECAY) * g, mean, gradient)
    square = jax.tree.map(lambda v, g: square_decay * v + (1 - square_decay) * g * g, square, gradient)
    return mean, square


def direction(mean: Any, square: Any, step: Any, square_decay: float) -> Any:
    """Return where the weights should go, before the learning rate: the mean gradient, scaled by its usual size.

    *step* counts from 1: the running means start at zero, and are corrected for that.
    """
    return jax.tree.map(
        lambda m, v: (m / (1 - MEAN_DECAY**step)) / (jnp.sqrt(v / (1 - square_decay**step)) + EPSILON), mean, square
    )
