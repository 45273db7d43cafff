"""Candidates that answer what the user is looking for."""

from collections.abc import Sequence

import numpy as np

from freshet.domain.ranking.ask import Rows
from freshet.domain.ranking.inventory import Inventory

COUNT = 30


def searched(inventory: Inventory, codes: Sequence[set[int]]) -> Rows:
    """Items that carry one of the tags that each user's search names."""
    rows = np.full((len(codes), COUNT if any(codes) else 0), -1)
    for user, named in enumerate(codes):
        found = inventory.rows_tagged(named, COUNT) if named else []
        rows[user, : len(found)] = found
    return rows
