"""What users interact with soon after each item, as arrays."""

import numpy as np

from freshet.contracts.derived import Neighbours
from freshet.domain.ranking.arrays import Floats, Rows
from freshet.domain.ranking.inventory import Inventory

#: Neighbours of an item, at most.
COUNT = 64


class ItemNeighbours:
    """The neighbours of every item.

    Attributes:
        rows: of the neighbours, -1 for padding, int32 [capacity, 64].
        weights: how often each came next, 0 for padding, [capacity, 64].
        total: the same of all that ever came next, [capacity].
    """

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory
        self.rows = np.full((1024, COUNT), -1, np.int32)
        self.weights = np.zeros((1024, COUNT), np.float32)
        self.total = np.zeros(1024)
        self._as_of_ms = np.zeros(1024, np.int64)

    def put(self, row: int, neighbours: Neighbours) -> None:
        """Take the newest neighbours of an item. What is not in the catalog (yet) gets a row."""
        self._reserve(row)
        # Most records say what was clicked or shown, not what came next.
        if neighbours.as_of_ms == self._as_of_ms[row] and neighbours.total == self.total[row]:
            return
        self._as_of_ms[row] = neighbours.as_of_ms
        count = len(neighbours.items)
        self.rows[row] = -1
        self.weights[row] = 0
        self.rows[row, :count] = [self._inventory.row(item_id) for item_id in neighbours.items]
        self.weights[row, :count] = neighbours.weights
        self.total[row] = neighbours.total

    def of(self, rows: Rows) -> tuple[Rows, Floats]:
        """Neighbours of items [...] and their weights, [..., 64]; of no item (-1), none."""
        known = (rows >= 0) & (rows < len(self.total))
        known_rows = np.where(known, rows, 0)
        found = np.where(known[..., None], self.rows[known_rows], -1)
        total = self.total[known_rows].astype(np.float32)[..., None]
        weights: Floats = self.weights[known_rows] / np.sqrt(total + np.float32(5.0))
        return found, weights

    def _reserve(self, row: int) -> None:
        capacity = len(self.total)
        if row >= capacity:
            more = capacity * (row // capacity)
            self.rows = np.concatenate([self.rows, np.full((more, COUNT), -1, np.int32)])
            self.weights = np.concatenate([self.weights, np.zeros((more, COUNT), np.float32)])
            self.total = np.concatenate([self.total, np.zeros(more)])
            self._as_of_ms = np.concatenate([self._as_of_ms, np.zeros(more, np.int64)])
