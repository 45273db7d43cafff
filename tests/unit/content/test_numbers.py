"""Of an item's attributes, the finite numbers are kept, and not too many."""

import pytest

from freshet.contracts.derived import MAX_NUMBERS
from freshet.contracts.inputs import Attribute, Item
from freshet.domain.content.numbers import numbers_of


def item(attributes: dict[str, Attribute]) -> Item:
    return Item(event_id="e", event_time=1, item_id="i", title="t", attributes=attributes)


@pytest.mark.parametrize(
    "value", [True, "7", ["7"], float("nan"), float("inf"), -float("inf"), 1e31, 10**400]
)
def test_what_is_no_number_to_learn_from_is_left_out(value: Attribute) -> None:
    assert numbers_of(item({"price": 3, "other": value})) == {"price": 3.0}


def test_only_the_first_numbers_are_kept() -> None:
    found = numbers_of(item({f"n{n}": float(n) for n in range(40)}))
    assert list(found) == [f"n{n}" for n in range(MAX_NUMBERS)]


def test_a_name_is_bounded() -> None:
    assert numbers_of(item({"x" * 65: 1.0, "": 1.0})) == {}
