"""What each kind of event says of items; every topic of user events is known here."""

from typing import Any, cast, get_args

import pytest

from freshet.contracts.derived import SignalKind
from freshet.contracts.inputs import Cart, Click, Feedback, FeedbackKind, Impression, Query
from freshet.contracts.registry import CLICKS, QUERIES, TOPICS, topic_of
from freshet.domain.interactions import Interaction, UserEvent, interactions
from freshet.domain.interest.strength import STRENGTH

BASE: dict[str, Any] = {"event_id": "e", "event_time": 1_700_000_000_000, "user_id": "ada"}


def feedback(kind: str, rating: float | None = None) -> Feedback:
    return Feedback(**BASE, item_id="i", kind=cast(Any, kind), rating=rating)


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        (Click(**BASE, item_id="i"), "click"),
        (Cart(**BASE, item_id="i", change="add"), "cart_add"),
        (Cart(**BASE, item_id="i", change="remove"), "cart_remove"),
        *((feedback(kind), kind) for kind in get_args(FeedbackKind) if kind != "rating"),
        (feedback("rating", 0.0), "dislike"),
        (feedback("rating", 0.3), "dislike"),
        (feedback("rating", 0.31), "click"),
        (feedback("rating", 0.69), "click"),
        (feedback("rating", 0.7), "like"),
        (feedback("rating", 1.0), "like"),
    ],
)
def test_an_event_on_an_item_is_one_interaction(event: UserEvent, kind: SignalKind) -> None:
    assert interactions(event) == (Interaction("i", kind),)


def test_searches_and_shown_lists_are_none() -> None:
    assert interactions(Query(**BASE, text="sea")) == ()
    assert interactions(Impression(**BASE, item_ids=["i"])) == ()


def test_every_kind_has_a_strength() -> None:
    assert set(STRENGTH) == set(get_args(SignalKind))
    assert [kind for kind, strength in STRENGTH.items() if strength < 0] == [
        *("cart_remove", "dismiss", "dislike", "hide")
    ]
    assert STRENGTH["click"] < STRENGTH["like"] == STRENGTH["cart_add"] < STRENGTH["purchase"]


def test_every_topic_of_what_users_do_is_a_user_event() -> None:
    sent_by_users = {
        topic.value
        for topic in TOPICS
        if topic.is_input and topic.key == "user_id" and topic.name != "requests"
    }
    assert sent_by_users == set(get_args(UserEvent))


def test_a_message_belongs_on_its_own_topic() -> None:
    assert topic_of(Click(**BASE, item_id="i")) is CLICKS
    assert topic_of(Query(**BASE, text="sea")) is QUERIES
    assert len({topic.value for topic in TOPICS}) == len(TOPICS)
