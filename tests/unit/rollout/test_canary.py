"""A canary goes where its click rate says, and nowhere by chance."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from freshet.domain.rollout.canary import Rules, Verdict, decide, in_canary
from freshet.domain.rollout.click_rates import GROUPS, Arm

LISTS = 20_000
LOOK_LISTS = 100


def roll_out(
    random: np.random.Generator, champion_rate: float, canary_rate: float, rules: Rules
) -> Verdict:
    """What comes of a canary of a fifth of the users, looked at after every 100 lists."""
    canary, champion = Arm(), Arm()
    for _ in range(0, LISTS, LOOK_LISTS):
        shown = random.binomial(LOOK_LISTS, 0.2)
        for arm, rate, count in (
            (canary, canary_rate, shown),
            (champion, champion_rate, LOOK_LISTS - shown),
        ):
            group = random.integers(GROUPS, size=count)
            np.add.at(arm.lists, group, 1)
            np.add.at(arm.clicked, group, random.random(count) < rate)
        decision = decide(canary, champion, rules)
        if decision.verdict != "go_on":
            return decision.verdict
    return "go_on"


def outcomes(champion_rate: float, canary_rate: float, runs: int) -> Counter[Verdict]:
    random = np.random.default_rng(7)
    # Without a margin only a sure gain ends a roll-out early: nothing hides a later rollback.
    rules = Rules(margin=0.0)
    return Counter(roll_out(random, champion_rate, canary_rate, rules) for _ in range(runs))


@pytest.mark.parametrize("rate", [0.1, 0.01])
def test_a_canary_like_the_champion_is_hardly_ever_decided_by_chance_though_200_looks_are_taken(
    rate: float,
) -> None:
    found = outcomes(rate, rate, runs=150)
    assert found["rollback"] <= 0.05 * 150
    assert found["promote"] <= 0.05 * 150


def test_a_drop_from_10_to_7_percent_is_rolled_back_within_20_000_lists() -> None:
    assert outcomes(0.1, 0.07, runs=60)["rollback"] >= 0.95 * 60


def test_a_gain_from_10_to_13_percent_is_promoted_within_20_000_lists() -> None:
    assert outcomes(0.1, 0.13, runs=60)["promote"] >= 0.95 * 60


def arm(lists: int, rate: float) -> Arm:
    """Lists of as many users as there are groups, all alike."""
    each = np.full(GROUPS, lists // GROUPS)
    each[: lists % GROUPS] += 1
    clicked = np.zeros(GROUPS, np.int64)
    clicked[: round(lists * rate) % GROUPS] = 1
    return Arm(each, clicked + round(lists * rate) // GROUPS)


def test_before_the_minimum_nothing_is_decided() -> None:
    rules = Rules(minimum_lists=1_000)
    found = decide(arm(999, 0.0), arm(100_000, 0.2), rules)
    assert found.verdict == "go_on"
    assert found.figures["minimum_lists"] == 1_000
    assert decide(arm(1_000, 0.0), arm(100_000, 0.2), rules).verdict == "rollback"


def test_within_the_margin_a_canary_is_promoted_and_without_one_decided_at_the_limit() -> None:
    canary, champion = arm(60_000, 0.199), arm(100_000, 0.2)
    found = decide(canary, champion, Rules(margin=0.05))
    assert found.verdict == "promote"
    assert found.figures["low"] > found.figures["allowed"] == pytest.approx(-0.01)
    assert decide(canary, champion, Rules(margin=0.0)).verdict == "go_on"
    at_limit = decide(canary, champion, Rules(margin=0.0, limit_lists=160_000))
    assert at_limit.verdict == "rollback"
    assert at_limit.figures["limit_lists"] == 160_000


def test_a_canary_that_nobody_was_ever_shown_ends_at_the_limit() -> None:
    assert decide(Arm(), arm(9_999, 0.1), Rules(limit_lists=10_000)).verdict == "go_on"
    assert decide(Arm(), arm(10_000, 0.1), Rules(limit_lists=10_000)).verdict == "rollback"


def test_the_canary_gets_its_share_and_each_roll_out_other_users() -> None:
    users = [f"user-{place}" for place in range(20_000)]
    first = [in_canary(one, "attentive@1", 0.2) for one in users]
    second = [in_canary(one, "attentive@2", 0.2) for one in users]
    assert np.mean(first) == pytest.approx(0.2, abs=0.01)
    assert np.mean(np.array(first) & np.array(second)) == pytest.approx(0.04, abs=0.005)


@given(
    user=st.text(), label=st.text(min_size=1), shares=st.tuples(st.floats(0, 1), st.floats(0, 1))
)
def test_a_larger_share_keeps_the_users_that_a_smaller_one_had(
    user: str, label: str, shares: tuple[float, float]
) -> None:
    small, large = sorted(shares)
    assert in_canary(user, label, small) <= in_canary(user, label, large)
    assert in_canary(user, label, 1.0)
    assert not in_canary(user, label, 0.0)


def test_the_arm_of_a_user_is_the_same_in_every_process_and_version() -> None:
    found = [in_canary(f"user-{place}", "attentive@7", 0.5) for place in range(8)]
    assert found == [False, True, False, False, True, True, True, False]
