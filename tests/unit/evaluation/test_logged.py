"""Lists with their propensities, joined with what was seen and clicked."""

import numpy as np

from freshet.contracts.inputs import Click, Impression
from freshet.contracts.recommendations import Recommendations, RecommendedItem, Trigger
from freshet.domain.evaluation.logged import Logged, logged_lists


def made(list_id: str, *propensities: float, user: str = "u") -> Recommendations:
    return Recommendations(
        event_id=list_id,
        event_time=1,
        recommendation_id=list_id,
        user_id=user,
        generated_at_ms=1,
        trigger=Trigger(kind="request", event_id="r"),
        strategy="personalised",
        model_version="m@1",
        interests=[],
        items=[
            RecommendedItem(
                item_id=f"i{rank}",
                rank=rank,
                score=0.0,
                probability=0.1 * (rank + 1),
                propensity=one,
                reasons=[],
            )
            for rank, one in enumerate(propensities)
        ],
    )


def seen(list_id: str | None, *items: str, user: str = "u") -> Impression:
    return Impression(
        event_id=f"s-{list_id}-{user}",
        event_time=2,
        user_id=user,
        item_ids=list(items),
        recommendation_id=list_id,
    )


def click(list_id: str | None, item: str, user: str = "u") -> Click:
    return Click(
        event_id=f"c-{list_id}-{item}-{user}",
        event_time=3,
        user_id=user,
        item_id=item,
        recommendation_id=list_id,
    )


def joined(
    lists: list[Recommendations], impressions: list[Impression], clicks: list[Click]
) -> Logged:
    return logged_lists(lists, impressions, clicks, depth=3)


def test_a_list_counts_as_far_as_it_was_shown_as_it_was_made() -> None:
    lists = [made("a", 0.9, 0.1, 0.8, 0.7), made("b", 0.9, 0.8)]
    log = joined(
        lists,
        [seen("a", "i0", "i1", "i2", "i3"), seen("b", "i0", "other", "i1")],
        [click("a", "i1"), click("a", "i3"), click("b", "i1")],
    )
    assert log.there.tolist() == [[True, True, True], [True, False, False]]
    assert log.propensity.tolist() == [[0.9, 0.1, 0.8], [0.9, 1.0, 1.0]]
    assert log.clicks.tolist() == [[0, 1, 0], [0, 0, 0]]
    assert log.greedy()[0].tolist() == [1, 0, 1]


def test_only_lists_that_their_own_user_saw_and_clicks_of_that_user_count() -> None:
    log = joined(
        [made("a", 0.9), made("unseen", 0.9), made("stolen", 0.9)],
        [seen("a", "i0"), seen("a", "i0"), seen("stolen", "i0", user="v"), seen(None, "i0")],
        [click("a", "i0", user="v"), click(None, "i0"), click("unseen", "i0")],
    )
    assert (len(log), log.clicks.sum()) == (1, 0)


def test_features_of_a_rank_tell_nothing_of_what_was_picked_there() -> None:
    one, other = made("a", 0.9, 0.9), made("b", 0.9, 0.9)
    other.items[1] = RecommendedItem(
        item_id="x", rank=1, score=9.0, probability=0.99, propensity=0.01, reasons=[]
    )
    log = joined([one, other], [seen("a", "i0", "i1"), seen("b", "i0", "x")], [click("b", "x")])
    assert np.array_equal(log.features[0], log.features[1])
    assert log.features[0, 1, 1] == np.float32(0.1)


def test_no_lists_make_an_empty_log() -> None:
    assert len(joined([], [], [])) == 0
