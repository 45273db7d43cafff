"""The interval of the difference of click rates holds, however often one looks at it."""

import numpy as np
import pytest

from freshet.domain.rollout.click_rates import GROUPS, Arm, difference, group_of

#: Few, so that who they are matters: a test that takes lists for independent promises too much.
PEOPLE = 400


def looks(random: np.random.Generator, rate: float) -> list[tuple[Arm, Arm]]:
    """Both arms at each of 100 looks at 20,000 lists in all.

    People click at rates of their own and come as often as they like, alike in both arms.
    """
    group = random.integers(GROUPS, size=PEOPLE)
    own_rate = random.beta(19 * rate, 19 * (1 - rate), size=PEOPLE)
    in_canary = random.random(PEOPLE) < 0.3
    often = random.pareto(1.5, size=PEOPLE) + 1
    who = random.choice(PEOPLE, size=20_000, p=often / often.sum())
    clicked = random.random(20_000) < own_rate[who]
    found = []
    for end in range(200, 20_001, 200):
        arms = []
        for mine in (in_canary[who[:end]], ~in_canary[who[:end]]):
            lists = np.bincount(group[who[:end][mine]], minlength=GROUPS)
            hits = np.bincount(group[who[:end][mine & clicked[:end]]], minlength=GROUPS)
            arms.append(Arm(lists, hits))
        found.append((arms[0], arms[1]))
    return found


def test_the_interval_holds_at_all_looks_together_though_a_users_lists_are_alike() -> None:
    random = np.random.default_rng(5)
    broken = 0
    for _ in range(100):
        intervals = [difference(*arms) for arms in looks(random, 0.1)[2:]]
        broken += any(one.low > 0 or one.high < 0 for one in intervals)
    assert broken <= 5


def test_the_interval_is_no_wider_than_looking_at_will_costs() -> None:
    canary, champion = Arm(), Arm()
    random = np.random.default_rng(1)
    for arm, rate in ((canary, 0.12), (champion, 0.1)):
        group = random.integers(GROUPS, size=20_000)
        arm.lists[:] = np.bincount(group, minlength=GROUPS)
        arm.clicked[:] = random.binomial(arm.lists, rate)
    found = difference(canary, champion)
    fixed = 1.96 * (0.12 * 0.88 / 20_000 + 0.1 * 0.9 / 20_000) ** 0.5
    assert found.mean == pytest.approx(canary.rate - champion.rate)
    assert 1.3 * fixed < found.high - found.mean < 2 * fixed


def test_lists_are_counted_with_their_user() -> None:
    arm = Arm()
    for place in range(30):
        arm.count(f"user-{place}", clicked=place % 3 == 0)
    arm.count("user-0", clicked=True)
    assert arm.total == 31
    assert arm.rate == pytest.approx(11 / 31)
    assert arm.lists[group_of("user-0")] >= 2
    assert 20 <= arm.groups <= 30


def test_a_handful_of_users_is_not_compared() -> None:
    one, many = Arm(), Arm()
    for place in range(1_000):
        one.count("user", clicked=False)
        many.count(f"user-{place}", clicked=False)
    with pytest.raises(ValueError, match="fewer than"):
        difference(one, many)


def test_a_canary_without_any_click_yet_is_not_surely_worse() -> None:
    canary, champion = Arm(), Arm()
    for place in range(400):
        canary.count(f"user-{place}", clicked=False)
    found = difference(canary, canary)
    assert found.low < 0 < found.high
    # Four clicks were to be expected; by chance none come in one of fifty roll-outs.
    champion.lists[:] = 100
    champion.clicked[:] = 1
    found = difference(canary, champion)
    assert found.low < found.mean < 0 < found.high
