"""The export says what the trained model says."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from freshet.contracts.models import GateVerdict

#: Of any output, absolute.
LIMIT = 1e-5

Outputs = Mapping[str, NDArray[Any]]


def check(trained: Outputs, exported: Outputs) -> GateVerdict:
    """Compare the outputs of Keras and of ONNX on the same real inputs.

    Args:
        trained: arrays by the names of the outputs.
        exported: the same, of the export. What is missing, of another shape, empty or not finite
            in either is a difference.
    """
    if not trained or trained.keys() != exported.keys():
        return _verdict(False, {}, f"outputs {sorted(trained)} against {sorted(exported)}")
    largest = 0.0
    for name, mine in trained.items():
        other = exported[name]
        if mine.shape != other.shape or mine.size == 0:
            return _verdict(False, {}, f"{name}: shapes {mine.shape} against {other.shape}")
        amiss = int(np.count_nonzero(~(np.isfinite(mine) & np.isfinite(other))))
        if amiss:
            return _verdict(False, {"not_finite": amiss}, f"{name}: {amiss} are not finite")
        apart = np.abs(mine.astype(np.float64) - other.astype(np.float64))
        largest = max(largest, float(apart.max()))
    said = f"Keras and ONNX differ by {largest:.1e} at most, {LIMIT:.0e} is allowed"
    return _verdict(largest <= LIMIT, {"largest_difference": largest}, said)


def _verdict(passed: bool, measured: dict[str, float], detail: str) -> GateVerdict:
    figures = {**measured, "limit": LIMIT}
    return GateVerdict(gate="parity", passed=passed, figures=figures, detail=detail)
