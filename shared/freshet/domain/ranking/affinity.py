"""What each of the items that a user has met says of the user's taste, beyond its popularity.

A click on what everyone clicks says little, passing it over says much: what counts is the
residual, what the user did less what was to be expected. Weighted by it, the items that the user
met make a direction of taste, as the gradient of a logistic regression does at its first step.
"""

from typing import NamedTuple

import numpy as np

from freshet.domain.ranking.ask import Floats, Rows
from freshet.domain.ranking.context import Context
from freshet.domain.ranking.inventory import Inventory
from freshet.domain.ranking.popularity import Popularity

#: Users differ in how much they click at all. What is expected of a user is moved to their own
#: mean, which is trusted after as many items.
_OWN_MEAN_PRIOR = 20.0


class Met(NamedTuple):
    """The items that b users acted on or passed over lately.

    Attributes:
        rows: of the items, -1 for padding and for items that are not known, [b, m].
        residual: what each says of the user, less the longer the memory is, 0 for padding, [b, m].
    """

    rows: Rows
    residual: Floats


def met(popularity: Popularity, known: Context) -> Met:
    """What the users of a micro-batch have met; popularity is refreshed."""
    rows = np.concatenate([known.acts.rows, known.passed], axis=1)
    there = rows >= 0
    residual = -popularity.click_rate[rows]
    residual[:, : known.acts.rows.shape[1]] += np.clip(known.acts.strength, -1, 1)
    residual *= there
    count = there.sum(axis=1, keepdims=True, dtype=np.float32)
    mean = residual.sum(axis=1, keepdims=True) / (count + np.float32(_OWN_MEAN_PRIOR))
    return Met(rows, (residual - mean) * there / np.sqrt(np.maximum(count, 1)))


def content_taste(inventory: Inventory, found: Met) -> Floats:
    """Each user's direction in the space of content, [b, 1, 128]."""
    taste: Floats = found.residual[:, None, :] @ inventory.embeddings[found.rows]
    return taste


def rarity(inventory: Inventory) -> Floats:
    """How much each tag tells, by its code: inverse document frequency (Sparck Jones, 1972)."""
    count = len(inventory.tag_codes) + 1
    told: Floats = np.log(np.float32(max(len(inventory), 1))) - inventory.tag_logs[:count]
    return np.maximum(told, np.float32(0))
