"""Lists made of clicks alone: the clicked item among what could have been clicked."""

from collections import Counter

import msgspec

from freshet.contracts.derived import Trend
from freshet.domain.learning.negatives import sampled_list
from freshet.domain.ranking.inventory import Inventory
from freshet.domain.ranking.popularity import Popularity
from harness.logs import ITEMS, T0, catalog, stock

GONE, FUTURE = 3, 4


def market(clicks: dict[int, float]) -> tuple[Inventory, Popularity]:
    items = catalog()
    items[GONE] = msgspec.structs.replace(items[GONE], available=False)
    items[FUTURE] = msgspec.structs.replace(items[FUTURE], published_ms=T0 + 1)
    inventory, _ = stock(items)
    popularity = Popularity(inventory)
    for n, count in clicks.items():
        popularity.put(
            Trend(
                event_id="t",
                event_time=T0,
                item_id=f"item-{n}",
                clicks_week=count,
                as_of_ms=T0,
            )
        )
    popularity.refresh(T0)
    return inventory, popularity


def test_only_what_was_there_is_drawn_and_nothing_twice() -> None:
    inventory, popularity = market({})
    lists = [sampled_list(inventory, popularity, 0, f"c{n}", T0, 5).tolist() for n in range(200)]
    for one in lists:
        assert one.count(0) == 1
        assert len(set(one)) == len(one)
    drawn = {row for one in lists for row in one}
    assert drawn == set(range(ITEMS)) - {GONE, FUTURE}


def test_the_same_click_draws_the_same() -> None:
    inventory, popularity = market({})
    first, again, other = (
        sampled_list(inventory, popularity, 0, name, T0, 5).tolist() for name in ("a", "a", "b")
    )
    assert first == again != other


def test_what_is_clicked_more_is_drawn_more_but_less_than_in_proportion() -> None:
    inventory, popularity = market({1: 255.0})
    drawn = Counter(
        row
        for n in range(4_000)
        for row in sampled_list(inventory, popularity, 0, f"c{n}", T0, 1).tolist()
    )
    # 256 ** 0.75 is 64, against 1 for each of eight others.
    others = [drawn[row] for row in range(2, ITEMS) if row not in (GONE, FUTURE)]
    assert len(others) == 8
    assert 6.5 < drawn[1] / sum(others) < 9.7


def test_where_there_is_nothing_else_the_clicked_item_is_alone() -> None:
    inventory, _ = stock(catalog()[:1])
    popularity = Popularity(inventory)
    popularity.refresh(T0)
    assert sampled_list(inventory, popularity, 0, "c", T0, 5).tolist() == [0]
