"""Candidates whose content is nearest to the user's interest."""

import numpy as np

from freshet.domain.ranking.ask import Floats, Rows
from freshet.domain.ranking.inventory import Inventory

COUNT = 80


#: How much each interest says where to look: what the user does now leads.
PACES = np.array([1.0, 0.7, 0.4], np.float32)


def nearest(inventory: Inventory, interests: Floats) -> Rows:
    """The available items whose content is nearest to the interests [b, 3, 128] taken together.

    Exact: one matrix product, good to some 200,000 items. None for a user of no interests.
    """
    n = len(inventory)
    if not n:
        return np.full((len(interests), 0), -1)
    taste = PACES @ interests
    likeness = taste @ inventory.embeddings[:n].T
    likeness += np.where(inventory.available[:n], np.float32(0), np.float32(-np.inf))
    count = min(COUNT, n)
    rows = np.argpartition(likeness, n - count, axis=1)[:, n - count :]
    rows[~taste.any(axis=1)] = -1
    return rows
