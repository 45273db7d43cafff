"""Items, lists and texts, as the narrator meets them."""

from typing import Any

from freshet.contracts.inputs import Item
from freshet.contracts.recommendations import (
    InterestUsed,
    Reason,
    Recommendations,
    RecommendedItem,
    Trigger,
)

TENT = Item(
    event_id="e-tent",
    event_time=1_700_000_000_000,
    item_id="tent",
    title="Lightweight tent",
    text="All about camping: tent, sleeping bag and rope. It weighs 2.5 kg. Made in Tyrol.",
    tags=["camping", "tent", "rope", "trekking", "nights"],
)
TEA = Item(
    event_id="e-tea",
    event_time=1_700_000_000_000,
    item_id="tea",
    title="经典绿茶与茶壶",
    text="关于茶道：绿茶、茶壶、茶杯。净重250克，产自杭州。",
    tags=["茶道", "绿茶", "茶壶", "茶杯", "杭州"],
)


def item(**fields: Any) -> Item:
    """An item; only what matters to a test is given."""
    return Item(
        **{"event_id": "e-item", "event_time": 1_700_000_000_000, "item_id": "item", **fields}
    )


def place(item_id: str, *reasons: Reason, rank: int = 0) -> RecommendedItem:
    """A place of a list."""
    return RecommendedItem(
        item_id=item_id,
        rank=rank,
        score=1.0,
        probability=0.3,
        propensity=0.9,
        reasons=list(reasons) or [Reason(kind="similar", weight=0.5)],
    )


def a_list(
    *places: RecommendedItem, user_id: str = "ada", made_ms: int = 1_700_000_000_000, **fields: Any
) -> Recommendations:
    """A personalised list."""
    given = {
        "event_id": f"list-{user_id}-{made_ms}",
        "event_time": made_ms,
        "recommendation_id": f"list-{user_id}-{made_ms}",
        "user_id": user_id,
        "generated_at_ms": made_ms,
        "trigger": Trigger(kind="interest", event_id="c-1"),
        "strategy": "personalised",
        "model_version": "prior@1",
        "interests": [
            InterestUsed(tag="camping", weight=2.0),
            InterestUsed(tag="茶道", weight=1.0),
            InterestUsed(tag="gossip", weight=-1.0),
        ],
        "items": list(places),
    }
    return Recommendations(**{**given, **fields})
