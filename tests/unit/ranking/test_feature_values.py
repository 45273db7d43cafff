"""Every feature by hand: one small shop, one user, three candidates.

Five items, with vectors along three axes:

    row  tags                 vector          published
    0    sea, boat            x
    1    war                  y
    2    sea, war             .6 x + .8 y     two weeks ago
    3    food                 z               four weeks ago
    4    sea, boat, sea boat  .6 y + .8 z     in an hour, as its shop says

The user clicked item 0 three days before they liked item 1 (which counts twice a click), was shown
item 3 and skipped it, has liked what is along z for long, and searches for "sea boat". Nobody has
interacted with items 0, 1 and 4.
"""

import numpy as np
import pytest

from freshet.contracts.derived import Cause, Interests, Neighbours, Recent, Trend
from freshet.domain.ranking.features.feature import FeatureInputs
from freshet.domain.ranking.features.registry import CROSS_FEATURES, cross_features
from freshet.domain.ranking.inventory import Inventory
from freshet.domain.ranking.moment import moment_of
from freshet.domain.ranking.popularity import Popularity
from harness.ranking import SPACE, T0, item, ranking_request
from harness.vectors import slow_vector, vector

DAY_MS = 24 * 3_600_000
CANDIDATES = np.array([[2, 3, 4]])

TAGS = (["sea", "boat"], ["war"], ["sea", "war"], ["food"], ["sea", "boat", "sea boat"])
VECTORS = tuple(
    vector(*axes) for axes in ((1, 0, 0), (0, 1, 0), (0.6, 0.8, 0), (0, 0, 1), (0, 0.6, 0.8))
)
AGES_MS = (0, 0, 14 * DAY_MS, 28 * DAY_MS, -3_600_000)

#: Of each feature the values of items 2, 3 and 4.
VALUES: dict[str, tuple[float, float, float]] = {
    # A click of three days ago is 72 half-lives of an hour old: only item 1 is left, y.
    "content_fast": (0.8, 0.0, 0.6),
    # Half of the click is left, and twice a click: (.5 x + 2 y) / sqrt(.25 + 4).
    "content_middling": (1.9 / 4.25**0.5, 0.0, 1.2 / 4.25**0.5),
    # 2^(-3/60) = .96594 of the click, and half of 2 z, which is 60 days old:
    # (.96594 x + 2 y + z) / sqrt(.93303 + 4 + 1).
    "content_slow": (0.894810, 0.410546, 0.821092),
    # Weights 3 for sea and -1.5 for war, a week ago: 1.5 and -.75 now. 1 - e^(-1.5 / 3).
    "tag_match": (0.393469, 0.0, 0.393469),
    # 1 - e^(-.75 / 3).
    "tag_dislike": (0.221199, 0.0, 0.0),
    # Item 2 has .6 with item 0 and .8 with item 1; item 4 has 0 and .6.
    "nearest_recent": (0.8, 0.0, 0.6),
    # ln(1 + 30); of item 3 half of 8 clicks of a week ago is left: ln(1 + 4).
    "popularity": (3.433987, 1.609438, 0.0),
    # All: 34 clicks on 80 + 20 impressions. (30 + 20 * .34) / (80 + 20), (4 + 6.8) / (20 + 20).
    "click_rate": (0.368, 0.27, 0.34),
    # ln(1 + 6); of the hour of a week ago nothing is left.
    "rising": (1.945910, 0.0, 0.0),
    # One half-life, two, and none before it is published.
    "freshness": (0.5, 0.25, 1.0),
    # One of two words; none; three tags for two words are no more than all.
    "query_match": (0.5, 0.0, 1.0),
    # (30 + 3 * .34) / (80 + 3), (4 + 1.02) / (20 + 3).
    "click_rate_quick": (0.373735, 0.218261, 0.34),
    # ln(1 + 80), ln(1 + 40 / 2).
    "exposure": (4.394449, 3.044522, 0.0),
    # What was expected of items 0 and 1 is .34: residuals .66 (the like counts as one), of item 3
    # -.27. Their mean by 3 + 20 is .045652; (.66 - .045652) / sqrt(3) = .354694, and -.182242.
    # Rarity of tags: sea ln(5/3), boat and war ln(5/2), food and "sea boat" ln 5; so the cosine of
    # item 2 with item 0 is .510826 / 1.427117, with item 1 sqrt(.916291 / 1.427117); of item 4 with
    # item 0 sqrt(1.427117 / 3.036555).
    "tag_affinity": (0.411171, -0.182242, 0.243160),
    # .354694 (x + y) - .182242 z.
    "content_affinity": (0.496571, -0.182242, 0.067023),
    "passed_before": (0.0, 1.0, 0.0),
    # Of 6 clicks a week ago 6 / 2^7 = .046875 are left. 12 and .046875 of all; 1e-6 more.
    "popularity_day": (-0.003898, -5.548819, -13.815511),
    # 44 and 20 of 64.
    "popularity_ever": (-0.374692, -1.163148, -13.815511),
    # After item 1, the newest, came item 2 thrice and item 4 once: 3 / sqrt(4 + 5) / sqrt(44 + 5)
    # = 1/7, and 1 / 3 / sqrt(0 + 5). After item 0, of 11: item 3, 8 / sqrt(11 + 5) / sqrt(20 + 5)
    # = .4, times 2^(-1/1.5) = .629961. Shares .262647, .463281, .274072; 1e-5 more.
    "follows_near": (-1.336905, -0.769400, -1.294328),
    # The same with 2^(-1/10) = .933033: .214777, .561103, .224120.
    "follows_far": (-1.538108, -0.577832, -1.495531),
    # Popularity: .3 * 1 + .996109 + .5 * 30 / 34 + .05 * .6875 = 1.771660; .003891 + .5 * 4 / 34 +
    # .05 * .3125 = .078340; 0. Half of near + .3 far, for two interactions; and .02 / 5.
    "expected": (0.662276, -0.920938, -1.744949),
}


