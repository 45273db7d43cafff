"""Intervals of means: as wide as the users are few, and right as often as they say."""

import numpy as np
import pytest

from freshet.domain.evaluation.bootstrap import difference_interval, mean_interval

RANDOM = np.random.default_rng(3)


def test_the_interval_holds_the_truth_as_often_as_it_says_though_a_users_lists_are_alike() -> None:
    held = 0
    for seed in range(300):
        of_user = RANDOM.normal(0.5, 0.2, size=80)
        lists = RANDOM.integers(1, 12, size=80)
        users = np.repeat(np.arange(80), lists)
        values = of_user[users] + RANDOM.normal(0, 0.05, size=len(users))
        found = mean_interval(values, users, draws=400, seed=seed)
        held += found.low <= 0.5 <= found.high
    # 95 % less three deviations of 300 tries, and less what percentiles lose with 80 users.
    assert 0.90 <= held / 300 <= 0.99


def test_a_list_given_twice_makes_nothing_surer() -> None:
    values, users = RANDOM.random(200), np.arange(200)
    once = mean_interval(values, users, draws=1_000, seed=1)
    twice = mean_interval(np.tile(values, 2), np.tile(users, 2), draws=1_000, seed=1)
    assert twice == pytest.approx(once)


def test_what_both_share_cancels_out_of_a_difference() -> None:
    users = np.arange(300).astype(str).astype(object)
    shared = RANDOM.normal(size=300)
    better = shared + 0.01 + RANDOM.normal(0, 0.001, size=300)
    found = difference_interval(better, shared, users, draws=1_000, seed=1)
    assert 0.009 < found.low < found.mean < found.high < 0.011


def test_many_users_are_drawn_in_parts_and_still_alike_for_a_seed() -> None:
    values, users = RANDOM.random(30_000), np.arange(30_000)
    found = mean_interval(values, users, draws=100, seed=1)
    assert found == mean_interval(values, users, draws=100, seed=1)
    # The standard error of a uniform number's mean.
    assert found.high - found.low == pytest.approx(2 * 1.96 * (1 / 12 / 30_000) ** 0.5, rel=0.25)


def test_of_a_single_user_nothing_is_known_of_others() -> None:
    found = mean_interval(np.array([0.2, 0.4]), np.array(["u", "u"]), draws=100, seed=1)
    assert found == pytest.approx((0.3, -np.inf, np.inf))


@pytest.mark.parametrize(
    ("values", "users"), [([], []), ([0.1, float("nan")], ["u", "v"]), ([0.1], ["u", "v"])]
)
def test_what_has_no_mean_is_refused(values: list[float], users: list[str]) -> None:
    with pytest.raises(ValueError, match="value"):
        mean_interval(np.array(values), np.array(users), draws=100, seed=1)
