"""What can be done for a user: it depends on how much is known."""

from freshet.contracts.recommendations import Strategy

#: Fewer acts than this say too little: the list tries more.
FEW_SIGNALS = 3

#: How much more a list explores for a user who is hardly known.
EXPLORE_FACTOR = 4.0


def strategy_of(signals: int, anything_popular: bool) -> Strategy:
    """The strategy for a user with so many acts that speak for something."""
    if signals >= FEW_SIGNALS:
        return "personalised"
    if signals:
        return "explore"
    return "trending" if anything_popular else "cold_start"


def exploration_of(strategy: Strategy, base: float) -> float:
    """The chance of an exploring pick at each rank."""
    return base if strategy == "personalised" else min(1.0, EXPLORE_FACTOR * base)
