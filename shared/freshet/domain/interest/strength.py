"""How much each act says about what a user likes."""

from collections.abc import Mapping

from freshet.contracts.derived import SignalKind
from freshet.contracts.inputs import Feedback

#: A click is the unit. Negative acts push away; "not now" far less than "never again".
STRENGTH: Mapping[SignalKind, float] = {
    "click": 1.0,
    "like": 2.0,
    "purchase": 3.0,
    "dismiss": -0.5,
    "dislike": -2.0,
    "hide": -3.0,
}

#: A search says more than a click: the user spelled the interest out.
QUERY_STRENGTH = 1.5


def signal_kind(feedback: Feedback) -> SignalKind:
    """What a feedback is remembered as; a rating becomes like, click or dislike."""
    if feedback.kind != "rating":
        return feedback.kind
    rating = feedback.rating or 0.0
    if rating >= 0.7:
        return "like"
    return "click" if rating > 0.3 else "dislike"
