"""The ranking of a micro-batch: candidates, filters, features, score, selection, reasons."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from freshet.contracts.recommendations import Recommendations
from freshet.domain.ranking.ask import Ask, Floats, Rows
from freshet.domain.ranking.candidates import explore, nearest, searched, shared
from freshet.domain.ranking.context import Context, context
from freshet.domain.ranking.features import cross_features
from freshet.domain.ranking.filters import allowed
from freshet.domain.ranking.identity import recommendation_id, uniforms
from freshet.domain.ranking.inventory import Inventory
from freshet.domain.ranking.messages import Made, messages
from freshet.domain.ranking.popularity import Popularity
from freshet.domain.ranking.scorer import Scorer
from freshet.domain.ranking.selector import POOL, select
from freshet.domain.ranking.strategy import exploration_of, strategy_of

N = TypeVar("N", bound=np.generic)


class Ranking:
    """Makes lists out of what is known: the items, their popularity, a model.

    Args:
        inventory: the items.
        popularity: their trends.
        exploration: chance of an exploring pick at each rank for a user who is known.
    """

    def __init__(self, inventory: Inventory, popularity: Popularity, exploration: float) -> None:
        self._inventory = inventory
        self._popularity = popularity
        self._exploration = exploration

    def rank(self, asks: Sequence[Ask], scorer: Scorer, now_ms: int) -> list[Recommendations]:
        """One list for each ask. The same asks give the same lists, together or one by one.

        Args:
            asks: of a micro-batch; they share one run of the model.
            scorer: the model.
            now_ms: the time now.
        """
        if not asks:
            return []
        self._popularity.refresh(now_ms)
        known = context(self._inventory, asks)
        ids = [recommendation_id(ask, scorer.label) for ask in asks]
        # For each rank two numbers, then those of the exploring candidates; a list's numbers
        # do not depend on how many others are made with it.
        chances = np.stack([uniforms(one, explore.COUNT + 2 * 100) for one in ids])
        tried = explore.explore(len(self._inventory), chances[:, : explore.COUNT])
        rows = self._candidates(known, tried)
        mask = allowed(self._inventory, asks, known.acts, rows)
        cross = cross_features(
            self._inventory, self._popularity, known, rows, now_ms, scorer.features
        )
        score, probability = scorer.score(known, rows, cross)
        score = np.where(mask, score, -np.inf)
        pool = _pool(score, rows, tried)
        strategies = [strategy_of(count, self._popularity.known) for count in known.signals]
        selection = select(
            _at(pool, score),
            self._inventory.embeddings[_at(pool, rows)],
            min(pool.shape[1], max(ask.count for ask in asks)),
            np.array([exploration_of(one, self._exploration) for one in strategies]),
            chances[:, explore.COUNT :].reshape(len(asks), -1, 2),
        )
        chosen = _at(np.maximum(selection.places, 0), pool)
        made = Made(
            ids=ids,
            strategies=strategies,
            known=known,
            rows=np.where(selection.places < 0, -1, _at(chosen, rows)),
            score=_at(chosen, score),
            probability=_at(chosen, probability),
            propensity=selection.propensity,
            explored=selection.explored,
        )
        return messages(asks, made, self._inventory, self._popularity, scorer.label, now_ms)

    def _candidates(self, known: Context, tried: Rows) -> Rows:
        count = len(tried)
        rows = np.concatenate(
            [
                nearest.nearest(self._inventory, known.interests),
                searched.searched(self._inventory, known.query_codes),
                shared.trending(self._popularity, count),
                shared.fresh(self._popularity, count),
                tried,
            ],
            axis=1,
        )
        rows.sort(axis=1)
        return rows


def _pool(scores: Floats, rows: Rows, tried: Rows) -> Rows:
    """Places of what the selector looks at: the best scores, and all that is to be tried.

    Ordered by score, then row, so that chance picks alike in whatever company a list is made.
    """
    is_tried = (rows[:, :, None] == tried[:, None, :]).any(axis=2) & np.isfinite(scores)
    merit = np.where(is_tried, np.inf, scores)
    count = min(POOL, scores.shape[1])
    if not count:
        return np.zeros((len(scores), 0), np.int64)
    places = np.argpartition(-merit, count - 1, axis=1)[:, :count]
    order = np.lexsort((_at(places, rows), -_at(places, scores)), axis=1)
    return _at(order, places)


def _at(places: Rows, values: NDArray[N]) -> NDArray[N]:
    """Of each user's values [b, k] those at the places [b, m]."""
    return values[np.arange(len(places))[:, None], places]
