"""From scores to chances of a click: two numbers, fitted on lists that training did not see."""

import keras
import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

#: Hardly any regularisation: two numbers need none, but for scores that separate clicks wholly.
_WEAK = 1e4


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
    scorer: keras.Model, scores: NDArray[np.floating], labels: NDArray[np.floating]
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
    score, label = scores.ravel().astype(np.float64), labels.ravel() > 0
    # In deviations, for the solver's sake: scores may be of any size.
    centre, scale = float(score.mean()), max(float(score.std()), 1e-9)
    if label.any() and not label.all():
        fitted = LogisticRegression(C=_WEAK).fit(((score - centre) / scale)[:, None], label)
        # A falling line would turn the order round: the scores say nothing, so neither do we.
        slope = max(float(fitted.coef_[0, 0]), 0.0) / scale
        rate = float(fitted.intercept_[0]) if slope else _log_odds(label)
        bias = rate - slope * centre
    else:
        slope, bias = 0.0, _log_odds(label)
    layer.slope.assign(slope)
    layer.bias.assign(bias)
    return slope, bias


def _log_odds(label: NDArray[np.bool_]) -> float:
    """Of a click on anything, as if one more of each kind had been seen."""
    return float(np.log((label.sum() + 1) / ((~label).sum() + 1)))
