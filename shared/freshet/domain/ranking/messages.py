"""From the chosen rows of a micro-batch to the messages that say what was chosen and why."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from freshet.contracts.recommendations import (
    InterestUsed,
    Reason,
    Recommendations,
    RecommendedItem,
    Strategy,
)
from freshet.domain.ranking.ask import Ask, Floats, Rows
from freshet.domain.ranking.context import Context
from freshet.domain.ranking.features import liked_cosines
from freshet.domain.ranking.filters import Mask
from freshet.domain.ranking.inventory import Inventory
from freshet.domain.ranking.popularity import Popularity
from freshet.domain.ranking.reasons import reasons_for, strongest

#: Interest tags that a message names.
INTERESTS_SHOWN = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """The lists of b users as arrays, [b, ranks] each but the first three.

    Attributes:
        ids: of the recommendations.
        strategies: how each list was made.
        known: of the users.
        rows: the items; -1 where a list has ended.
        score, probability: what the model said.
        content: cosine with the nearest of the user's three interests.
        propensity: chance of this item at this rank.
        explored: whether chance picked it.
    """

    ids: Sequence[str]
    strategies: Sequence[Strategy]
    known: Context
    rows: Rows
    score: Floats
    probability: Floats
    content: Floats
    propensity: NDArray[np.float64]
    explored: Mask


def messages(
    asks: Sequence[Ask],
    made: Made,
    inventory: Inventory,
    popularity: Popularity,
    model: str,
    now_ms: int,
) -> list[Recommendations]:
    """One message for each ask."""
    likeness = liked_cosines(inventory, made.known, inventory.embeddings[made.rows])
    return [
        Recommendations(
            event_id=made.ids[user],
            event_time=now_ms,
            recommendation_id=made.ids[user],
            user_id=ask.user_id,
            generated_at_ms=now_ms,
            trigger=ask.trigger,
            strategy=made.strategies[user],
            model_version=model,
            interests=[
                InterestUsed(tag=tag, weight=round(weight, 4))
                for tag, weight in strongest(made.known.tags[user], INTERESTS_SHOWN)
            ],
            items=_items(made, user, ask.count, likeness[user], inventory, popularity),
            caused_at=ask.cause,
        )
        for user, ask in enumerate(asks)
    ]


def _items(
    made: Made,
    user: int,
    count: int,
    likeness: Floats,
    inventory: Inventory,
    popularity: Popularity,
) -> list[RecommendedItem]:
    rows = [row for row in made.rows[user, :count].tolist() if row >= 0]
    content = made.content[user].tolist()
    columns = zip(
        rows,
        made.score[user].tolist(),
        made.probability[user].tolist(),
        made.propensity[user].tolist(),
        strict=False,
    )
    return [
        RecommendedItem(
            item_id=inventory.ids[row],
            rank=rank,
            score=round(score, 5),
            probability=round(probability, 5),
            propensity=round(propensity, 6),
            reasons=[Reason(kind="explore")]
            if made.explored[user, rank]
            else _reasons(
                made.known, user, row, content[rank], likeness[:, rank], inventory, popularity
            ),
        )
        for rank, (row, score, probability, propensity) in enumerate(columns)
    ]


def _reasons(
    known: Context,
    user: int,
    row: int,
    content: float,
    likeness: Floats,
    inventory: Inventory,
    popularity: Popularity,
) -> list[Reason]:
    most = int(likeness.argmax())
    liked_row = int(known.liked[user, most])
    codes = known.query_codes[user]
    answers = bool(codes) and not codes.isdisjoint(inventory.tags[row].tolist())
    return reasons_for(
        tags=inventory.tag_names[row],
        wanted=known.tags[user],
        nearest=(inventory.ids[liked_row], float(likeness[most])) if liked_row >= 0 else None,
        content=content,
        query=known.queries[user] if answers else "",
        is_trending=row in popularity.trending_rows,
        is_fresh=row in popularity.fresh_rows,
    )
