"""Reasons of an item, by a table: which there are, in which order, and how many."""

from typing import Any

import pytest

from freshet.contracts.recommendations import Reason
from freshet.domain.ranking.reasons import reasons_for

SEA, BOAT = Reason(kind="tag", tag="sea", weight=2.0), Reason(kind="tag", tag="boat", weight=1.2346)
LIKED = {"sea": 2.0, "boat": 1.23456, "wind": 1.0, "war": -3.0, "other": 9.0}
TAGS = ("boat", "sea", "wind", "war")
AGAIN, TRENDING, POPULAR, FRESH = (
    Reason(kind=kind) for kind in ("again", "trending", "popular", "fresh")
)
BEFORE = Reason(kind="because_of", item_id="before", weight=1.0)
SIMILAR = Reason(kind="similar", weight=0.5)
QUERY = Reason(kind="query", query="a boat", weight=1.0)


def near(cosine: float) -> Reason:
    return Reason(kind="because_of", item_id="near", weight=cosine)


@pytest.mark.parametrize(
    ("given", "reasons"),
    [
        ({}, [POPULAR]),
        ({"sources": ["explore", "popular_ever"]}, [POPULAR]),
        ({"sources": ["trending"]}, [TRENDING]),
        ({"sources": ["popular_day"]}, [POPULAR]),
        ({"sources": ["popular_week", "fresh"]}, [POPULAR, FRESH]),
        ({"sources": ["fresh", "popular_ever"]}, [FRESH]),
        ({"sources": ["trending", "popular_day", "fresh"]}, [TRENDING, POPULAR, FRESH]),
        ({"sources": ["similar"]}, [SIMILAR]),
        ({"sources": ["again", "fresh"]}, [AGAIN, FRESH]),
        ({"query": "a boat", "sources": ["again", "trending", "fresh"]}, [QUERY, AGAIN, TRENDING]),
        # The two strongest tags that are liked; none that is disliked, none of other items.
        ({"tags": TAGS, "wanted": LIKED}, [SEA, BOAT]),
        ({"tags": ("war",), "wanted": LIKED}, [POPULAR]),
        ({"tags": ("sea",), "wanted": {"sea": 0.0}}, [POPULAR]),
        # What others did next comes before tags; what is like it in content after them.
        (
            {"tags": TAGS, "wanted": LIKED, "sources": ["together"], "before": "before"},
            [BEFORE, SEA, BOAT],
        ),
        ({"tags": TAGS, "wanted": LIKED, "nearest": ("near", 0.9)}, [SEA, BOAT, near(0.9)]),
        (
            {"sources": ["together", "similar"], "before": "before", "nearest": ("near", 0.9)},
            [BEFORE, SIMILAR],
        ),
        # Brought together, but by nothing that can be named; or named, but not brought.
        ({"sources": ["together"], "nearest": ("near", 0.9)}, [near(0.9)]),
        ({"sources": ["fresh"], "before": "before", "nearest": ("near", 0.9)}, [near(0.9), FRESH]),
        # From a cosine of .35 on two items are alike enough to say so.
        ({"nearest": ("near", 0.35)}, [near(0.35)]),
        ({"nearest": ("near", 0.34)}, [POPULAR]),
    ],
)
def test_reasons_follow_from_what_brought_an_item(
    given: dict[str, Any], reasons: list[Reason]
) -> None:
    nothing: dict[str, Any] = {
        "sources": [],
        "tags": (),
        "wanted": {},
        "before": None,
        "nearest": None,
        "content": 0.5,
        "query": "",
    }
    assert reasons_for(**{**nothing, **given}) == reasons
