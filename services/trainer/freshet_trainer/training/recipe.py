"""How an architecture is trained: chosen on a validation slice, never on the test slice."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

#: Told (steps done, steps in all, loss).
Steps = Callable[[int, int, float], None]


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """The settings of a training.

    Attributes:
        loss: `pointwise` is the binary cross-entropy of each candidate; `listwise` is the softmax
            cross-entropy of a list's clicks among all of it (Cao et al., 2007).
        epochs: passes over all lists.
        batch_lists: lists of one step.
        learning_rate: of Adam, falling to zero along a half cosine.
        weight_decay: decoupled from the gradient (Loshchilov and Hutter, 2019).
        averaging: what the running average of the weights keeps each step; 0 keeps the last
            weights alone.
        forgetting: chance that a remembered act is hidden in training, so that the model learns
            from short histories too.
    """

    loss: Literal["pointwise", "listwise"]
    epochs: int
    batch_lists: int = 64
    learning_rate: float = 1e-3
    weight_decay: float = 0.0
    averaging: float = 0.0
    forgetting: float = 0.0