def trend(
    n: int, clicks: tuple[float, ...], impressions: float, age_ms: int, next_items: Neighbours
) -> Trend:
    hour, day, week, ever = clicks
    return Trend(
        event_id="t",
        event_time=T0 - age_ms,
        item_id=f"item-{n}",
        clicks_hour=hour,
        clicks_day=day,
        clicks_week=week,
        clicks_ever=ever,
        impressions_week=impressions,
        neighbours=next_items,
        as_of_ms=T0 - age_ms,
    )


def shop() -> tuple[Inventory, Popularity]:
    inventory = Inventory(SPACE)
    items = [
        item(n, tags=tags, published_ms=T0 - age_ms)
        for n, (tags, age_ms) in enumerate(zip(TAGS, AGES_MS, strict=True))
    ]
    inventory.put(items, np.stack(VECTORS))
    popularity, nothing = Popularity(inventory), (0.0,) * 4
    alone = Neighbours()
    after_0 = Neighbours(items=["item-3"], weights=[8.0], total=11.0)
    after_1 = Neighbours(items=["item-2", "item-4"], weights=[3.0, 1.0], total=4.0)
    popularity.put(trend(0, nothing, 0.0, 0, after_0))
    popularity.put(trend(1, nothing, 0.0, 0, after_1))
    popularity.put(trend(2, (6.0, 12.0, 30.0, 44.0), 80.0, 0, alone))
    popularity.put(trend(3, (4.0, 6.0, 8.0, 20.0), 40.0, 7 * DAY_MS, alone))
    popularity.refresh(T0)
    return inventory, popularity


def user() -> Interests:
    return Interests(
        event_id="e",
        event_time=T0,
        user_id="ada",
        caused_at=Cause(event_id="e", event_time_ms=T0, broker_time_ms=T0),
        recent=Recent(
            items=["item-0", "item-1"], kinds=["click", "like"], times_ms=[T0 - 3 * DAY_MS, T0]
        ),
        tags={"sea": 3_000, "war": -1_500},
        tags_epoch_ms=T0 - 7 * DAY_MS,
        slow_vector=slow_vector(0, 0, 2),
        slow_time_ms=T0 - 60 * DAY_MS,
        passed=["item-3"],
    )


@pytest.fixture(scope="module")
def computed() -> dict[str, list[float]]:
    inventory, popularity = shop()
    moment = moment_of(inventory, popularity, [ranking_request(user(), query="sea boat")], T0)
    (values,) = cross_features(FeatureInputs(moment, CANDIDATES))
    return {name: values[:, n].tolist() for n, name in enumerate(CROSS_FEATURES)}


def test_every_feature_is_in_the_table() -> None:
    assert tuple(VALUES) == CROSS_FEATURES


@pytest.mark.parametrize("name", CROSS_FEATURES)
def test_a_feature_is_what_it_is_by_hand(name: str, computed: dict[str, list[float]]) -> None:
    assert computed[name] == pytest.approx(VALUES[name], abs=2e-6)
