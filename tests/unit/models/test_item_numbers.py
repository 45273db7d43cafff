"""Numeric attributes of items: arrays that say what the items say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from freshet.contracts.derived import MAX_NUMBERS
from freshet.models.graph_inputs import ABSENT, NUMBERS
from freshet.models.item_numbers import LARGEST, ItemNumbers
from harness.ranking import item, put, stocked

NAMES = [f"n{n}" for n in range(20)]

some_items = st.lists(
    st.dictionaries(st.sampled_from(NAMES), st.floats(-1e6, 1e6, width=32), max_size=MAX_NUMBERS),
    max_size=6,
)


def test_numbers_are_given_in_the_order_that_a_model_names_them() -> None:
    inventory = stocked(1)
    put(inventory, item(7, numbers={"price": 3.0, "length": 2.0}))
    put(inventory, item(7, numbers={"price": 4.0}))
    found = inventory.numbers.read(np.arange(2), ["length", "price"])
    assert found.shape == (2, NUMBERS)
    np.testing.assert_allclose(found, [[ABSENT, ABSENT, *[0] * 6], [ABSENT, 4.0, *[0] * 6]])


def test_an_inventory_that_grows_keeps_its_numbers() -> None:
    inventory = stocked(1)
    put(inventory, item(0, numbers={"price": 3.0}))
    for n in range(1, 1_030):
        inventory.row(f"item-{n}")
    put(inventory, item(1_029, numbers={"price": 5.0}))
    found = inventory.numbers.read(np.array([0, 1, 1_029]), ["price"])
    np.testing.assert_allclose(found[:, 0], [3.0, ABSENT, 5.0])


@given(some_items, some_items, st.lists(st.sampled_from(NAMES), unique=True, max_size=NUMBERS))
def test_what_is_read_is_what_the_items_say(
    first: list[dict[str, float]], second: list[dict[str, float]], names: list[str]
) -> None:
    numbers = ItemNumbers.of(first).joined(ItemNumbers.of(second[::-1])[::-1])
    items = [*first, *second]
    expected = np.zeros((len(items), NUMBERS), np.float32)
    for row, one in enumerate(items):
        expected[row, : len(names)] = [one.get(name, ABSENT) for name in names]
    np.testing.assert_array_equal(numbers.read(np.arange(len(items)), names), expected)
    for name in NAMES:
        assert numbers.counts().get(name, 0) == sum(name in one for one in items)


@pytest.mark.parametrize("value", [1e300, -1e300, ABSENT])
def test_no_number_is_so_large_that_it_says_it_is_absent(value: float) -> None:
    found = ItemNumbers.of([{"price": value}]).read(np.arange(1), ["price"])
    assert found[0, 0] == np.float32(np.copysign(LARGEST, value))
