"""The answer: a personal list, with how it came about."""

from typing import Annotated, Literal

import msgspec

from freshet.contracts.derived import Cause
from freshet.contracts.envelope import Identifier, Message

#: personalised: interests known; explore: few signals yet; trending: none, but others' acts
#: are known; cold_start: nothing is known.
Strategy = Literal["personalised", "explore", "trending", "cold_start"]

#: Where a candidate came from, and so why it is in the list.
ReasonKind = Literal["tag", "because_of", "similar", "query", "trending", "fresh", "explore"]


class Reason(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One machine-readable reason for an item.

    Attributes:
        kind: tag (shares `tag` with the interests), because_of (near `item_id`, which the user
            liked), similar (near the whole of the interests), query (near `query`), trending,
            fresh, explore.
        weight: how much of it there is; comparable within one kind only.
    """

    kind: ReasonKind
    weight: float = 0.0
    tag: str | None = None
    item_id: str | None = None
    query: str | None = None


class RecommendedItem(msgspec.Struct, frozen=True, kw_only=True):
    """One place of the list.

    Attributes:
        rank: from 0.
        score: the model's raw score; orders candidates.
        probability: calibrated chance of a click, 0..1.
        propensity: chance that the selector put this item at this rank, given the ranks above
            it; what off-policy estimates divide by.
        reasons: why, strongest first.
    """

    item_id: Identifier
    rank: Annotated[int, msgspec.Meta(ge=0)]
    score: float
    probability: Annotated[float, msgspec.Meta(ge=0, le=1)]
    propensity: Annotated[float, msgspec.Meta(gt=0, le=1)]
    reasons: list[Reason]


class Trigger(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What asked for the list.

    Attributes:
        kind: `interest` (the user's state changed) or `request` (a system asked).
        event_id: the newest event folded, or the request's event id.
        correlation_id: as the request's header carried it; its event id where it carried none.
    """

    kind: Literal["interest", "request"]
    event_id: Identifier
    correlation_id: str | None = None


class InterestUsed(msgspec.Struct, frozen=True, kw_only=True):
    """An interest tag that the list was made with, and its weight now."""

    tag: str
    weight: float


class Recommendations(Message, frozen=True, kw_only=True):
    """A personal list. `event_id` equals `recommendation_id`, so a list sent twice counts once.

    Attributes:
        recommendation_id: the same for the same user, trigger and model version.
        generated_at_ms: when it was made, by the ranker's clock.
        model_version: of the model that scored it.
        interests: the strongest tags used, liked and disliked.
        caused_at: the newest event it knows; absent for a request of an unknown user.
    """

    recommendation_id: Identifier
    user_id: Identifier
    generated_at_ms: int
    trigger: Trigger
    strategy: Strategy
    model_version: str
    interests: list[InterestUsed]
    items: list[RecommendedItem]
    caused_at: Cause | None = None
