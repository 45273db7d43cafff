"""From scores to chances of a click: two numbers, fitted on lists that training did not see."""

import keras
import numpy as np
from numpy.typing import NDArray

#: Steps of Newton's method; it is convex in two numbers and settles in a few.
_STEPS = 25

#: Keeps the fit from running away where clicks and scores separate wholly.
_RIDGE = 1e-3


@keras.saving.register_keras_serializable("freshet")
class Calibration(keras.layers.Layer):
    """probability = sigmoid(slope * score + bias); not trained with the model, but after it."""

    def build(self, input_shape: tuple[int, ...]) -> None:
        """Begin with the score as the log-odds."""
        del input_shape
        self.slope = self.add_weight(shape=(), initializer="ones", trainable=False, name="slope")
        self.bias = self.add_weight(shape=(), initializer="zeros", trainable=False, name="bias")

    def call(self, score: keras.KerasTensor) -> keras.KerasTensor:
        """Scores to probabilities, any shape."""
        return keras.ops.sigmoid(self.slope * score + self.bias)


def calibrate(
    scorer: keras.Model, scores: NDArray[np.float32], labels: NDArray[np.float32]
) -> tuple[float, float]:
    """Set a scorer's calibration by Platt's method (1999): logistic regression on the score.

    Args:
        scorer: with one `Calibration` layer.
        scores: of candidates that were shown, any shape; no padding among them.
        labels: 1 where it was clicked, same shape.

    Returns:
        Slope and bias.
    """
    (layer,) = (one for one in scorer.layers if isinstance(one, Calibration))
    score, label = scores.ravel().astype(np.float64), labels.ravel().astype(np.float64)
    inputs = np.stack([score, np.ones_like(score)], axis=1)
    weights = np.array([1.0, 0.0])
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-np.clip(inputs @ weights, -30, 30)))
        gradient = inputs.T @ (chance - label) + _RIDGE * weights
        curvature = (inputs * (chance * (1 - chance))[:, None]).T @ inputs + _RIDGE * np.eye(2)
        weights = weights - np.linalg.solve(curvature, gradient)
    # A falling line would turn the order round: the scores say nothing, so neither do we.
    slope = max(float(weights[0]), 0.0)
    layer.slope.assign(slope)
    layer.bias.assign(float(weights[1]))
    return slope, float(weights[1])
