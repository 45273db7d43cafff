"""How the click rates of two models compare, right at every look however often one looks."""

import math
from dataclasses import dataclass, field
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from freshet.domain.evaluation.bootstrap import Interval

#: Users are counted in this many groups, so that memory stays bounded whatever their number.
GROUPS = 1_024

#: Fewer groups than this say too little of how much users differ.
MIN_GROUPS = 20

#: One minus the confidence of the interval: the chance that it is ever wrong, over all looks.
ALPHA = 0.05

#: The differences that are found soonest, as a share of the champion's click rate.
TYPICAL_CHANGE = 0.2


def _zeros() -> NDArray[np.int64]:
    return np.zeros(GROUPS, np.int64)


@dataclass(frozen=True, slots=True)
class Arm:
    """Lists of one model that were shown, and those with a click, by group of users.

    Attributes:
        lists: shown, [GROUPS].
        clicked: those with at least one click, [GROUPS].
    """

    lists: NDArray[np.int64] = field(default_factory=_zeros)
    clicked: NDArray[np.int64] = field(default_factory=_zeros)

    def count(self, user_id: str, *, clicked: bool) -> None:
        """Count a list whose time to be clicked is over."""
        group = group_of(user_id)
        self.lists[group] += 1
        self.clicked[group] += clicked

    @property
    def total(self) -> int:
        """Lists of all users."""
        return int(self.lists.sum())

    @property
    def rate(self) -> float:
        """The share of lists with a click; 0 of none."""
        return int(self.clicked.sum()) / max(self.total, 1)

    @property
    def groups(self) -> int:
        """How many groups of users were shown anything."""
        return int(np.count_nonzero(self.lists))


def group_of(user_id: str) -> int:
    """The group that a user is counted in, the same for ever."""
    return int.from_bytes(blake2b(user_id.encode(), digest_size=2).digest(), "little") % GROUPS


def difference(canary: Arm, champion: Arm) -> Interval:
    """The canary's click rate less the champion's, with an interval that holds at every look.

    The interval is that of the mixture sequential probability ratio test, with a normal mixture
    (Robbins, 1970; Johari, Pekelis and Walsh, Always Valid Inference, 2015): with probability
    1 - ALPHA it holds the true difference at all looks together, so one may look whenever one
    likes and stop at the first that decides. It rests on rates being near normal: look only from
    some hundred lists on.

    Lists of one user are alike, and users are given to arms, not lists; so the variance is that
    between groups of users (Deng, Knoblich and Lu, Applying the Delta Method in Metric Analytics,
    2018), and never less than lists that have nothing in common would have.

    Raises:
        ValueError: an arm has fewer than MIN_GROUPS groups of users.
    """
    if min(canary.groups, champion.groups) < MIN_GROUPS:
        raise ValueError(f"an arm has fewer than {MIN_GROUPS} groups of users")
    clicked = canary.clicked.sum() + champion.clicked.sum()
    pooled = (clicked + 1) / (canary.total + champion.total + 2)
    variance = _variance(canary, pooled) + _variance(champion, pooled)
    mixture = (TYPICAL_CHANGE * max(champion.rate, pooled)) ** 2
    bound = 2 * math.log(1 / ALPHA) + math.log1p(mixture / variance)
    half_width = math.sqrt(variance * (1 + variance / mixture) * bound)
    mean = canary.rate - champion.rate
    return Interval(mean, mean - half_width, mean + half_width)


def _variance(arm: Arm, pooled: float) -> float:
    """Of an arm's click rate."""
    spread = float(np.square(arm.clicked - arm.rate * arm.lists).sum())
    between = spread / arm.total**2 * arm.groups / (arm.groups - 1)
    return max(between, pooled * (1 - pooled) / arm.total)
