"""The worlds and their items."""

import numpy as np
import pytest

from freshet.contracts.codec import decoder, encode
from freshet.contracts.registry import ITEMS
from freshet_simulator.world import WorldItem, WorldName, is_chinese, load_world, make_item

NOW = 1_700_000_000_000


def make_items(name: WorldName, count: int = 500, seed: int = 1) -> list[WorldItem]:
    world, random = load_world(name), np.random.default_rng(seed)
    return [make_item(world, n, f"e{n}", NOW, random) for n in range(count)]


@pytest.mark.parametrize("name", list(WorldName))
def test_every_item_is_one_that_services_accept(name: WorldName) -> None:
    decode = decoder(ITEMS)
    for made in make_items(name):
        assert decode(made.item.item_id.encode(), encode(made.item)) == made.item


@pytest.mark.parametrize("name", list(WorldName))
def test_some_items_are_in_chinese(name: WorldName) -> None:
    chinese = [is_chinese(made.item.category or "x") for made in make_items(name)]
    assert 0.1 < np.mean(chinese) < 0.3


@pytest.mark.parametrize("name", list(WorldName))
def test_an_item_speaks_of_its_subject_most(name: WorldName) -> None:
    names = load_world(name).subject_names
    for made in make_items(name, 100):
        assert names[int(np.argmax(made.about))] == made.item.category
        assert made.about.sum() == pytest.approx(1)


def test_the_same_seed_makes_the_same_items() -> None:
    once, again, other = (
        [made.item for made in make_items(WorldName.SHOP, 50, seed)] for seed in (3, 3, 4)
    )
    assert once == again
    assert once != other
