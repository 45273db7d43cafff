"""How much each interaction says about what a user likes."""

from collections.abc import Mapping

from freshet.contracts.derived import SignalKind

#: A click is the unit. Negative interactions push away; "not now" far less than "never again".
STRENGTH: Mapping[SignalKind, float] = {
    "click": 1.0,
    "like": 2.0,
    "cart_add": 2.0,
    "purchase": 3.0,
    "cart_remove": -0.5,
    "dismiss": -0.5,
    "dislike": -2.0,
    "hide": -3.0,
}

#: A search says more than a click: the user spelled the interest out.
QUERY_STRENGTH = 1.5
