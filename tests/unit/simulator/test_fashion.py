"""What everyone likes, and how it passes."""

import numpy as np
import pytest

from freshet_simulator.fashion import HOUR_MS, Fashion
from freshet_simulator.people import click_chances, make_person
from freshet_simulator.world import WorldName, load_world, make_item

WORLD = load_world(WorldName.SHOP)


def moved(fashion: Fashion, hours: int, steps: int, seed: int = 1) -> list[np.ndarray]:
    random = np.random.default_rng(seed)
    found = []
    for step in range(1, steps + 1):
        fashion.move(step * hours * HOUR_MS // steps, ["a"], random)
        found.append(fashion.subjects)
    return found


@pytest.mark.parametrize("steps", [10, 200])
def test_in_the_long_run_fashion_swings_as_far_as_it_is_told(steps: int) -> None:
    (*_, last) = moved(Fashion(4_000, 0.7, 6.0, 0), hours=60, steps=steps)
    assert np.std(last) == pytest.approx(0.7, rel=0.05)
    assert abs(np.mean(last)) < 0.05


def test_a_third_of_a_fashion_is_left_after_its_memory() -> None:
    path = moved(Fashion(4_000, 1.0, 6.0, 0), hours=120, steps=20)
    assert np.corrcoef(path[-2], path[-1])[0, 1] == pytest.approx(np.exp(-1), abs=0.05)


def test_without_a_spread_there_is_no_fashion() -> None:
    assert not np.any(moved(Fashion(5, 0.0, 6.0, 0), hours=60, steps=10))


def test_what_is_in_fashion_is_clicked_more_by_everyone() -> None:
    item = make_item(WORLD, 1, "e", 0, np.random.default_rng(1))
    fashion = Fashion(len(WORLD.subjects), 1.0, 6.0, 0)
    fashion.subjects = 2.0 * item.about
    for number in range(20):
        person = make_person(WORLD, number, np.random.default_rng(number))
        (after,) = click_chances(person, [fashion.applied(item)])
        (before,) = click_chances(person, [item])
        assert after > before
