"""Rating files as events, with one item of each user hidden."""

from collections.abc import Sequence

import numpy as np
import pytest

from freshet.contracts.inputs import Click, Feedback, Impression
from freshet.domain.evaluation.leave_one_out import (
    MAX_LINE,
    BadRatings,
    HeldOut,
    held_out_lists,
    hold_out,
    read_ratings,
)
from freshet.domain.interest.catalog import CatalogKnowledge
from freshet.domain.learning.examples import Examples
from freshet.domain.learning.past import Past
from freshet.domain.ranking.features.registry import CROSS_FEATURES
from freshet.domain.ranking.inventory import Inventory

HEADER = "user,item,rating,timestamp"
T0 = 1_600_000_000


def file(*rows: Sequence[object]) -> list[str]:
    return [HEADER, *(",".join(map(str, row)) for row in rows)]


def crowd() -> list[str]:
    """Ann likes a, then b, then dislikes c; twenty others rate a thing each, some after her."""
    others = [(f"user-{n}", f"thing-{n}", 5, T0 - 10 + 2 * n) for n in range(20)]
    return file(("ann", "a", 5, T0), ("ann", "b", 4, T0 + 5), ("ann", "c", 1, T0 + 9), *others)


def held(others: int = 10) -> HeldOut:
    return hold_out(read_ratings(crowd()), seed=1, max_lists=100, others=others)


def looked_at(held: HeldOut) -> tuple[Examples, Inventory]:
    inventory = Inventory("none")
    *_, lists = held_out_lists(held, Past(inventory, CatalogKnowledge(), 1_000))
    assert isinstance(lists, Examples)
    return lists, inventory


def test_the_last_liked_item_is_hidden_among_items_that_the_user_never_rated() -> None:
    lists = [one.event for one in held().entries if isinstance(one.event, Impression)]
    (hers,) = (one for one in lists if one.user_id == "ann")
    assert held().hidden[hers.event_id] == "b"
    assert hers.time_ms == 1000 * (T0 + 5)
    assert len(set(hers.item_ids)) == 11
    assert set(hers.item_ids) & {"a", "b", "c"} == {"b"}


@pytest.mark.parametrize("things", [70, 400])
def test_no_list_has_another_item_that_its_user_rated(things: int) -> None:
    random = np.random.default_rng(1)
    rows = [
        (f"u{user}", f"i{thing}", 5, T0 + step)
        for user in range(30)
        for step, thing in enumerate(random.permutation(things)[:40])
    ]
    rated = {(user, item) for user, item, _, _ in rows}
    found = hold_out(read_ratings(file(*rows)), seed=1, max_lists=25, others=20)
    assert len(found.hidden) == 25
    for one in (entry.event for entry in found.entries):
        if isinstance(one, Impression):
            mine = {item for item in one.item_ids if (one.user_id, item) in rated}
            assert mine == {found.hidden[one.event_id]}
            assert len(set(one.item_ids)) == 21


def test_a_list_knows_what_came_before_it_and_nothing_since() -> None:
    lists, inventory = looked_at(held())
    (row,) = np.flatnonzero(lists.user_ids == "ann")
    clicks = {
        inventory.ids[item]: count
        for item, count in zip(lists.items[row], lists.item_clicks[row], strict=True)
    }
    # Hers is clicked just after, and things are clicked every two seconds, 0 to 7 before.
    assert clicks.pop("b") == 0
    for name, count in clicks.items():
        assert (count > 0.5) == (int(name.removeprefix("thing-")) <= 7), name
    assert lists.signals[row] > 0
    assert (lists.labels[row] == 1).sum() == 1
    assert inventory.ids[lists.items[row][lists.labels[row] == 1][0]] == "b"


def test_lists_that_nobody_saw_are_not_counted_as_shown() -> None:
    lists, _ = looked_at(held())
    newest = lists.cross[-1][:, CROSS_FEATURES.index("exposure")]
    assert (newest == 0).all()


def test_the_hidden_item_stands_at_any_place_and_a_seed_makes_the_same_lists() -> None:
    lists, _ = looked_at(held())
    assert len(set(lists.labels.argmax(axis=1).tolist())) > 5
    assert held() == held()


def test_ratings_become_clicks_and_feedback_on_the_files_own_scale() -> None:
    events = [one.event for one in held().entries]
    said = {one.item_id: one.rating for one in events if isinstance(one, Feedback)}
    assert (said["a"], said["b"], said["c"]) == (1.0, 0.75, 0.0)
    assert sum(isinstance(one, Click) for one in events) == 23


def test_a_file_of_one_rating_value_says_only_what_was_opened() -> None:
    rows = [(f"u{n}", f"i{n}", 1, T0 + n) for n in range(5)]
    events = hold_out(read_ratings(file(*rows)), seed=1, max_lists=9, others=3)
    assert len(events.hidden) == 5
    assert not any(isinstance(one.event, Feedback) for one in events.entries)


def test_a_second_rating_of_an_item_replaces_the_first() -> None:
    (one,) = read_ratings(file(("u", "i", 1, T0 + 9), ("u", "i", 3, T0), ("u", "i", 2, T0 + 9)))
    assert (one.rating, one.time_ms) == (2, 1000 * (T0 + 9))


def test_times_are_seconds_or_milliseconds() -> None:
    ones = read_ratings(file(("u", "i", 1, T0), ("u", "j", 1, 1000 * T0), ("u", "k", 1, f"{T0}.0")))
    assert {one.time_ms for one in ones} == {1000 * T0}


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["user,item,rating", "u,i,1"], "timestamp"),
        ([], "first line"),
        (file(("u", "i", "good", T0)), "line 2"),
        (file(("u", "i", "nan", T0)), "line 2"),
        (file(("u", "i", 1, "inf")), "line 2"),
        (file(("u", "i", 1, -5)), "line 2"),
        (file(("", "i", 1, T0)), "line 2"),
        (file(("u" * 129, "i", 1, T0)), "line 2"),
        (file(("u", "i")), "line 2"),
        (file(("u", "i" * MAX_LINE, 1, T0)), "line 2 is longer"),
    ],
)
def test_a_bad_file_is_refused_with_its_line(lines: list[str], said: str) -> None:
    with pytest.raises(BadRatings, match=said):
        read_ratings(lines)


def test_too_few_items_to_hide_one_among_are_refused() -> None:
    with pytest.raises(BadRatings, match="unrated"):
        held(others=50)
    with pytest.raises(BadRatings, match="unrated"):
        hold_out([], seed=1, max_lists=9)
