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
            cross-entropy of a list's clicks among all of it (Cao et al., 2007); `pairwise` is the
            logistic loss of each clicked item against each that was not, weighted by what their
            exchange would change in nDCG (LambdaRank: Burges, From RankNet to LambdaRank to
            LambdaMART, 2010).
        epochs: passes over all lists.
        batch_lists: lists of one step.
        learning_rate: of Adam, falling to a twentieth along a half cosine.
        warm_up_steps: steps in which it rises from zero.
        weight_decay: decoupled from the gradient (Loshchilov and Hutter, 2019).
        averaging: what the running average of the weights keeps each step; 0 keeps the last
            weights alone.
        forgetting: chance that a remembered act is hidden in training, so that the model learns
            from short histories too. What was passed over is hidden as often.
        position_bias: whether each place of a list has a bias of its own in training, which takes
            up what is clicked for where it stood; serving knows no place, and goes without.
    """

    loss: Literal["pointwise", "listwise", "pairwise"]
    epochs: int
    batch_lists: int = 64
    learning_rate: float = 1e-3
    warm_up_steps: int = 0
    weight_decay: float = 0.0
    averaging: float = 0.0
    forgetting: float = 0.0
    position_bias: bool = False
