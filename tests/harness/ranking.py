"""A small inventory for the tests of ranking."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from freshet.contracts.derived import CatalogItem, Cause, Interests, Recent, Trend
from freshet.contracts.recommendations import Recommendations, RecommendedItem, Trigger
from freshet.domain.ranking.ask import Ask, Floats, Rows
from freshet.domain.ranking.context import Context
from freshet.domain.ranking.features.registry import CROSS_FEATURES
from freshet.domain.ranking.inventory import Inventory
from freshet.domain.ranking.popularity import Popularity

T0 = 1_700_000_000_000
SUBJECTS = ("sea", "war", "love", "space", "food")
SPACE = "test-space"


class PlainScorer:
    """Adds up the features that speak for an item; enough to tell lists apart."""

    label = "plain@1"
    features = CROSS_FEATURES

    def score(self, known: Context, rows: Rows, cross: Floats) -> tuple[Floats, Floats]:
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


def trends(inventory: Inventory, clicks: dict[int, float]) -> Popularity:
    popularity = Popularity(inventory)
    for n, count in clicks.items():
        popularity.put(
            Trend(
                event_id="t",
                event_time=T0,
                item_id=f"item-{n}",
                partition=n % 3,
                clicks=count,
                impressions=10 * count,
                recent_clicks=count,
                as_of_ms=T0,
            )
        )
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


def ask(known: Interests | None, **changes: Any) -> Ask:
    user = known.user_id if known else "stranger"
    trigger = Trigger(kind="request", event_id=f"r-{user}")
    fields = {"user_id": user, "state": known, "trigger": trigger, "cause": None}
    return Ask(**{**fields, **changes})


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
