"""What is popular, over an hour, a day, a week and ever, and how often what is shown is clicked."""

import numpy as np
from numpy.typing import NDArray

from freshet.contracts.derived import Trend
from freshet.domain.applied import knowledge
from freshet.domain.ranking.arrays import Floats, Rows
from freshet.domain.ranking.inventory import Inventory
from freshet.domain.ranking.neighbours import ItemNeighbours
from freshet.domain.trends.decay import DAY_MS, HOUR_MS, WEEK_MS

#: Sums over all items are renewed at most this often.
REFRESH_MS = 1_000

#: An item's click rate starts as that of all items, and is its own after as many impressions.
RATE_PRIOR = 20.0

#: The same for a rate that follows an item's first impressions.
QUICK_RATE_PRIOR = 3.0

#: The half-lives that clicks are counted with, in the order of `Popularity.shares`.
MEMORIES = ("hour", "day", "week", "ever")
_HALF_LIVES_MS = np.array([HOUR_MS, DAY_MS, WEEK_MS, np.inf])

#: Columns of the counts: four of clicks, then these.
_IMPRESSIONS, _AS_OF, _KNOWN = 4, 5, 6


class Popularity:
    """Decayed counts of every item, as of the newest event that any of them knows.

    Attributes:
        neighbours: what follows each item.
        popularity: log(1 + clicks of a week), by row.
        click_rate: smoothed clicks an impression, by row.
        click_rate_quick: less smoothed.
        exposure: log(1 + impressions), by row.
        rising: log(1 + clicks of an hour), by row.
        clicks_ever: users who clicked, by row.
        shares: of all clicks on items that are available, by memory and row, [4, n]: the rows of a
            memory sum to 1, or are 0 where nothing was clicked.
        most: rows of the available items, the most clicked first, then the newest, [4, m].
        freshest: rows of the available items, the newest first, [m].
        known: whether any click is known.
    """

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory
        self.neighbours = ItemNeighbours(inventory)
        self._counts = np.zeros((1024, 7))
        self._refreshed_ms = -REFRESH_MS
        self.known = False
        self.popularity = self.click_rate = self.rising = np.zeros(0, np.float32)
        self.click_rate_quick = self.exposure = self.clicks_ever = self.popularity
        self.shares: Floats = np.zeros((4, 0), np.float32)
        self.most: Rows = np.zeros((4, 0), np.int64)
        self.freshest: Rows = np.zeros(0, np.int64)

    def put(self, trend: Trend) -> None:
        """Take the newest counts of an item; what knows less is passed over."""
        row, known = self._inventory.row(trend.item_id), knowledge(trend.applied)
        self._reserve(row)
        if known < self._counts[row, _KNOWN]:
            return
        self._counts[row] = (
            trend.clicks_hour,
            trend.clicks_day,
            trend.clicks_week,
            trend.clicks_ever,
            trend.impressions_week,
            trend.as_of_ms,
            known,
        )
        self.neighbours.put(row, trend.neighbours)

    def refresh(self, now_ms: int) -> None:
        """Renew the attributes, if they are older than a second."""
        n = len(self._inventory)
        if now_ms - self._refreshed_ms < REFRESH_MS and n == len(self.popularity):
            return
        self._refreshed_ms = now_ms
        self._reserve(max(0, n - 1))
        counts = self._counts[:n]
        age_ms = counts[:, _AS_OF].max(initial=0) - counts[:, _AS_OF]
        clicks = counts[:, :4] * np.exp2(-age_ms[:, None] / _HALF_LIVES_MS)
        week = clicks[:, 2]
        impressions = counts[:, _IMPRESSIONS] * np.exp2(-age_ms / WEEK_MS)
        self.known = bool(clicks.any())
        # Where nobody sends impressions, a click proves that the item was shown.
        shown = np.maximum(impressions, week)
        rate = week.sum() / max(shown.sum(), 1.0)
        self.click_rate, self.click_rate_quick = (
            _f4((week + prior * rate) / (shown + prior)) for prior in (RATE_PRIOR, QUICK_RATE_PRIOR)
        )
        self.exposure = _f4(np.log1p(impressions))
        self.popularity = _f4(np.log1p(week))
        self.rising = _f4(np.log1p(clicks[:, 0]))
        self.clicks_ever = _f4(clicks[:, 3])
        available = self._inventory.available[:n]
        clicks *= available[:, None]
        self.shares = _f4((clicks / np.maximum(clicks.sum(axis=0), 1e-300)).T)
        published = self._inventory.published_ms[:n]
        newest = np.argsort(-published, kind="stable")
        newest = self.freshest = newest[available[newest]]
        # Among items clicked alike the newest come first.
        self.most = newest[np.argsort(-clicks.T[:, newest], axis=1, kind="stable")]

    def _reserve(self, row: int) -> None:
        rows, columns = self._counts.shape
        if row >= rows:
            larger = np.zeros((rows * (1 + row // rows), columns))
            larger[:rows] = self._counts
            self._counts = larger


def _f4(values: NDArray[np.float64]) -> NDArray[np.float32]:
    return values.astype(np.float32)
