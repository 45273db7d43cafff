"""What can be done for a user: it depends on what was found in what they did."""

from collections.abc import Sequence

from freshet.contracts.recommendations import InterestUsed, Strategy, StrategyReason

#: Fewer interactions than this say too little: the list tries more.
FEW_SIGNALS = 3

#: An interest is found where at least two interactions agree, and weigh as much together as so many
#: clicks of now. Of such, in the simulator, four in five are true; of others, one in two.
FOUND_WEIGHT = 1.5
FOUND_ACTS = 2


def strategy_of(
    interests: Sequence[InterestUsed],
    *,
    searching: bool,
    signals: int,
    acted: bool,
    anything_popular: bool,
) -> tuple[Strategy, StrategyReason]:
    """The strategy for a user, and what decided it.

    Args:
        interests: that were mined, the strongest first.
        searching: whether the user is looking for something that there is.
        signals: interactions that speak for something.
        acted: whether the user did anything that is remembered.
        anything_popular: whether it is known what others did.
    """
    strategy, reason = _by_acts(interests, signals, acted, anything_popular)
    if searching and strategy != "personalised":
        return "personalised", "intent"
    return strategy, reason


def _by_acts(
    interests: Sequence[InterestUsed], signals: int, acted: bool, anything_popular: bool
) -> tuple[Strategy, StrategyReason]:
    if not signals:
        strategy: Strategy = "trending" if anything_popular else "cold_start"
        return strategy, "nothing_liked" if acted else "nothing_known"
    if signals < FEW_SIGNALS:
        return "explore", "few_acts"
    liked = [one for one in interests if one.weight > 0]
    if not liked:
        return "personalised", "content"
    found = any(one.weight >= FOUND_WEIGHT and len(one.evidence) >= FOUND_ACTS for one in liked)
    return ("personalised", "interest") if found else ("explore", "no_interest")
