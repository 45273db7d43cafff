"""What a trained model says of lists, by Keras; serving says it by ONNX."""

import numpy as np
from numpy.typing import NDArray

from freshet.domain.learning.examples import Examples, ItemTable
from freshet_trainer.towers import Towers
from freshet_trainer.training.batches import batches
from freshet_trainer.training.joint import forward, tensors_of

_LISTS = 256


def predict(
    towers: Towers, examples: Examples, table: ItemTable
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Scores and probabilities of all candidates, [n, k] each; those of padding mean nothing."""
    parts = [
        forward(towers, tensors_of(batch), training=False)
        for batch in batches(examples, table, towers, _LISTS, None)
    ]
    score, probability = zip(*parts, strict=True)
    return np.concatenate(score), np.concatenate(probability)
