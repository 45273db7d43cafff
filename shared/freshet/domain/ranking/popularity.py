"""What is popular, clicked when shown, and rising: the trends of all partitions together."""

import numpy as np
from numpy.typing import NDArray

from freshet.contracts.derived import Trend
from freshet.domain.applied import knowledge
from freshet.domain.ranking.inventory import Inventory
from freshet.domain.trends.decay import CLICK_HALF_LIFE_MS, RISING_HALF_LIFE_MS

#: Sums over all items are renewed at most this often.
REFRESH_MS = 1_000

#: An item's click rate starts as that of all items, and is its own after as many impressions.
RATE_PRIOR = 20.0

#: The same for a rate that follows an item's first impressions.
QUICK_RATE_PRIOR = 3.0

TRENDING = 40
FRESHEST = 20


class Popularity:
    """Decayed counts of every item, as of the newest act that any of them knows.

    Attributes:
        popularity: log(1 + clicks), by row.
        click_rate: smoothed clicks an impression, by row.
        click_rate_quick: less smoothed.
        exposure: log(1 + impressions), by row.
        rising: log(1 + clicks of the last hours), by row.
        trending: rows of the items clicked most lately, the most first.
        freshest: rows of the newest items, the newest first.
        trending_rows, fresh_rows: the same, to look up in.
        known: whether any act is known.
    """

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory
        self._counts = np.zeros((1024, 1, 5))
        self._refreshed_ms = -REFRESH_MS
        self.known = False
        self.popularity = self.click_rate = self.rising = np.zeros(0, np.float32)
        self.click_rate_quick = self.exposure = self.popularity
        self.trending = self.freshest = np.zeros(0, np.int64)
        self.trending_rows: frozenset[int] = frozenset()
        self.fresh_rows: frozenset[int] = frozenset()

    def put(self, trend: Trend) -> None:
        """Take the newest counts of an item in one partition; what knows less is passed over."""
        row, known = self._inventory.row(trend.item_id), knowledge(trend.applied)
        self._reserve(row, trend.partition)
        if known < self._counts[row, trend.partition, 4]:
            return
        self._counts[row, trend.partition] = (
            trend.clicks,
            trend.impressions,
            trend.recent_clicks,
            trend.as_of_ms,
            known,
        )

    def refresh(self, now_ms: int) -> None:
        """Renew the attributes, if they are older than a second."""
        n = len(self._inventory)
        if now_ms - self._refreshed_ms < REFRESH_MS and n == len(self.popularity):
            return
        self._refreshed_ms = now_ms
        self._reserve(max(0, n - 1), 0)
        counts = self._counts[:n]
        age = counts[:, :, 3].max(initial=0) - counts[:, :, 3]
        fade = np.exp2(-age / CLICK_HALF_LIFE_MS)
        clicks = (counts[:, :, 0] * fade).sum(axis=1)
        impressions = (counts[:, :, 1] * fade).sum(axis=1)
        lately = (counts[:, :, 2] * np.exp2(-age / RISING_HALF_LIFE_MS)).sum(axis=1)
        self.known = bool(clicks.any())
        # Where nobody sends impressions, a click proves that the item was shown.
        shown = np.maximum(impressions, clicks)
        rate = clicks.sum() / max(shown.sum(), 1.0)
        self.click_rate, self.click_rate_quick = (
            _f4((clicks + prior * rate) / (shown + prior))
            for prior in (RATE_PRIOR, QUICK_RATE_PRIOR)
        )
        self.exposure = _f4(np.log1p(impressions))
        self.popularity = _f4(np.log1p(clicks))
        self.rising = _f4(np.log1p(lately))
        available = self._inventory.available[:n]
        self.trending = _top(np.where(available, lately + 1e-3 * clicks, 0.0), TRENDING)
        published = self._inventory.published_ms[:n]
        newest = np.argsort(np.where(available, -published, np.inf), kind="stable")[:FRESHEST]
        self.freshest = newest[available[newest]]
        self.trending_rows = frozenset(self.trending.tolist())
        self.fresh_rows = frozenset(self.freshest.tolist())

    def _reserve(self, row: int, partition: int) -> None:
        rows, partitions, _ = self._counts.shape
        if row >= rows or partition >= partitions:
            larger = np.zeros(
                (max(rows * (1 + row // rows), rows), max(partitions, partition + 1), 5)
            )
            larger[:rows, :partitions] = self._counts
            self._counts = larger


def _f4(values: NDArray[np.float64]) -> NDArray[np.float32]:
    return values.astype(np.float32)


def _top(values: NDArray[np.float64], count: int) -> NDArray[np.int64]:
    """Places of the largest positive values, the largest first."""
    order = np.argsort(-values, kind="stable")[:count]
    return order[values[order] > 0]
