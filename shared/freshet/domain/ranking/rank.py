"""The ranking of a micro-batch: candidates, features, scores, selection, reasons, messages."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from freshet.contracts.recommendations import Recommendations
from freshet.domain.interest.mining import mine_interests
from freshet.domain.ranking.arrays import Floats, Rows
from freshet.domain.ranking.candidates import explore
from freshet.domain.ranking.candidates.registry import SOURCES, Candidates, candidates
from freshet.domain.ranking.features.feature import FeatureInputs
from freshet.domain.ranking.features.registry import cross_features
from freshet.domain.ranking.filters import Mask
from freshet.domain.ranking.identity import recommendation_id, uniforms
from freshet.domain.ranking.inventory import Inventory
from freshet.domain.ranking.messages import Made, messages
from freshet.domain.ranking.moment import Moment, moment_of
from freshet.domain.ranking.popularity import Popularity
from freshet.domain.ranking.request import RankingRequest
from freshet.domain.ranking.scorer import Scorer
from freshet.domain.ranking.selector import POOL, select
from freshet.domain.ranking.strategy import strategy_of
from freshet.domain.ranking.user_context import UserContext

N = TypeVar("N", bound=np.generic)


@dataclass(frozen=True, slots=True, kw_only=True)
class Considered:
    """The candidates of b users, before any is chosen.

    Attributes:
        moment: what they were worked out from.
        ids: of the lists.
        chances: numbers in [0, 1) to choose by, [b, ranks, 2].
        tried: rows that are candidates only to be tried, [b, t].
        candidates: all, with their sources.
        score, probability: what the model says of each, [b, k].
    """

    moment: Moment
    ids: list[str]
    chances: NDArray[np.float64]
    tried: Rows
    candidates: Candidates
    score: Floats
    probability: Floats

    @property
    def users(self) -> UserContext:
        """What is known of the users."""
        return self.moment.users

    @property
    def rows(self) -> Rows:
        """All candidates, sorted, some of them twice, -1 pads, [b, k]."""
        return self.candidates.rows

    @property
    def allowed(self) -> Mask:
        """Which of the candidates can be chosen: each once, [b, k]."""
        return self.candidates.once


class Ranking:
    """Makes lists out of what is known: the items, their popularity, a model.

    Args:
        inventory: the items.
        popularity: their trends.
        exploration: chance of an exploring pick at each rank.
    """

    def __init__(self, inventory: Inventory, popularity: Popularity, exploration: float) -> None:
        self._inventory = inventory
        self._popularity = popularity
        self._exploration = exploration

    def rank(
        self, requests: Sequence[RankingRequest], scorer: Scorer, now_ms: int
    ) -> list[Recommendations]:
        """One list for each request. The same requests give the same lists, together or one by one.

        Args:
            requests: of a micro-batch; they share one run of the model.
            scorer: the model.
            now_ms: the time now.
        """
        if not requests:
            return []
        considered = self.consider(requests, scorer, now_ms)
        users, rows = considered.users, considered.rows
        interests = mine_interests(
            [request.state for request in requests],
            users.interactions,
            users.tags,
            self._inventory.tags,
            self._inventory.vocabulary,
        )
        strategies = [
            strategy_of(
                interests[user],
                searching=bool(users.query_codes[user]),
                signals=users.signals[user],
                acted=request.state is not None
                and bool(request.state.recent or request.state.queries),
                anything_popular=self._popularity.known,
            )
            for user, request in enumerate(requests)
        ]
        ranks = considered.chances.shape[1]
        score = np.where(considered.allowed, considered.score, -np.inf)
        pool = _pool(score, rows, considered.tried, max(POOL, ranks + explore.COUNT))
        selection = select(
            _at(pool, score),
            self._inventory.embeddings[_at(pool, rows)],
            min(pool.shape[1], ranks),
            self._exploration,
            considered.chances,
        )
        chosen = _at(np.maximum(selection.places, 0), pool)
        chosen_rows = np.where(selection.places < 0, -1, _at(chosen, rows))
        made = Made(
            ids=considered.ids,
            strategies=strategies,
            interests=interests,
            sources=considered.candidates.sources_of(chosen_rows),
            rows=chosen_rows,
            score=_at(chosen, score),
            probability=_at(chosen, considered.probability),
            propensity=selection.propensity,
            explored=selection.explored,
        )
        return messages(requests, made, considered.moment, scorer.label)

    def consider(
        self, requests: Sequence[RankingRequest], scorer: Scorer, now_ms: int
    ) -> Considered:
        """Everything up to the choice: what could be in each list, and what the model says of it.

        Args:
            requests: at least one.
            scorer: the model.
            now_ms: the time now.
        """
        moment = self.moment(requests, now_ms)
        ids = [recommendation_id(request, scorer.label) for request in requests]
        # First those of the exploring candidates, then two for each rank: a list's numbers depend
        # neither on the lists that are made with it nor on their lengths.
        ranks = max(request.count for request in requests)
        chances = np.stack([uniforms(one, explore.COUNT + 2 * ranks) for one in ids])
        trying = explore.explore(chances[:, : explore.COUNT])
        found = candidates(moment, (*SOURCES, trying), ranks)
        score, probability, _ = self.score(moment, found.rows, scorer)
        return Considered(
            moment=moment,
            ids=ids,
            chances=chances[:, explore.COUNT :].reshape(len(requests), -1, 2),
            tried=found.of(trying),
            candidates=found,
            score=score,
            probability=probability,
        )

    def moment(self, requests: Sequence[RankingRequest], now_ms: int) -> Moment:
        """All that the lists of a micro-batch are worked out from."""
        self._popularity.refresh(now_ms)
        return moment_of(self._inventory, self._popularity, requests, now_ms)

    def score(self, moment: Moment, rows: Rows, scorer: Scorer) -> tuple[Floats, Floats, Floats]:
        """What a model says of these rows [b, k], and the features [b, k, f] that it read.

        Args:
            moment: of b users.
            rows: any items.
            scorer: the model.
        """
        cross = cross_features(FeatureInputs(moment, rows), scorer.features)
        return *scorer.score(moment.users, rows, cross), cross


def _pool(scores: Floats, rows: Rows, tried: Rows, size: int) -> Rows:
    """Places of what the selector looks at: the best scores, and all that is to be tried.

    Ordered by score, then row, so that chance picks alike in whatever company a list is made.
    """
    is_tried = (rows[:, :, None] == tried[:, None, :]).any(axis=2) & np.isfinite(scores)
    merit = np.where(is_tried, np.inf, scores)
    count = min(size, scores.shape[1])
    if not count:
        return np.zeros((len(scores), 0), np.int64)
    places = np.argpartition(-merit, count - 1, axis=1)[:, :count]
    order = np.lexsort((_at(places, rows), -_at(places, scores)), axis=1)
    return _at(order, places)


def _at(places: Rows, values: NDArray[N]) -> NDArray[N]:
    """Of each user's values [b, k] those at the places [b, m]."""
    return values[np.arange(len(places))[:, None], places]
