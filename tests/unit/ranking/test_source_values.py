"""Every candidate source by hand: which rows it brings, and in which order it fills.

Nine items:

    row  tags       vector          hours old  clicks: hour, day, week, ever
    0    sea        x               5
    1    boat       y               4          3  3  3  4
    2    sea, boat  .8 x + .6 y     3          1  5  5  6
    3               x               2
    4               z               1
    5    sea        .6 y + .8 z     6                   50
    6               z               7          9  9  9  90   withdrawn
    7    boat       -y              8                9  9
    8               y               9

The user bought item 0 three days before they clicked item 8, and has liked what is along z for
long. Both items are seen, so they come again only where they may.
"""

import msgspec
import numpy as np
import pytest

from freshet.contracts.derived import Neighbours, Recent, Trend
from freshet.contracts.inputs import Seen
from freshet.contracts.recommendations import SourceName
from freshet.domain.ranking.arrays import Rows
from freshet.domain.ranking.candidates.again import AGAIN
from freshet.domain.ranking.candidates.explore import explore
from freshet.domain.ranking.candidates.registry import SOURCES, Candidates, candidates
from freshet.domain.ranking.candidates.source import CandidateSource
from freshet.domain.ranking.inventory import Inventory
from freshet.domain.ranking.moment import Moment, moment_of
from freshet.domain.ranking.popularity import Popularity
from freshet.domain.ranking.repeats import repeats
from harness.ranking import SPACE, T0, item, ranking_request, state
from harness.vectors import slow_vector, vector

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS

TAGS = ("sea", "boat", "sea boat", "", "", "sea", "", "boat", "")
X, Y, Z = (1, 0, 0), (0, 1, 0), (0, 0, 1)
AXES = (X, Y, (0.8, 0.6, 0), X, Z, (0, 0.6, 0.8), Z, (0, -1, 0), Y)
HOURS_OLD = (5, 4, 3, 2, 1, 6, 7, 8, 9)
CLICKS = {1: (3, 3, 3, 4), 2: (1, 5, 5, 6), 5: (0, 0, 0, 50), 6: (9, 9, 9, 90), 7: (0, 0, 9, 9)}

#: Rows in the order in which a source brings them; of those that bring a set, all orders do.
BROUGHT: dict[SourceName, list[int]] = {
    # "sea" first, as the catalog learned it first, then "boat"; of each what came last to the
    # catalog first.
    "query": [5, 2, 7, 1],
    "again": [],
    # Near: 1 has .65, 2 has 2^(-1/1.5) = .63; far: .65 and 2^(-1/10) = .93. Shares .508 + .411 / 4
    # and .492 + .589 / 4.
    "together": [2, 1],
    # Fast y; middling (1.5 x + y) / 1.803; slow (2.898 x + y + 10 z) / 10.459: together, with
    # weights 1, .7, .4, .693 x + 1.427 y + .382 z. So item 1 has 1.427, 2 1.411, 5 1.162, 3 .693,
    # 4 .382, 7 -1.427.
    "similar": [1, 2, 5, 3, 4, 7],
    # What is clicked alike comes by its age: the newest first.
    "trending": [1, 2, 4, 3, 5, 7],
    "popular_day": [2, 1, 4, 3, 5, 7],
    "popular_week": [7, 2, 1, 4, 3, 5],
    "popular_ever": [5, 7, 2, 1, 4, 3],
    "fresh": [4, 3, 2, 1, 5, 7],
}

#: How many each brings at most.
COUNTS: dict[SourceName, int] = {
    "query": 30,
    "again": 64,
    "together": 80,
    "similar": 60,
    "trending": 30,
    "popular_day": 40,
    "popular_week": 40,
    "popular_ever": 40,
    "fresh": 20,
}


def shop(after_8: float = 0.65) -> tuple[Inventory, Popularity]:
    inventory = Inventory(SPACE)
    items = [
        item(n, tags=TAGS[n].split(), published_ms=T0 - hours * HOUR_MS)
        for n, hours in enumerate(HOURS_OLD)
    ]
    inventory.put(items, np.stack([vector(*axes) for axes in AXES]))
    inventory.withdraw("item-6")
    popularity = Popularity(inventory)
    for n in range(len(items)):
        hour, day, week, ever = map(float, CLICKS.get(n, (0, 0, 0, 0)))
        # Divided by the roots of 11 + 5 and of 4 + 5 or 6 + 5 clicks, these are `after_8` and 1.
        next_items = {0: ("item-2", 4 * 11**0.5), 8: ("item-1", 4 * 3 * after_8)}.get(n)
        popularity.put(
            Trend(
                event_id="t",
                event_time=T0,
                item_id=f"item-{n}",
                clicks_hour=hour,
                clicks_day=day,
                clicks_week=week,
                clicks_ever=ever,
                impressions_week=0.0,
                neighbours=Neighbours(items=[next_items[0]], weights=[next_items[1]], total=11.0)
                if next_items
                else Neighbours(),
                as_of_ms=T0,
            )
        )
    popularity.refresh(T0)
    return inventory, popularity


