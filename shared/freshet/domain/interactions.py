"""What each event of a user says of items: the one place that knows every kind of event.

A new input topic needs its message (contracts/inputs.py), its topic (contracts/registry.py), a
branch here, and the strength of each new kind (domain/interest/strength.py).
"""

from typing import NamedTuple, assert_never

from freshet.contracts.derived import SignalKind
from freshet.contracts.inputs import Cart, Click, Feedback, Impression, Query

#: Events that the fold of a user takes.
UserEvent = Click | Query | Feedback | Cart | Impression

#: Ratings (0 to 1) from which a rating counts as a like, and up to which as a dislike.
LIKED_RATING = 0.7
DISLIKED_RATING = 0.3


class Interaction(NamedTuple):
    """What a user did with an item."""

    item_id: str
    kind: SignalKind


def interactions(event: UserEvent) -> tuple[Interaction, ...]:
    """The interactions that an event reports; none for a search, or for a list that was shown.

    >>> cart = Cart(event_id="c", event_time=0, user_id="u", item_id="i", change="add")
    >>> interactions(cart)
    (Interaction(item_id='i', kind='cart_add'),)
    """
    if isinstance(event, Click):
        return (Interaction(event.item_id, "click"),)
    if isinstance(event, Feedback):
        return (Interaction(event.item_id, _judgement(event)),)
    if isinstance(event, Cart):
        kind: SignalKind = "cart_add" if event.change == "add" else "cart_remove"
        return (Interaction(event.item_id, kind),)
    if isinstance(event, Query | Impression):
        return ()
    assert_never(event)


def _judgement(feedback: Feedback) -> SignalKind:
    """What a feedback is remembered as; a rating becomes a like, a click or a dislike."""
    if feedback.kind != "rating":
        return feedback.kind
    rating = feedback.rating or 0.0
    if rating >= LIKED_RATING:
        return "like"
    return "click" if rating > DISLIKED_RATING else "dislike"
