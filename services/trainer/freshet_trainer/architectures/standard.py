"""Inputs of any unit, brought to mean 0 and deviation 1 inside of the graph."""

from typing import Any, NamedTuple

import keras
import numpy as np
from numpy.typing import NDArray

from freshet.models.graph_inputs import ABSENT

#: Serving meets values that training never saw; beyond this they count as this.
_FARTHEST = 6.0

#: What is smaller is no number, but stands for one that is absent.
_PRESENT = ABSENT / 10


class Scale(NamedTuple):
    """How the columns of an input are brought to one measure, [f] each.

    Attributes:
        logged: 1 for a column with a long tail, which is read as log(1 + its size), signed.
        mean: of what is read.
        gain: one by its deviation; 0 for a column that was always the same: what its other
            values mean was never seen.
    """

    logged: NDArray[np.float32]
    mean: NDArray[np.float32]
    gain: NDArray[np.float32]


def scale_of(values: NDArray[np.floating[Any]]) -> Scale:
    """The scale of columns [n, f]; what is absent is passed over."""
    columns = [column[column > _PRESENT] for column in values.T.astype(np.float64)]
    logged = [bool(len(one)) and abs(_skew(_log(one))) < abs(_skew(one)) - 1 for one in columns]
    read = [_log(one) if is_logged else one for one, is_logged in zip(columns, logged, strict=True)]
    means = [one.mean() if len(one) else 0.0 for one in read]
    gains = [1 / one.std() if len(one) and one.std() > 1e-6 else 0.0 for one in read]
    return Scale(*(np.array(one, np.float32) for one in (logged, means, gains)))


def _log(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.sign(values) * np.log1p(np.abs(values))


def _skew(values: NDArray[np.float64]) -> float:
    deviation = values.std()
    return float((((values - values.mean()) / deviation) ** 3).mean()) if deviation > 1e-6 else 0.0


@keras.saving.register_keras_serializable("freshet")
class Standard(keras.layers.Layer):
    """Applies a scale, which is stored as weights; what is absent becomes 0, the mean.

    Args:
        scale: of the last axis.
    """

    def __init__(self, scale: Scale, **kwargs: Any) -> None:
        super().__init__(trainable=False, **kwargs)
        self._scale = scale

    def build(self, input_shape: tuple[int, ...]) -> None:
        """Store the scale."""
        del input_shape
        self.logged, self.mean, self.gain = (
            self.add_weight(
                shape=values.shape,
                initializer=keras.initializers.Constant(values),
                trainable=False,
                name=name,
            )
            for name, values in self._scale._asdict().items()
        )

    def call(self, values: keras.KerasTensor) -> keras.KerasTensor:
        """Of any shape [..., f]."""
        ops = keras.ops
        there = ops.cast(values > _PRESENT, "float32")
        values = values * there
        logs = ops.sign(values) * ops.log(1.0 + ops.abs(values))
        read = values * (1.0 - self.logged) + logs * self.logged
        return ops.clip((read - self.mean) * self.gain, -_FARTHEST, _FARTHEST) * there
