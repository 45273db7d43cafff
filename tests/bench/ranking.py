"""What a list costs in this process: features by name, and whole lists with the prior.

Run: `python tests/bench/ranking.py [--items 3000]`. Seconds are those of the processor; the least
of the turns counts, so that others on the machine matter little.
"""

import argparse
import time
from collections.abc import Callable, Sequence

import numpy as np

from freshet.contracts.derived import CatalogItem, Cause, Interests, Neighbours, Recent, Trend
from freshet.contracts.recommendations import Trigger
from freshet.domain.ranking.features.feature import FeatureInputs
from freshet.domain.ranking.features.registry import CROSS_FEATURES, cross_features
from freshet.domain.ranking.inventory import Inventory
from freshet.domain.ranking.moment import moment_of
from freshet.domain.ranking.popularity import Popularity
from freshet.domain.ranking.rank import Ranking
from freshet.domain.ranking.request import RankingRequest
from freshet.models.embedding import EMBEDDING_VERSION
from freshet_ranker.config import PRIOR
from freshet_ranker.onnx_scorer import OnnxScorer

USERS, CANDIDATES, TURNS = 32, 200, 60
NOW_MS = 1_700_000_000_000
TAGS = 300


def stocked(items: int) -> tuple[Inventory, Popularity]:
    """Items with six of 300 tags each, and their trends."""
    random = np.random.default_rng(1)
    inventory = Inventory(EMBEDDING_VERSION)
    popularity = Popularity(inventory)
    for n in range(items):
        item = CatalogItem(
            event_id=f"i{n}",
            event_time=NOW_MS,
            item_id=f"item-{n}",
            title=f"Item {n}",
            tags=[f"tag {one}" for one in random.choice(TAGS, 6, replace=False)],
            embedding=random.normal(0, 0.09, 128).astype("<f2").tobytes(),
            embedding_version=EMBEDDING_VERSION,
            content_hash="h",
            published_ms=NOW_MS - n * 60_000,
            category=f"category {n % 7}",
        )
        vector = inventory.readable(item)
        assert vector is not None
        inventory.put([item], vector[None])
        clicks = float(random.exponential(3))
        popularity.put(
            Trend(
                event_id="t",
                event_time=NOW_MS,
                item_id=item.item_id,
                clicks_hour=clicks / 9,
                clicks_day=clicks / 3,
                clicks_week=clicks,
                clicks_ever=9 * clicks,
                impressions_week=10 * clicks,
                neighbours=Neighbours(
                    items=[f"item-{one}" for one in random.choice(items, 64, replace=False)],
                    weights=random.exponential(3, 64).tolist(),
                    total=400.0,
                ),
                as_of_ms=NOW_MS,
            )
        )
    popularity.refresh(NOW_MS)
    return inventory, popularity


def requests(items: int) -> list[RankingRequest]:
    """Users of 20 interactions, 40 skipped items and 60 tags each."""
    random = np.random.default_rng(2)
    found = []
    for user in range(USERS):
        clicked = [f"item-{n}" for n in random.integers(0, items, 20)]
        cause = Cause(event_id=f"c{user}", event_time_ms=NOW_MS, broker_time_ms=NOW_MS)
        state = Interests(
            tags_epoch_ms=NOW_MS,
            event_id=cause.event_id,
            event_time=NOW_MS,
            user_id=f"user-{user}",
            caused_at=cause,
            recent=Recent(
                items=clicked,
                kinds=["click"] * len(clicked),
                times_ms=[NOW_MS - 60_000 * n for n in range(len(clicked), 0, -1)],
            ),
            tags={f"tag {n}": 500 for n in random.choice(TAGS, 60, replace=False)},
            passed=[f"item-{n}" for n in random.integers(0, items, 40)],
        )
        trigger = Trigger(kind="interest", event_id=cause.event_id)
        found.append(
            RankingRequest(user_id=state.user_id, state=state, trigger=trigger, cause=cause)
        )
    return found


def cost_ms(work: Callable[[], object]) -> float:
    work()
    least = float("inf")
    for _ in range(TURNS):
        started = time.process_time()
        work()
        least = min(least, time.process_time() - started)
    return 1_000 * least


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=3_000)
    arguments = parser.parse_args()
    inventory, popularity = stocked(arguments.items)
    scorer = OnnxScorer(PRIOR, inventory, 1)
    scorer.encode(np.arange(len(inventory)))
    asked = requests(arguments.items)
    rows = np.random.default_rng(3).integers(0, len(inventory), (USERS, CANDIDATES))

    def features(names: Sequence[str]) -> float:
        def compute() -> object:
            inputs = FeatureInputs(moment_of(inventory, popularity, asked, NOW_MS), rows)
            return cross_features(inputs, names)

        return cost_ms(compute)

    print(f"features of {USERS} users with {CANDIDATES} candidates each, ms")
    for name in CROSS_FEATURES:
        print(f"  {name:20} {features([name]):6.3f}")
    print(f"  {'those of the prior':20} {features(scorer.features):6.3f}")
    print(f"  {'all':20} {features(CROSS_FEATURES):6.3f}")
    ranking = Ranking(inventory, popularity, 0.05)
    for count in (1, USERS):
        some = asked[:count]
        took_ms = cost_ms(lambda some=some: ranking.rank(some, scorer, NOW_MS))  # type: ignore[misc]
        rate = 1_000 * count / took_ms
        print(f"lists of {count:2} users: {took_ms:6.3f} ms, {rate:6,.0f} lists/s")


if __name__ == "__main__":
    main()
