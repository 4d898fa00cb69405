"""Logistic regression for weights that are read by eye: few features, fitted by Newton's method."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

NEWTON_STEPS = 40


def fit(
    table: NDArray[np.float64], right: NDArray[np.float64], strength: float, prior: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """Return the weights of the columns of *table*, (example, feature), by which *right*, 0 or 1, is told.

    They are drawn to *prior*, or else to zero, by half of *strength* times the square of the distance.
    """
    origin = np.zeros(table.shape[1]) if prior is None else prior
    weights = origin.copy()
    for _ in range(NEWTON_STEPS):
        probability = 1 / (1 + np.exp(-table @ weights))
        slope = table.T @ (probability - right) + strength * (weights - origin)
        curvature = (table.T * (probability * (1 - probability))) @ table + strength * np.eye(len(weights))
        weights -= np.linalg.solve(curvature, slope)
    return weights
