"""The measurable attributes of an item: what a model may read beside its words."""

from freshet.contracts.derived import MAX_NUMBERS
from freshet.contracts.inputs import Item
from freshet.models.item_numbers import LARGEST

MAX_NAME_CHARACTERS = 64


def numbers_of(item: Item) -> dict[str, float]:
    """The first 16 attributes that are finite numbers, by name; true and false are none."""
    found = {
        name: float(value)
        for name, value in item.attributes.items()
        if isinstance(value, int | float)
        and not isinstance(value, bool)
        and -LARGEST < value < LARGEST
        and 0 < len(name) <= MAX_NAME_CHARACTERS
    }
    return dict(list(found.items())[:MAX_NUMBERS])
