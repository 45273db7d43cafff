"""Whether the champion has come to fit worse than it did."""

import math

import msgspec

#: Deviations that the loss may rise by unnoticed: no model is worth a training for less.
TOLERANCE = 0.05

#: Deviations, summed beyond the tolerance, that are drift. A false alarm in 10^11 lists if lists
#: were independent, in millions with twice the variance in sums that lists of one hour have.
ALARM = 200.0

#: Lists from which mean and deviation are learned before anything counts.
WARM_UP = 1_000

#: No list counts for more deviations: one strange list is not drift.
_MOST = 5.0


class LossTrend(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of the losses of one champion; a new one starts anew.

    Attributes:
        lists: seen so far.
        mean: of their losses.
        squares: sum of squared distances from the mean.
        excess: how far the sum of losses, standardised, stands above its lowest point.
    """

    lists: int = 0
    mean: float = 0.0
    squares: float = 0.0
    excess: float = 0.0


def observe(state: LossTrend, loss: float) -> LossTrend:
    """Take in the loss of a list, measured before any model learned from it.

    The test of Page (1954) and Hinkley (1971) for a rising mean, on losses in deviations, so that
    it needs no setting for the kind of loss; mean and variance by Welford (1962).

    Raises:
        ValueError: the loss is not finite.
    """
    if not math.isfinite(loss):
        raise ValueError(f"a loss of {loss}")
    excess = state.excess
    if state.lists >= WARM_UP and state.squares > 0:
        deviation = math.sqrt(state.squares / state.lists)
        away = min(max((loss - state.mean) / deviation, -_MOST), _MOST)
        excess = max(0.0, excess + away - TOLERANCE)
    lists = state.lists + 1
    step = loss - state.mean
    mean = state.mean + step / lists
    squares = state.squares + step * (loss - mean)
    return LossTrend(lists=lists, mean=mean, squares=squares, excess=excess)


def drifted(state: LossTrend) -> bool:
    """Whether the loss has risen, beyond what chance does."""
    return state.excess > ALARM
