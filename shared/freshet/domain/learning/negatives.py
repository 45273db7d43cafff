"""Lists for deployments that send clicks only: what was clicked among what could have been."""

import numpy as np

from freshet.domain.ranking.arrays import Rows
from freshet.domain.ranking.identity import uniforms
from freshet.domain.ranking.inventory import Inventory
from freshet.domain.ranking.popularity import Popularity

#: Between uniform (0) and by popularity (1): as word2vec samples its negatives (Mikolov et al.,
#: Distributed Representations of Words and Phrases, 2013).
_POWER = 0.75

#: Draws for each place: most find an item that is not in the list yet.
_DRAWS = 2


def sampled_list(
    inventory: Inventory,
    popularity: Popularity,
    clicked: int,
    click_id: str,
    now_ms: int,
    count: int,
) -> Rows:
    """Rows of a clicked item and of at most `count` others that were available then.

    Others come with a chance proportional to (1 + decayed clicks) ** 0.75; the 1 lets items that
    nobody clicked be drawn, else a model would learn that these are never passed over. The
    numbers follow from the id of the click, so a replay draws alike. The clicked item stands at
    a place by chance.

    Args:
        inventory: the items.
        popularity: refreshed, of what was clicked before.
        clicked: row of the clicked item.
        click_id: event id of the click.
        now_ms: when; what was published later was not there.
        count: how many others.
    """
    n = len(popularity.popularity)
    there = inventory.available[:n] & (inventory.published_ms[:n] <= now_ms)
    weights = np.exp(_POWER * popularity.popularity.astype(np.float64)) * there
    weights[clicked] = 0.0
    total = weights.cumsum()
    chances = uniforms(f"negatives\x00{click_id}", 1 + _DRAWS * count)
    drawn = np.searchsorted(total, chances[1:] * total[-1], side="right")
    # Rounding can reach beyond the last weight; without any weight all draws do.
    others = list(dict.fromkeys(drawn[drawn < n].tolist()))[:count]
    others.insert(int(chances[0] * (len(others) + 1)), clicked)
    return np.array(others, np.int64)
