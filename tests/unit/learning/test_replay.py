"""Training data: what was known before each list, by the code that serves, however it is read."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from freshet.contracts.derived import History, Interests, Trend
from freshet.contracts.inputs import Click, Impression
from freshet.contracts.recommendations import Trigger
from freshet.domain.interest.fold import Arrived, fold
from freshet.domain.learning.log import Entry, ListMade, entry_of
from freshet.domain.learning.order import InOrder
from freshet.domain.learning.replay import ReplayOptions
from freshet.domain.learning.shown import Position, Shown
from freshet.domain.ranking.features.feature import FeatureInputs
from freshet.domain.ranking.features.registry import cross_features
from freshet.domain.ranking.model_inputs import user_inputs, user_tokens
from freshet.domain.ranking.moment import moment_of
from freshet.domain.ranking.popularity import Popularity
from freshet.domain.ranking.request import RankingRequest
from freshet.domain.trends.fold import ReceivedInteraction
from freshet.domain.trends.fold import fold as fold_trend
from freshet.domain.trends.history import ReceivedEvent as Followed
from freshet.domain.trends.history import follow
from harness.logs import (
    ITEMS,
    MINUTE_MS,
    T0,
    USERS,
    catalog,
    logs,
    ordered,
    replayed,
    same,
    stock,
)

CLICKS_ONLY = ReplayOptions(sampled_negatives=3)
LATENESS_MS = 20 * MINUTE_MS


def shown(name: str, minute: float, items: list[int], user: str = "ada", made: str = "") -> Entry:
    return entry_of(
        Impression(
            event_id=name,
            event_time=T0 + int(minute * MINUTE_MS),
            user_id=user,
            item_ids=[f"item-{n}" for n in items],
            recommendation_id=made or None,
        )
    )


def click(name: str, minute: float, item: int, user: str = "ada", made: str = "") -> Entry:
    return entry_of(
        Click(
            event_id=name,
            event_time=T0 + int(minute * MINUTE_MS),
            user_id=user,
            item_id=f"item-{item}",
            recommendation_id=made or None,
        )
    )


def labels(*log: Entry) -> dict[str, list[float]]:
    return {one.position.list_id: one.labels.tolist() for one in replayed(log)}


@settings(deadline=None)
@given(logs(), logs(), st.data(), st.sampled_from([ReplayOptions(), CLICKS_ONLY]))
def test_a_list_knows_nothing_that_came_after_it(
    log: list[Entry], other: list[Entry], data: st.DataObject, options: ReplayOptions
) -> None:
    whole = replayed(log, options)
    if not whole:
        return
    one = data.draw(st.sampled_from(whole))
    at = next(n for n, entry in enumerate(log) if entry.event_id == one.position.list_id)
    (cut,) = [x for x in replayed(log[: at + 1], options) if x.position == one.position]
    altered = [entry for entry in other if entry[:3] > log[at][:3]]
    (changed,) = [
        x for x in replayed([*log[: at + 1], *altered], options) if x.position == one.position
    ]
    same([one], [cut], but=["labels"])
    same([one], [changed], but=["labels"])


@settings(deadline=None)
@given(logs())
def test_a_list_is_as_the_ranker_would_have_seen_it(log: list[Entry]) -> None:
    inventory, knowledge = stock(catalog())
    popularity = Popularity(inventory)
    users = [f"user-{n}" for n in range(USERS)]
    states: dict[str, Interests | None] = dict.fromkeys(users)
    trends: dict[str, Trend] = {}
    histories: dict[str, History | None] = {}
    expected: dict[Position, Shown] = {one.position: one for one in replayed(log)}
    for offset, entry in enumerate(log):
        event = entry.event
        one = expected.pop(Position(entry.time_ms, entry.event_id), None)
        if one is not None:
            # All users in one micro-batch, as they come in the ranker.
            trigger = Trigger(kind="request", event_id="r")
            asks = [
                RankingRequest(user_id=u, state=states[u], trigger=trigger, cause=None)
                for u in users
            ]
            for item_id in event.item_ids:  # type: ignore[union-attr]
                inventory.row(item_id)
            popularity.refresh(entry.time_ms)
            moment = moment_of(inventory, popularity, asks, entry.time_ms)
            known = moment.users
            rows = np.broadcast_to(one.items.astype(np.int64), (len(users), len(one.items)))
            cross = cross_features(FeatureInputs(moment, rows))
            user = users.index(one.user_id)
            acts = user_inputs(known)
            np.testing.assert_allclose(one.cross, cross[user], atol=1e-5)
            np.testing.assert_allclose(one.interest_vectors, known.interests[user], atol=1e-5)
            np.testing.assert_array_equal(one.recent_items, acts.recent_rows[user])
            np.testing.assert_allclose(one.recent_acts, acts.recent_acts[user], atol=1e-6)
            np.testing.assert_array_equal(one.user_tokens, user_tokens(known)[user])
            assert one.signals == known.signals[user]
        if not isinstance(event, ListMade):
            arrived = [Arrived("any", offset, entry.time_ms, event)]
            states[event.user_id] = fold(states[event.user_id], arrived, knowledge)
            history = histories.get(event.user_id)
            histories[event.user_id], said = follow(history, [Followed("any", offset, event)])
            for seen in said:
                before = trends.get(seen.item_id)
                trend = fold_trend(before, seen.item_id, [ReceivedInteraction(0, seen)])
                assert trend is not None
                trends[seen.item_id] = trend
                popularity.put(trend)
    assert not expected


@settings(deadline=None)
@given(logs(), st.data())
def test_how_the_log_lies_in_partitions_changes_nothing(
    log: list[Entry], data: st.DataObject
) -> None:
    partitions: list[list[tuple[int, Entry]]] = [[], [], []]
    for entry in log:
        delay_ms = data.draw(st.integers(0, LATENESS_MS))
        partitions[data.draw(st.integers(0, 2))].append((entry.time_ms + delay_ms, entry))
    arrived = [[entry for _, entry in sorted(one, key=lambda late: late[0])] for one in partitions]
    stream = InOrder(arrived, LATENESS_MS)
    same(replayed(stream), replayed(log))
    assert stream.late_impressions == 0


def test_what_is_too_late_still_counts_but_an_impression_is_left_out() -> None:
    late = LATENESS_MS / MINUTE_MS + 1
    log = [
        shown("first", 0, [1]),
        shown("second", 5, [1]),
        *(shown(f"s{n}", 10 + late + n, [2]) for n in range(2)),
        shown("too late", 1, [1]),
        click("late", 1, 3),
        shown("last", 12 + late, [3]),
    ]
    stream = InOrder([log], LATENESS_MS)
    found = list(stream)
    assert stream.late_impressions == 1
    assert [entry.event_id for entry in found] == ["first", "second", "late", "s0", "s1", "last"]
    assert replayed(found)[-1].signals == 1


def test_what_waits_for_its_turn_is_bounded() -> None:
    log = [click(f"c{n}", 0.001 * (100 - n), 1) for n in range(100)]
    taken = 0

    def reading() -> object:
        nonlocal taken
        for entry in log:
            taken += 1
            yield entry

    stream = iter(InOrder([reading()], LATENESS_MS, max_held=10))  # type: ignore[list-item]
    next(stream)
    assert taken == 11


def test_a_click_is_of_the_newest_list_of_its_item() -> None:
    log = [shown("a", 0, [1, 2]), shown("b", 1, [2, 3]), click("c", 2, 2), click("d", 2, 1)]
    assert labels(*log) == {"a": [1, 0], "b": [1, 0]}


def test_a_click_that_names_its_list_is_of_no_other() -> None:
    log = [
        shown("a", 0, [1, 2], made="x"),
        shown("b", 1, [1, 2], made="y"),
        click("c", 2, 1, made="x"),
        click("d", 2, 2, made="z"),
    ]
    assert labels(*log) == {"a": [1, 0], "b": [0, 0]}


@pytest.mark.parametrize(("minute", "label"), [(30, 1.0), (30.01, 0.0)])
def test_a_list_waits_half_an_hour_for_clicks(minute: float, label: float) -> None:
    assert labels(shown("a", 0, [1]), click("c", minute, 1)) == {"a": [label]}


def test_a_click_of_another_user_is_no_click() -> None:
    assert labels(shown("a", 0, [1]), click("c", 1, 1, user="eve")) == {"a": [0]}


def test_a_list_does_not_know_what_happens_at_its_own_moment() -> None:
    log = ordered([click("a", 0, 1), shown("b", 0, [1])])
    (one,) = replayed(log)
    assert (one.signals, one.item_clicks.tolist(), one.labels.tolist()) == (0, [0], [1])


def test_a_list_sent_twice_is_one_list() -> None:
    assert labels(shown("a", 0, [1]), shown("a", 0, [1]), shown("a", 1, [1])) == {"a": [0]}


def test_of_too_many_open_lists_the_oldest_is_closed_early() -> None:
    log = [shown(f"s{n}", n, [1], user=f"u{n}") for n in range(4)]
    found = replayed([*log, click("c", 5, 1, user="u0")], ReplayOptions(max_pending=2))
    assert [one.labels.tolist() for one in found] == [[0]] * 4


def test_of_too_many_users_half_are_forgotten_whole() -> None:
    users = [f"u{n}" for n in range(64)]
    log = [
        *(click(f"c{n}", 0, 1, user=user) for n, user in enumerate(users)),
        *(shown(f"s{n}", 1, [1], user=user) for n, user in enumerate(users)),
    ]
    found = replayed(ordered(log), ReplayOptions(max_users=40))
    assert 20 <= len(found) < 45
    assert {one.signals for one in found} == {1}
    # Popularity is that of all users.
    assert found[0].item_clicks[0] == pytest.approx(64, rel=1e-3)


def test_where_only_clicks_are_sent_each_makes_a_list_with_others() -> None:
    found = replayed([click(f"c{n}", n, n % ITEMS) for n in range(60)], CLICKS_ONLY)
    assert len(found) == 60
    assert (found[0].signals, found[0].item_clicks.sum()) == (0, 0)
    for n, one in enumerate(found):
        assert one.labels[one.items.tolist().index(n % ITEMS)] == 1
        assert len(set(one.items.tolist())) == len(one.items) == 4
    # The clicked item has no place of its own.
    assert len({int(one.labels.argmax()) for one in found}) > 1
