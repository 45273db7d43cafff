"""A small inventory for the tests of ranking."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from freshet.contracts.derived import CatalogItem, Cause, Interests, Neighbours, Recent, Trend
from freshet.contracts.recommendations import Recommendations, RecommendedItem, Trigger
from freshet.domain.ranking.arrays import Floats, Rows
from freshet.domain.ranking.features.registry import CROSS_FEATURES
from freshet.domain.ranking.inventory import Inventory
from freshet.domain.ranking.popularity import Popularity
from freshet.domain.ranking.request import RankingRequest
from freshet.domain.ranking.user_context import UserContext

T0 = 1_700_000_000_000
SUBJECTS = ("sea", "war", "love", "space", "food")
SPACE = "test-space"


class PlainScorer:
    """Adds up the features that speak for an item; enough to tell lists apart."""

    label = "plain@1"
    features = CROSS_FEATURES

    def score(self, known: UserContext, rows: Rows, cross: Floats) -> tuple[Floats, Floats]:
        del known, rows
        score = cross[:, :, :4].sum(axis=2) - 3 * cross[:, :, 4] + 3 * cross[:, :, 10]
        score = score + 0.1 * cross[:, :, 5:10].sum(axis=2)
        return score, (1 / (1 + np.exp(-score))).astype(np.float32)


def embedding(subject: int, n: int) -> NDArray[np.float32]:
    vector = np.random.default_rng(n).normal(0, 0.05, 128)
    vector[subject] += 1.0
    return (vector / np.linalg.norm(vector)).astype(np.float32)


def item(n: int, **changes: Any) -> CatalogItem:
    subject = n % len(SUBJECTS)
    fields: dict[str, Any] = {
        "event_id": f"e{n}",
        "event_time": T0,
        "item_id": f"item-{n}",
        "title": f"{SUBJECTS[subject]} {n}",
        "tags": [SUBJECTS[subject], f"only {n}"],
        "embedding": embedding(subject, n).astype("<f2").tobytes(),
        "embedding_version": SPACE,
        "content_hash": "h",
        "published_ms": T0 - n * 3_600_000,
        "category": SUBJECTS[subject],
    }
    return CatalogItem(**{**fields, **changes})


def put(inventory: Inventory, one: CatalogItem) -> None:
    vector = inventory.readable(one)
    if vector is None:
        inventory.withdraw(one.item_id)
    else:
        inventory.put([one], vector[None])


def stocked(count: int = 200) -> Inventory:
    inventory = Inventory(SPACE)
    for n in range(count):
        put(inventory, item(n))
    return inventory


def trend(
    n: int,
    clicks: float,
    impressions: float | None = None,
    followed_by: dict[int, float] | None = None,
) -> Trend:
    """An item's counts as of T0: so many clicks within the hour, and what came next."""
    next_items = followed_by or {}
    return Trend(
        event_id="t",
        event_time=T0,
        item_id=f"item-{n}",
        clicks_hour=clicks,
        clicks_day=clicks,
        clicks_week=clicks,
        clicks_ever=clicks,
        impressions_week=10 * clicks if impressions is None else impressions,
        neighbours=Neighbours(
            items=[f"item-{one}" for one in next_items],
            weights=list(next_items.values()),
            total=sum(next_items.values()),
        ),
        as_of_ms=T0,
    )


def trends(
    inventory: Inventory,
    clicks: dict[int, float],
    followed_by: dict[int, dict[int, float]] | None = None,
) -> Popularity:
    """Clicks of some items, and what came next after some."""
    popularity = Popularity(inventory)
    after = followed_by or {}
    for n in clicks | dict.fromkeys(after, 0.0):
        popularity.put(trend(n, clicks.get(n, 0.0), followed_by=after.get(n)))
    return popularity


def state(user: str, clicked: list[int], disliked: tuple[str, ...] = ()) -> Interests:
    cause = Cause(event_id=f"c-{user}", event_time_ms=T0, broker_time_ms=T0)
    tags = {SUBJECTS[n % len(SUBJECTS)]: 2000 for n in clicked}
    return Interests(
        tags_epoch_ms=T0,
        event_id=cause.event_id,
        event_time=T0,
        user_id=user,
        caused_at=cause,
        recent=Recent(
            items=[f"item-{n}" for n in clicked],
            kinds=["click" for _ in clicked],
            times_ms=[T0 + 1000 * n for n in range(len(clicked))],
        ),
        tags={**tags, **dict.fromkeys(disliked, -2000)},
    )


def ranking_request(known: Interests | None, **changes: Any) -> RankingRequest:
    user = known.user_id if known else "stranger"
    trigger = Trigger(kind="request", event_id=f"r-{user}")
    fields = {"user_id": user, "state": known, "trigger": trigger, "cause": None}
    return RankingRequest(**{**fields, **changes})


def recommend(user_id: str, item_ids: list[str], name: str = "rec-1") -> Recommendations:
    """A list as the ranker would send it."""
    return Recommendations(
        event_id=name,
        event_time=T0,
        recommendation_id=name,
        user_id=user_id,
        generated_at_ms=T0,
        trigger=Trigger(kind="interest", event_id="x"),
        strategy="explore",
        model_version="m",
        interests=[],
        items=[
            RecommendedItem(
                item_id=item_id, rank=rank, score=0, probability=0.5, propensity=1, reasons=[]
            )
            for rank, item_id in enumerate(item_ids)
        ],
    )
