"""How far a model's chances are from what happened, list by list."""

import numpy as np
from numpy.typing import NDArray

from freshet.domain.learning.examples import Examples

_SMALLEST = 1e-6


def list_losses(probability: NDArray[np.float32], examples: Examples) -> NDArray[np.float64]:
    """Mean binary cross-entropy of each list's candidates, [n].

    Args:
        probability: of a click, [n, k].
        examples: the lists, with what was clicked.
    """
    there = examples.items >= 0
    chance = np.clip(probability.astype(np.float64), _SMALLEST, 1 - _SMALLEST)
    each = -np.where(examples.labels > 0, np.log(chance), np.log1p(-chance))
    losses: NDArray[np.float64] = (each * there).sum(axis=1) / np.maximum(there.sum(axis=1), 1)
    return losses
