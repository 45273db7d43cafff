"""The numeric attributes of items as arrays, and what a model reads of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from freshet.contracts.derived import MAX_NUMBERS
from freshet.models.graph_inputs import ABSENT, NUMBERS

#: Nothing worth learning from is larger; what stands for an absent number is.
LARGEST = 1e30


@dataclass(frozen=True, slots=True)
class ItemNumbers:
    """Numeric attributes of n items, a row an item: as much room whatever their names are.

    Attributes:
        names: code of the name of each attribute, from 1.
        codes: which attributes an item has, 0 pads, int32 [n, 16].
        values: what they are, float32 [n, 16].
    """

    names: dict[str, int]
    codes: NDArray[np.int32]
    values: NDArray[np.float32]

    @classmethod
    def none(cls, count: int) -> "ItemNumbers":
        """So many items without a number."""
        shape = count, MAX_NUMBERS
        return cls({}, np.zeros(shape, np.int32), np.zeros(shape, np.float32))

    @classmethod
    def of(cls, items: Sequence[Mapping[str, float]]) -> "ItemNumbers":
        """The attributes of these items, by name."""
        found = cls.none(len(items))
        for row, numbers in enumerate(items):
            found.put(row, numbers)
        return found

    def put(self, row: int, numbers: Mapping[str, float]) -> None:
        """Take the attributes of an item, at most 16, instead of those that it had."""
        names, count = self.names, len(numbers)
        self.codes[row] = 0
        self.codes[row, :count] = [names.setdefault(one, len(names) + 1) for one in numbers]
        self.values[row, :count] = np.clip(list(numbers.values()), -LARGEST, LARGEST)

    def __getitem__(self, rows: slice | Sequence[int]) -> "ItemNumbers":
        """A copy of some of the items."""
        return ItemNumbers(dict(self.names), self.codes[rows].copy(), self.values[rows].copy())

    def joined(self, more: "ItemNumbers") -> "ItemNumbers":
        """These items, then those."""
        names = dict(self.names)
        code = [0, *(names.setdefault(one, len(names) + 1) for one in more.names)]
        return ItemNumbers(
            names,
            np.concatenate([self.codes, np.array(code, np.int32)[more.codes]]),
            np.concatenate([self.values, more.values]),
        )

    def counts(self) -> dict[str, int]:
        """How many of the items have each attribute."""
        counts = np.bincount(self.codes.ravel(), minlength=len(self.names) + 1)
        return {name: int(counts[code]) for name, code in self.names.items()}

    def read(self, rows: NDArray[np.integer], names: Sequence[str]) -> NDArray[np.float32]:
        """Attributes of m items as a model reads them, [m, 8]: absent is -1e38, 0 pads.

        Args:
            rows: of the items, [m].
            names: of the attributes that are read, at most 8, in the model's order.
        """
        found = np.zeros((len(rows), NUMBERS), np.float32)
        codes, values, every = self.codes[rows], self.values[rows], np.arange(len(rows))
        for column, name in enumerate(names):
            here = codes == self.names.get(name, -1)
            found[:, column] = np.where(
                here.any(axis=1), values[every, here.argmax(axis=1)], np.float32(ABSENT)
            )
        return found
