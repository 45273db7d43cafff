"""The ranking of a micro-batch: candidates, filters, features, score, selection, reasons."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from freshet.contracts.recommendations import Recommendations
from freshet.domain.interest.mining import mine
from freshet.domain.ranking.ask import Ask, Floats, Rows
from freshet.domain.ranking.candidates import explore, nearest, searched, shared
from freshet.domain.ranking.context import Context, context
from freshet.domain.ranking.features.feature import FeatureInputs
from freshet.domain.ranking.features.registry import cross_features
from freshet.domain.ranking.filters import Mask, allowed
from freshet.domain.ranking.identity import recommendation_id, uniforms
from freshet.domain.ranking.inventory import Inventory
from freshet.domain.ranking.messages import Made, messages
from freshet.domain.ranking.popularity import Popularity
from freshet.domain.ranking.scorer import Scorer
from freshet.domain.ranking.selector import POOL, select
from freshet.domain.ranking.strategy import exploration_of, strategy_of

N = TypeVar("N", bound=np.generic)


@dataclass(frozen=True, slots=True, kw_only=True)
class Considered:
    """The candidates of b users, before any is chosen.

    Attributes:
        known: of the users.
        ids: of their lists.
        chances: numbers in [0, 1) to choose by, [b, ranks, 2].
        tried: rows that are candidates only to be tried, [b, t].
        rows: all candidates, sorted, some of them twice, -1 pads, [b, k].
        allowed: which may be shown; of one that is there twice, the first, [b, k].
        score, probability: what the model says, [b, k].
    """

    known: Context
    ids: list[str]
    chances: NDArray[np.float64]
    tried: Rows
    rows: Rows
    allowed: Mask
    score: Floats
    probability: Floats


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
        considered = self.consider(asks, scorer, now_ms)
        known, rows = considered.known, considered.rows
        inventory, popularity = self._inventory, self._popularity
        interests = mine(
            [ask.state for ask in asks],
            known.acts,
            known.tags,
            inventory.tags,
            inventory.vocabulary,
        )
        strategies = [
            strategy_of(
                interests[user],
                searching=bool(known.query_codes[user]),
                signals=known.signals[user],
                acted=ask.state is not None and bool(ask.state.recent or ask.state.queries),
                anything_popular=popularity.known,
            )
            for user, ask in enumerate(asks)
        ]
        score = np.where(considered.allowed, considered.score, -np.inf)
        pool = _pool(score, rows, considered.tried)
        selection = select(
            _at(pool, score),
            inventory.embeddings[_at(pool, rows)],
            min(pool.shape[1], considered.chances.shape[1]),
            np.array([exploration_of(one, self._exploration) for one, _ in strategies]),
            considered.chances,
        )
        chosen = _at(np.maximum(selection.places, 0), pool)
        made = Made(
            ids=considered.ids,
            strategies=strategies,
            interests=interests,
            known=known,
            rows=np.where(selection.places < 0, -1, _at(chosen, rows)),
            score=_at(chosen, score),
            probability=_at(chosen, considered.probability),
            propensity=selection.propensity,
            explored=selection.explored,
        )
        return messages(asks, made, inventory, popularity, scorer.label, now_ms)

    def consider(self, asks: Sequence[Ask], scorer: Scorer, now_ms: int) -> Considered:
        """Everything up to the choice: what could be in each list, and what the model says of it.

        Args:
            asks: at least one.
            scorer: the model.
            now_ms: the time now.
        """
        self._popularity.refresh(now_ms)
        known = context(self._inventory, asks)
        ids = [recommendation_id(ask, scorer.label) for ask in asks]
        # First those of the exploring candidates, then two for each rank: a list's numbers depend
        # neither on the lists that are made with it nor on their lengths.
        ranks = max(ask.count for ask in asks)
        chances = np.stack([uniforms(one, explore.COUNT + 2 * ranks) for one in ids])
        tried = explore.explore(len(self._inventory), chances[:, : explore.COUNT])
        rows = self._candidates(known, tried)
        score, probability, _ = self.score(known, rows, scorer, now_ms)
        return Considered(
            known=known,
            ids=ids,
            chances=chances[:, explore.COUNT :].reshape(len(asks), -1, 2),
            tried=tried,
            rows=rows,
            allowed=allowed(self._inventory, asks, known.acts, rows),
            score=score,
            probability=probability,
        )

    def score(
        self, known: Context, rows: Rows, scorer: Scorer, now_ms: int
    ) -> tuple[Floats, Floats, Floats]:
        """What a model says of these rows [b, k], and the features [b, k, f] that it read.

        Args:
            known: of b users.
            rows: any items.
            scorer: the model.
            now_ms: the time now; popularity is as of the last refresh.
        """
        inputs = FeatureInputs(self._inventory, self._popularity, known, rows, now_ms)
        cross = cross_features(inputs, scorer.features)
        return *scorer.score(known, rows, cross), cross

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
