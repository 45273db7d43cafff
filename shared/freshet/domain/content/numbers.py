"""The measurable attributes of an item: what a model may read beside its words."""

from freshet.contracts.inputs import Item

MAX_NUMBERS = 16
MAX_NAME_CHARACTERS = 64

#: Nothing worth learning from is larger; models reckon in 32 bits.
_LARGEST = 1e30


def numbers_of(item: Item) -> dict[str, float]:
    """The first 16 attributes that are finite numbers, by name; true and false are none."""
    found = {
        name: float(value)
        for name, value in item.attributes.items()
        if isinstance(value, int | float)
        and not isinstance(value, bool)
        and -_LARGEST < value < _LARGEST
        and 0 < len(name) <= MAX_NAME_CHARACTERS
    }
    return dict(list(found.items())[:MAX_NUMBERS])
