"""The model says numbers, probabilities are such, and candidates are told apart."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from freshet.contracts.models import GateVerdict

#: Between the best and the worst candidate of a list, in the mean: less is rounding.
MINIMUM_SPREAD = 1e-6

Outputs = NDArray[np.floating[Any]]


def check(scores: Outputs, probabilities: Outputs, there: NDArray[np.bool_]) -> GateVerdict:
    """Look at what the exported model says of real lists.

    Args:
        scores: of the candidates, [n, k].
        probabilities: of a click, [n, k].
        there: False for padding, of which nothing is asked, [n, k].
    """
    said = there.sum()
    both = np.isfinite(scores) & np.isfinite(probabilities)
    amiss = int((there & ~both).sum())
    with np.errstate(invalid="ignore"):
        outside = int((there & ((probabilities < 0) | (probabilities > 1))).sum())
    figures: dict[str, float] = {"not_finite": amiss, "outside_0_1": outside, "limit": 0}
    figures |= {"outputs": int(said), "minimum_spread": MINIMUM_SPREAD}
    if not said:
        return _verdict(False, figures, "there were no candidates to look at")
    if amiss or outside:
        text = f"{amiss} outputs are not finite, {outside} probabilities are outside of 0 to 1"
        return _verdict(False, figures, text)
    some = there.any(axis=1)
    wide = scores[some].astype(np.float64)
    best = np.where(there[some], wide, -np.inf).max(axis=1)
    worst = np.where(there[some], wide, np.inf).min(axis=1)
    spread = float((best - worst).mean())
    text = f"all outputs are finite; scores of a list are {spread:.3g} apart in the mean"
    return _verdict(spread >= MINIMUM_SPREAD, {**figures, "spread": spread}, text)


def _verdict(passed: bool, figures: dict[str, float], detail: str) -> GateVerdict:
    return GateVerdict(gate="finite", passed=passed, figures=figures, detail=detail)
