"""From the chosen rows of a micro-batch to the messages that say what was chosen and why."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from freshet.contracts.derived import MAX_SEARCH
from freshet.contracts.recommendations import (
    MAX_INTENT_TAGS,
    Intent,
    InterestUsed,
    Reason,
    Recommendations,
    RecommendedItem,
    SourceName,
    Strategy,
    StrategyReason,
)
from freshet.domain.ranking.arrays import Floats, Rows
from freshet.domain.ranking.covisits import came_from
from freshet.domain.ranking.features.nearest_recent import liked_cosines
from freshet.domain.ranking.filters import Mask
from freshet.domain.ranking.inventory import Inventory
from freshet.domain.ranking.moment import Moment
from freshet.domain.ranking.reasons import reasons_for
from freshet.domain.ranking.request import RankingRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """The lists of b users as arrays, [b, ranks] each but the first three.

    Attributes:
        ids: of the recommendations.
        strategies: how each list was made, and why so.
        interests: that were mined.
        sources: which brought each item, [b, ranks] lists of names.
        rows: the items; -1 where a list has ended.
        score, probability: what the model said.
        propensity: chance of this item at this rank.
        explored: whether chance picked it.
    """

    ids: Sequence[str]
    strategies: Sequence[tuple[Strategy, StrategyReason]]
    interests: Sequence[list[InterestUsed]]
    sources: Sequence[Sequence[list[SourceName]]]
    rows: Rows
    score: Floats
    probability: Floats
    propensity: NDArray[np.float64]
    explored: Mask


def messages(
    requests: Sequence[RankingRequest], made: Made, moment: Moment, model: str
) -> list[Recommendations]:
    """One message for each request.

    Args:
        requests: for the lists.
        made: the lists.
        moment: what they were made from.
        model: label of the model that scored them.
    """
    inventory, users, now_ms = moment.inventory, moment.users, moment.now_ms
    embeddings = inventory.embeddings[made.rows]
    likeness = liked_cosines(inventory, users, embeddings)
    most = likeness.argmax(axis=1)
    because = np.take_along_axis(users.liked, most, axis=1).tolist()
    alike = _rounded(likeness.max(axis=1), 4)
    followed = came_from(moment, made.rows).tolist()
    rows, explored = made.rows.tolist(), made.explored.tolist()
    score, probability = _rounded(made.score, 5), _rounded(made.probability, 5)
    # With the nearest of the user's three interests.
    nearest = (users.interests @ embeddings.transpose(0, 2, 1)).max(axis=1)
    content, propensity = _rounded(nearest, 4), _rounded(made.propensity, 6)
    lists = []
    for user, request in enumerate(requests):
        wanted = users.tags[user]
        query, codes = users.queries[user], users.query_codes[user]
        strategy, why = made.strategies[user]
        items = []
        for rank, row in enumerate(rows[user][: request.count]):
            if row < 0:
                break
            sources = made.sources[user][rank]
            if explored[user][rank]:
                reasons = [Reason(kind="explore")]
            else:
                liked = because[user][rank]
                before = followed[user][rank]
                reasons = reasons_for(
                    sources=sources,
                    before=inventory.ids[before] if before >= 0 else None,
                    tags=inventory.tag_names[row],
                    wanted=wanted,
                    nearest=(inventory.ids[liked], alike[user][rank]) if liked >= 0 else None,
                    content=content[user][rank],
                    query=query[:MAX_SEARCH] if inventory.carries(row, codes) else "",
                )
            items.append(
                RecommendedItem(
                    item_id=inventory.ids[row],
                    rank=rank,
                    score=score[user][rank],
                    probability=probability[user][rank],
                    propensity=propensity[user][rank],
                    reasons=reasons,
                    sources=sources,
                )
            )
        lists.append(
            Recommendations(
                event_id=made.ids[user],
                event_time=now_ms,
                recommendation_id=made.ids[user],
                user_id=request.user_id,
                generated_at_ms=now_ms,
                trigger=request.trigger,
                strategy=strategy,
                strategy_reason=why,
                model_version=model,
                interests=made.interests[user],
                items=items,
                caused_at=request.cause,
                intent=_intent(query, inventory) if query else None,
            )
        )
    return lists


def _intent(query: str, inventory: Inventory) -> Intent:
    return Intent(query=query, tags=inventory.vocabulary.best_named(query, MAX_INTENT_TAGS))


def _rounded(values: NDArray[np.floating], digits: int) -> list[list[float]]:
    """Numbers with as many digits as are worth sending."""
    rounded: list[list[float]] = values.astype(np.float64).round(digits).tolist()
    return rounded