ADA = msgspec.structs.replace(
    state("ada", []),
    recent=Recent(
        items=["item-0", "item-8"], kinds=["purchase", "click"], times_ms=[T0 - 3 * DAY_MS, T0]
    ),
    slow_vector=slow_vector(0, 0, 10),
    slow_time_ms=T0,
)


def moment(seen: Seen = "exclude", after_8: float = 0.65) -> Moment:
    inventory, popularity = shop(after_8)
    return moment_of(inventory, popularity, [ranking_request(ADA, query="sea boat", seen=seen)], T0)


def brought(rows: Rows) -> list[int]:
    return [row for row in rows[0].tolist() if row >= 0]


def test_every_source_is_in_the_tables() -> None:
    assert {one.name: one.count for one in SOURCES} == COUNTS
    assert list(BROUGHT) == list(COUNTS)


@pytest.mark.parametrize("source", SOURCES, ids=lambda one: one.name)
@pytest.mark.parametrize("count", [1, 2, 4, 20])
def test_a_source_brings_what_it_brings_by_hand(source: CandidateSource, count: int) -> None:
    found, expected = brought(source.find(moment(), count)), BROUGHT[source.name][:count]
    if source.name == "similar":
        assert sorted(found) == sorted(expected)
    else:
        assert found == expected


def test_the_newest_interaction_leads_and_those_before_fill_up() -> None:
    together = next(one for one in SOURCES if one.name == "together")
    # Near .7 and .63, far .7 and .93: .526 + .429 / 4 and .474 + .571 / 4.
    assert brought(together.find(moment(after_8=0.7), 9)) == [1, 2]


def test_what_may_come_again_comes_by_how_often_and_how_lately() -> None:
    # Items 0, 0, 1, 2: counts 2, 1, 1 of 4; others came after: 2, 1, 0, so 2^-.2 = .8706,
    # 2^-.1 = .9330, 1 of 2.8036. .7 of the one and .3 of the other:
    shares = {0: 0.443154, 1: 0.274840, 2: 0.282006}
    inventory, popularity = shop()
    ada = state("ada", [0, 0, 1, 2])
    at = moment_of(inventory, popularity, [ranking_request(ada, seen="allow")], T0)
    assert brought(AGAIN.find(at, 64)) == [0, 2, 1]
    assert brought(AGAIN.find(at, 2)) == [0, 2]
    found = repeats(at)
    assert found.at(np.array([[0, 1, 2, 3, -1]]))[0].tolist() == pytest.approx(
        [*shares.values(), 0.0, 0.0], abs=1e-6
    )
    # One of four was a repeat, and .15 of three others: 1.45 / 7.
    assert found.rate.tolist() == pytest.approx([0.207143], abs=1e-6)


def test_what_may_come_again_for_one_does_not_for_another() -> None:
    inventory, popularity = shop()
    requests = [
        ranking_request(ADA),
        ranking_request(ADA, seen="allow"),
        ranking_request(None, seen="allow"),
    ]
    found = AGAIN.find(moment_of(inventory, popularity, requests, T0), 9)
    assert [sorted(row for row in rows if row >= 0) for rows in found.tolist()] == [[], [0, 8], []]


def test_an_empty_shop_brings_nothing() -> None:
    inventory = Inventory(SPACE)
    popularity = Popularity(inventory)
    popularity.refresh(T0)
    empty = moment_of(inventory, popularity, [ranking_request(ADA, query="sea", seen="allow")], T0)
    for source in (*SOURCES, explore(np.full((1, 10), 0.5))):
        assert brought(source.find(empty, 10)) == [], source.name


def test_chance_brings_what_it_falls_on_once_and_only_what_may_be_shown() -> None:
    # Ninths: 5, 2, 5 again, 6 which is withdrawn, 8 which is seen, 0 which is seen, 7.
    uniforms = np.array([[0.56, 0.23, 0.66, 0.67, 0.99, 0.0, 0.78]])
    assert brought(explore(uniforms).find(moment(), 10)) == [2, 5, 7]
    assert brought(explore(uniforms).find(moment(), 2)) == [2, 5]
    assert explore(uniforms).count == 10


def test_only_what_is_popular_ever_goes_on_to_the_last_item() -> None:
    found = candidates(moment("allow"), SOURCES, 100)
    assert {one.name for one in SOURCES if found.of(one).shape[1] >= 100} == {"popular_ever"}


def test_candidates_are_sorted_and_each_counts_once_and_names_who_brought_it() -> None:
    first, second, third = SOURCES[:3]
    rows = [np.array([[3, -1], [-1, -1]]), np.array([[1], [2]]), np.array([[3], [2]])]
    found = Candidates((first, second, third), rows)
    # A column of padding alone is left out.
    assert found.rows.tolist() == [[1, 3, 3], [-1, 2, 2]]
    assert found.once.tolist() == [[True, True, False], [False, True, False]]
    assert found.of(third).tolist() == [[3], [2]]
    assert found.sources_of(np.array([[3, 1], [2, 0]])) == [
        [["query", "together"], ["again"]],
        [["again", "together"], []],
    ]
