"""The ranking of a micro-batch: candidates, filters, features, score, selection, reasons."""

from collections.abc import Sequence

import numpy as np

from freshet.contracts.recommendations import (
    InterestUsed,
    Reason,
    Recommendations,
    RecommendedItem,
    Strategy,
)
from freshet.domain.ranking.ask import Ask, Floats, Rows, Scorer
from freshet.domain.ranking.candidates import explore, nearest, searched, shared
from freshet.domain.ranking.context import Context, context
from freshet.domain.ranking.features import cross_features, liked_cosines
from freshet.domain.ranking.filters import allowed
from freshet.domain.ranking.identity import recommendation_id, uniforms
from freshet.domain.ranking.inventory import Inventory
from freshet.domain.ranking.popularity import Popularity
from freshet.domain.ranking.reasons import reasons_for, strongest
from freshet.domain.ranking.selector import POOL, select
from freshet.domain.ranking.strategy import exploration_of, strategy_of

#: Interest tags that a message names.
INTERESTS_SHOWN = 8


class Ranking:
    """Makes lists out of what is known: the items, their popularity, a model.

    Args:
        inventory: the items.
        popularity: their trends.
        scorer: the model.
        exploration: chance of an exploring pick at each rank for a user who is known.
    """

    def __init__(
        self, inventory: Inventory, popularity: Popularity, scorer: Scorer, exploration: float
    ) -> None:
        self._inventory = inventory
        self._popularity = popularity
        self._scorer = scorer
        self._exploration = exploration

    def rank(self, asks: Sequence[Ask], now_ms: int) -> list[Recommendations]:
        """One list for each ask. The same asks give the same lists, together or one by one.

        Args:
            asks: of a micro-batch; they share one run of the model.
            now_ms: the time now.
        """
        if not asks:
            return []
        self._popularity.refresh(now_ms)
        known = context(self._inventory, asks)
        ids = [recommendation_id(ask, self._scorer.label) for ask in asks]
        ranks = max(ask.count for ask in asks)
        # For each rank two numbers, then those of the exploring candidates; a list's numbers
        # do not depend on how many others are made with it.
        chances = np.stack([uniforms(one, explore.COUNT + 2 * 100) for one in ids])
        users = self._scorer.encode_users(known.interests)
        tried = explore.explore(len(self._inventory), chances[:, : explore.COUNT])
        rows = self._candidates(known, users, tried)
        mask = allowed(self._inventory, asks, rows)
        cross = cross_features(self._inventory, self._popularity, known, rows, now_ms)
        score, probability = self._scorer.score(users, self._inventory.vectors[rows], cross)
        score = np.where(mask, score, -np.inf)
        pool = _pool(score, rows, tried)
        rows = np.take_along_axis(rows, pool, axis=1)
        score = np.take_along_axis(score, pool, axis=1)
        probability = np.take_along_axis(probability, pool, axis=1)
        strategies = [strategy_of(count, self._popularity.known) for count in known.signals]
        embeddings = self._inventory.embeddings[rows]
        selection = select(
            score,
            embeddings,
            ranks,
            np.array([exploration_of(one, self._exploration) for one in strategies]),
            chances[:, explore.COUNT :].reshape(len(asks), -1, 2),
        )
        content = (known.interests @ embeddings.transpose(0, 2, 1)).max(axis=1)
        cosines = liked_cosines(self._inventory, known, embeddings)
        lists = []
        for user, ask in enumerate(asks):
            items = []
            for rank in range(ask.count):
                place = selection.places[user, rank]
                if place < 0:
                    break
                row = int(rows[user, place])
                items.append(
                    RecommendedItem(
                        item_id=self._inventory.ids[row],
                        rank=rank,
                        score=round(float(score[user, place]), 5),
                        probability=round(float(probability[user, place]), 5),
                        propensity=round(float(selection.propensity[user, rank]), 6),
                        reasons=self._reasons(
                            known,
                            user,
                            row,
                            float(content[user, place]),
                            cosines[user, :, place],
                            explored=bool(selection.explored[user, rank]),
                        ),
                    )
                )
            lists.append(
                self._message(ask, ids[user], strategies[user], known, user, items, now_ms)
            )
        return lists

    def _candidates(self, known: Context, users: Floats, tried: Rows) -> Rows:
        count = len(users)
        rows = np.concatenate(
            [
                nearest.nearest(self._inventory, users),
                searched.searched(self._inventory, known.query_codes),
                shared.trending(self._popularity, count),
                shared.fresh(self._popularity, count),
                tried,
            ],
            axis=1,
        )
        rows.sort(axis=1)
        return rows

    def _reasons(
        self,
        known: Context,
        user: int,
        row: int,
        content: float,
        cosines: Floats,
        *,
        explored: bool,
    ) -> list[Reason]:
        most = int(cosines.argmax())
        liked_row = int(known.liked[user, most])
        codes = known.query_codes[user]
        answers = bool(codes) and not codes.isdisjoint(self._inventory.tags[row].tolist())
        return reasons_for(
            tags=self._inventory.tag_names[row],
            wanted=known.tags[user],
            nearest=(self._inventory.ids[liked_row], float(cosines[most]))
            if liked_row >= 0
            else None,
            content=content,
            query=known.queries[user] if answers else "",
            is_trending=row in self._popularity.trending_rows,
            is_fresh=row in self._popularity.fresh_rows,
            explored=explored,
        )

    def _message(
        self,
        ask: Ask,
        list_id: str,
        strategy: Strategy,
        known: Context,
        user: int,
        items: list[RecommendedItem],
        now_ms: int,
    ) -> Recommendations:
        return Recommendations(
            event_id=list_id,
            event_time=now_ms,
            recommendation_id=list_id,
            user_id=ask.user_id,
            generated_at_ms=now_ms,
            trigger=ask.trigger,
            strategy=strategy,
            model_version=self._scorer.label,
            interests=[
                InterestUsed(tag=tag, weight=round(weight, 4))
                for tag, weight in strongest(known.tags[user], INTERESTS_SHOWN)
            ],
            items=items,
            caused_at=ask.cause,
        )


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
    order = np.lexsort(
        (np.take_along_axis(rows, places, 1), -np.take_along_axis(scores, places, 1)), axis=1
    )
    return np.take_along_axis(places, order, axis=1)
