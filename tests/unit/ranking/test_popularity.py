"""What is popular: newest counts, renewed at most every second, and the neighbours of items."""

import msgspec
import numpy as np
import pytest

from freshet.contracts.derived import Neighbours, Trend
from freshet.domain.ranking.neighbours import ItemNeighbours
from freshet.domain.ranking.popularity import Popularity
from harness.ranking import T0, stocked, trend


def applied(one: Trend, offset: int) -> Trend:
    return msgspec.structs.replace(one, applied={"clicks/0": offset})


def test_counts_that_know_less_are_passed_over() -> None:
    popularity = Popularity(stocked(2))
    for clicks, offset in ((3.0, 5), (9.0, 4), (4.0, 5)):
        popularity.put(applied(trend(0, clicks), offset))
    popularity.refresh(T0)
    assert popularity.clicks_ever.tolist() == [4.0, 0.0]
    popularity.put(applied(trend(0, 1.0), 6))
    popularity.refresh(T0 + 1_000)
    assert popularity.clicks_ever.tolist() == [1.0, 0.0]


def test_sums_are_renewed_after_a_second_or_when_an_item_comes() -> None:
    inventory = stocked(2)
    popularity = Popularity(inventory)
    popularity.refresh(T0)
    assert not popularity.known
    popularity.put(trend(0, 3.0))
    popularity.refresh(T0 + 999)
    assert popularity.clicks_ever.tolist() == [0.0, 0.0]
    popularity.refresh(T0 + 1_000)
    assert popularity.clicks_ever.tolist() == [3.0, 0.0]
    popularity.put(trend(0, 4.0))
    inventory.row("item-2")
    popularity.refresh(T0 + 1_001)
    assert popularity.clicks_ever.tolist() == [4.0, 0.0, 0.0]
    assert popularity.known


def test_it_begins_with_nothing_and_a_shop_without_items_stays_so() -> None:
    popularity = Popularity(stocked(0))
    popularity.refresh(0)
    assert popularity.shares.shape == (4, 0)
    assert popularity.most.shape == (4, 0)
    assert popularity.popularity.shape == popularity.freshest.shape == (0,)


def test_an_item_that_nobody_can_be_shown_has_counts_but_no_share() -> None:
    inventory = stocked(3)
    popularity = Popularity(inventory)
    for n, clicks in ((0, 6.0), (1, 1.0), (2, 3.0)):
        popularity.put(trend(n, clicks, impressions=0.0))
    inventory.withdraw("item-0")
    popularity.refresh(T0)
    np.testing.assert_allclose(popularity.shares, [[0.0, 0.25, 0.75]] * 4)
    assert popularity.most.tolist() == [[2, 1]] * 4
    assert popularity.freshest.tolist() == [1, 2]
    np.testing.assert_allclose(popularity.popularity, np.log([7, 2, 4]), rtol=1e-6)
    # Nobody sends impressions: each click proves one.
    np.testing.assert_allclose(popularity.click_rate, [1.0] * 3, rtol=1e-6)
    assert popularity.exposure.tolist() == [0.0] * 3


def test_room_is_made_for_as_many_items_as_come() -> None:
    popularity = Popularity(stocked(1))
    for n in (0, 1_023, 1_024, 5_000):
        popularity.put(trend(n, 1.0 + n, followed_by={0: 2.0}))
    popularity.refresh(T0)
    # Rows are given as ids come: 0, then the three.
    assert popularity.clicks_ever.tolist() == [1.0, 1_024.0, 1_025.0, 5_001.0]


def test_neighbours_are_given_with_their_weights_by_the_root_of_all_that_followed() -> None:
    inventory = stocked(4)
    neighbours = ItemNeighbours(inventory)
    neighbours.put(1, Neighbours(items=["item-3", "new"], weights=[8.0, 2.0], total=11.0))
    rows, weights = neighbours.of(np.array([[1, 0, -1, 9_999]]))
    assert inventory.rows["new"] == 4
    assert rows[0, 0].tolist() == [3, 4, *[-1] * 62]
    assert weights[0, 0].tolist() == pytest.approx([2.0, 0.5, *[0] * 62])
    assert (rows[0, 1:] == -1).all()
    assert not weights[0, 1:].any()


def test_neighbours_that_have_changed_take_the_place_of_those_before() -> None:
    neighbours = ItemNeighbours(stocked(4))
    before = Neighbours(items=["item-1", "item-2"], weights=[1.0, 1.0], total=4.0, as_of_ms=5)
    neighbours.put(0, before)
    # As of the same time with the same sum they are the same, and are not read again.
    neighbours.put(0, msgspec.structs.replace(before, items=["item-3", "item-2"]))
    assert neighbours.of(np.array([0]))[0][0, :2].tolist() == [1, 2]
    for newer in ({"as_of_ms": 6}, {"total": 11.0}):
        after = Neighbours(
            **{"items": ["item-3"], "weights": [2.0], "total": 4.0, "as_of_ms": 5, **newer}  # type: ignore[arg-type]
        )
        again = ItemNeighbours(stocked(4))
        again.put(0, before)
        again.put(0, after)
        rows, weights = again.of(np.array([0]))
        assert rows[0, :3].tolist() == [3, -1, -1]
        assert weights[0, :2].tolist() == pytest.approx([2.0 / (after.total + 5) ** 0.5, 0.0])


@pytest.mark.parametrize("row", [1_023, 1_024, 2_047, 2_048, 9_000])
def test_there_is_room_for_the_neighbours_of_any_item(row: int) -> None:
    neighbours = ItemNeighbours(stocked(2))
    first = Neighbours(items=["item-1"], weights=[3.0], total=4.0)
    neighbours.put(0, first)
    neighbours.put(row, first)
    rows, weights = neighbours.of(np.array([0, row, row - 1]))
    assert rows[:, 0].tolist() == [1, 1, -1]
    assert weights[:, 0].tolist() == [1.0, 1.0, 0.0]
