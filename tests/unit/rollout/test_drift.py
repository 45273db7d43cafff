"""Drift is noticed, noise is not."""

from collections.abc import Iterable

import numpy as np
import pytest

from freshet.domain.rollout.drift import ALARM, WARM_UP, LossTrend, drifted, observe

LISTS = 20_000


def alarm_at(losses: Iterable[float]) -> int | None:
    """The place of the loss at which drift was first said."""
    state = LossTrend()
    for place, loss in enumerate(losses):
        state = observe(state, loss)
        if drifted(state):
            return place
    return None


def drawn(kind: str, random: np.random.Generator) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Losses of a champion that fits as it always did."""
    if kind == "normal":
        return random.normal(2, 0.7, size=LISTS)
    if kind == "skewed":
        return random.lognormal(0, 1, size=LISTS)
    if kind == "hours":  # lists of one hour share something: sums vary twice as much
        return random.normal(size=LISTS) + np.repeat(random.normal(0, 0.07, LISTS // 200), 200)
    return np.where(random.random(LISTS) < 0.02, 4.0, 0.0)


@pytest.mark.parametrize("kind", ["normal", "skewed", "hours", "rare"])
def test_noise_is_not_drift(kind: str) -> None:
    random = np.random.default_rng(3)
    assert [alarm_at(drawn(kind, random).tolist()) for _ in range(10)] == [None] * 10


@pytest.mark.parametrize("kind", ["normal", "skewed", "hours", "rare"])
def test_a_loss_that_rises_by_a_third_of_its_deviation_is_drift_soon_after(kind: str) -> None:
    random = np.random.default_rng(3)
    for _ in range(5):
        losses = drawn(kind, random)
        losses[10_000:] += losses.std() / 3
        found = alarm_at(losses.tolist())
        assert found is not None
        assert 10_000 < found < 12_000


def test_a_loss_that_falls_is_no_drift() -> None:
    losses = np.random.default_rng(1).normal(2, 0.7, size=LISTS)
    losses[10_000:] -= 0.5
    assert alarm_at(losses.tolist()) is None


def test_the_unit_of_the_loss_does_not_matter() -> None:
    losses = np.random.default_rng(1).normal(2, 0.7, size=5_000)
    losses[2_000:] += 0.5
    found = alarm_at(losses.tolist())
    assert found is not None
    assert found == alarm_at((1_000 * losses - 7).tolist())


def test_strange_lists_are_not_drift() -> None:
    losses = np.random.default_rng(1).normal(2, 0.7, size=5_000)
    losses[[2_000, 3_000, 4_000]] = 1e9
    assert alarm_at(losses.tolist()) is None


def test_losses_that_are_all_the_same_are_not_drift() -> None:
    assert alarm_at([0.5] * (WARM_UP + int(2 * ALARM))) is None


@pytest.mark.parametrize("loss", [float("nan"), float("inf")])
def test_a_loss_that_is_no_number_is_refused(loss: float) -> None:
    with pytest.raises(ValueError, match="loss"):
        observe(LossTrend(), loss)
