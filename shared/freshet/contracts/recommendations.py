"""The answer: a personal list, with how it came about."""

from typing import Annotated, Literal

import msgspec

from freshet.contracts.derived import MAX_SEARCH, Cause, ItemId, SignalKind, TagName
from freshet.contracts.envelope import Count, Identifier, Message, Whole
from freshet.contracts.inputs import MAX_ITEMS, MAX_QUERY

#: Reasons of an item, interests of a list, and tags of a search, at most.
MAX_REASONS = 3
MAX_INTERESTS = 8
MAX_INTENT_TAGS = 5

#: What is said again of a search with what answers it.
Search = Annotated[str, msgspec.Meta(max_length=MAX_SEARCH)]

#: personalised: an interest was found; explore: there are acts, but none was found; trending: no
#: act speaks for anything, but others' acts are known; cold_start: nothing is known.
Strategy = Literal["personalised", "explore", "trending", "cold_start"]

#: What decided the strategy. Of personalised: `interest`, acts agree on a tag; `intent`, they do
#: not, but the user is searching for something that there is; `content`, the items acted on have no
#: tags, their content speaks. Of explore: `few_acts`; `no_interest`, acts have nothing in common.
#: Of trending and cold_start: `nothing_liked`, all acts speak against something; `nothing_known`,
#: there are none.
StrategyReason = Literal[
    "interest", "intent", "content", "few_acts", "no_interest", "nothing_liked", "nothing_known"
]

#: How an interest's share of the newest acts compares with its share of the acts remembered:
#: rising, at least twice as large; fading, at most half.
InterestTrend = Literal["rising", "steady", "fading"]

#: What brought a candidate: it answers the search; the user had it before (`again`); others went on
#: to it from what the user did last (`together`); its content; it is among the most clicked of an
#: hour (`trending`), a day, a week or ever; it is new; chance.
SourceName = Literal[
    "query",
    "again",
    "together",
    "similar",
    "trending",
    "popular_day",
    "popular_week",
    "popular_ever",
    "fresh",
    "explore",
]

#: Why a candidate is in the list.
ReasonKind = Literal[
    "tag",
    "because_of",
    "similar",
    "query",
    "again",
    "trending",
    "popular",
    "fresh",
    "explore",
]


class Reason(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One machine-readable reason for an item.

    Attributes:
        kind: tag (shares `tag` with the interests), because_of (others went on to it from
            `item_id`, or its content is near to it, which the user liked), similar (near the whole
            of the interests), query (near `query`), again
            (the user had it before), trending (within the hour), popular (of the
            day, the week or ever), fresh, explore.
        weight: how much of it there is; comparable within one kind only.
    """

    kind: ReasonKind
    weight: float = 0.0
    tag: TagName | None = None
    item_id: ItemId | None = None
    query: Search | None = None


class RecommendedItem(msgspec.Struct, frozen=True, kw_only=True):
    """One place of the list.

    Attributes:
        rank: from 0.
        score: the model's raw score; orders candidates.
        probability: calibrated chance of a click, 0..1.
        propensity: chance that the selector put this item at this rank, given the ranks above
            it; what off-policy estimates divide by.
        reasons: why, strongest first.
        sources: what brought it among the candidates.
    """

    item_id: Identifier
    rank: Count
    score: float
    probability: Annotated[float, msgspec.Meta(ge=0, le=1)]
    propensity: Annotated[float, msgspec.Meta(gt=0, le=1)]
    reasons: Annotated[list[Reason], msgspec.Meta(max_length=MAX_REASONS)]
    sources: Annotated[list[SourceName], msgspec.Meta(max_length=10)] = []


class Trigger(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What asked for the list.

    Attributes:
        kind: `interest` (the user's state changed) or `request` (a system asked).
        event_id: the newest event folded, or the request's event id.
        correlation_id: as the request's header carried it; its event id where it carried none.
    """

    kind: Literal["interest", "request"]
    event_id: Identifier
    correlation_id: Annotated[str, msgspec.Meta(max_length=128)] | None = None


class Evidence(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An act that an interest was found in: a user's state keeps no event ids, this names it.

    Attributes:
        kind: what it was.
        time_ms: when.
        item_id: of the item acted on; absent for a search.
        query: text of the search.
    """

    kind: SignalKind | Literal["query"]
    time_ms: Whole
    item_id: ItemId | None = None
    query: Search | None = None


class InterestUsed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An interest that was found in what the user did.

    Attributes:
        tag: its name.
        weight: in clicks of now. Liked, > 0: acts count half a week later, and half after ten
            more acts. Disliked, < 0: by time alone, as what is disliked is not shown again.
        trend: how it is moving.
        evidence: acts that speak for it (of a disliked one: against it), the strongest first, at
            most three; none where they are no longer remembered one by one.
    """

    tag: TagName
    weight: float
    trend: InterestTrend = "steady"
    evidence: Annotated[list[Evidence], msgspec.Meta(max_length=3)] = []


class Intent(msgspec.Struct, frozen=True, kw_only=True):
    """What the user is looking for right now.

    Attributes:
        query: the search, asked for with the list or made in the last half hour.
        tags: of the catalog, those that it names, the best named first; none where nothing that
            there is is called so.
    """

    query: Annotated[str, msgspec.Meta(max_length=MAX_QUERY)]
    tags: Annotated[list[TagName], msgspec.Meta(max_length=MAX_INTENT_TAGS)]


class Recommendations(Message, frozen=True, kw_only=True):
    """A personal list. `event_id` equals `recommendation_id`, so a list sent twice counts once.

    Attributes:
        recommendation_id: the same for the same user, trigger and model version.
        generated_at_ms: when it was made, by the ranker's clock.
        strategy_reason: what decided the strategy.
        model_version: of the model that scored it.
        interests: what was found in the user's acts: up to six liked, the strongest first, then
            up to two disliked.
        intent: the search that the list answers, if there is one.
        caused_at: the newest event it knows; absent for a request of an unknown user.
    """

    recommendation_id: Identifier
    user_id: Identifier
    generated_at_ms: Whole
    trigger: Trigger
    strategy: Strategy
    model_version: Annotated[str, msgspec.Meta(max_length=128)]
    interests: Annotated[list[InterestUsed], msgspec.Meta(max_length=MAX_INTERESTS)]
    items: Annotated[list[RecommendedItem], msgspec.Meta(max_length=MAX_ITEMS)]
    caused_at: Cause | None = None
    strategy_reason: StrategyReason | None = None
    intent: Intent | None = None
