"""What a company's systems send: items, clicks, queries, feedback, carts, impressions, requests."""

from typing import Annotated, Literal

import msgspec

from freshet.contracts.envelope import (
    EARLIEST_MS,
    LATEST_MS,
    AnyTime,
    Identifier,
    Message,
    to_ms,
)

Tag = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]

#: The longest category, search and list.
MAX_CATEGORY = 128
MAX_QUERY = 1_000
MAX_ITEMS = 100

Attribute = str | float | bool | list[str]

#: What a user can say about an item beyond a click.
FeedbackKind = Literal["like", "dislike", "rating", "dismiss", "purchase", "hide"]

#: What can happen between a user's cart and an item.
CartChange = Literal["add", "remove"]


class Item(Message, frozen=True, kw_only=True):
    """Something that can be recommended. A record without a value withdraws the item.

    Attributes:
        title: what a person reads first.
        text: description, any language; data, never an instruction.
        tags: the producer's own words for it, strongest first.
        category: one coarse shelf, used by filters.
        language: BCP 47 code; found from the text where absent.
        published_at: when it became available, from the year 1 to 2100; `event_time` where absent.
            A number of milliseconds before 1970 is negative.
        available: false keeps the item known (history) but never recommended.
        attributes: anything else worth keeping. Numbers among them can be learned from: send what
            is known of most items, such as a price or a length.
    """

    item_id: Identifier
    title: Annotated[str, msgspec.Meta(max_length=1_000)]
    text: Annotated[str, msgspec.Meta(max_length=100_000)] = ""
    tags: Annotated[list[Tag], msgspec.Meta(max_length=64)] = []
    category: Annotated[str, msgspec.Meta(max_length=MAX_CATEGORY)] | None = None
    language: Annotated[str, msgspec.Meta(max_length=35)] | None = None
    published_at: AnyTime | None = None
    available: bool = True
    attributes: Annotated[dict[str, Attribute], msgspec.Meta(max_length=64)] = {}

    def __post_init__(self) -> None:
        published = self.published_at
        if published is None:
            return
        if to_ms(published) > LATEST_MS:
            raise ValueError("`published_at` is after the year 2100")
        # Of early 1970 as milliseconds, of 1973 to 2100 as seconds: the latter is meant.
        if isinstance(published, int) and EARLIEST_MS // 1000 <= published <= LATEST_MS // 1000:
            raise ValueError(
                "`published_at` is in milliseconds; are these seconds? A time in early 1970 is"
                " given as a text"
            )


class Click(Message, frozen=True, kw_only=True):
    """A user opened an item.

    Attributes:
        recommendation_id: the list it was clicked in, if Freshet made that list.
        position: rank in that list, from 0.
        dwell_ms: how long it was looked at, where known.
    """

    user_id: Identifier
    item_id: Identifier
    session_id: Identifier | None = None
    recommendation_id: Identifier | None = None
    position: Annotated[int, msgspec.Meta(ge=0, le=100_000)] | None = None
    dwell_ms: Annotated[int, msgspec.Meta(ge=0)] | None = None


class Query(Message, frozen=True, kw_only=True):
    """A user searched: `text` as typed."""

    user_id: Identifier
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_QUERY)]
    session_id: Identifier | None = None


class Feedback(Message, frozen=True, kw_only=True):
    """A user judged an item.

    Attributes:
        kind: like, dislike, rating, dismiss ("not now"), purchase or hide ("never again").
        rating: 0 (worst) to 1 (best); needed by `rating`, absent otherwise.
    """

    user_id: Identifier
    item_id: Identifier
    kind: FeedbackKind
    rating: Annotated[float, msgspec.Meta(ge=0, le=1)] | None = None
    recommendation_id: Identifier | None = None

    def __post_init__(self) -> None:
        if (self.kind == "rating") != (self.rating is not None):
            raise ValueError("`rating` goes with kind 'rating', and only with it")


class Cart(Message, frozen=True, kw_only=True):
    """A user put an item into the cart, or took it out.

    Attributes:
        change: "add" or "remove". A purchase is a feedback, not a removal.
        recommendation_id: the list it was found in, if Freshet made that list.
    """

    user_id: Identifier
    item_id: Identifier
    change: CartChange
    recommendation_id: Identifier | None = None


class Impression(Message, frozen=True, kw_only=True):
    """A user saw a list: `item_ids` in the order shown, from the top."""

    user_id: Identifier
    item_ids: Annotated[list[Identifier], msgspec.Meta(min_length=1, max_length=500)]
    recommendation_id: Identifier | None = None
    session_id: Identifier | None = None


#: What becomes of items that the user has interacted with lately.
Seen = Literal["exclude", "allow", "again"]


class Request(Message, frozen=True, kw_only=True):
    """A system asks for a list now; the answer carries this `event_id` in its trigger.

    Attributes:
        count: how many items.
        exclude: item ids never to be in the answer.
        category: only items of this category.
        query: what the user is looking for right now.
        seen: of what the user has interacted with lately: `exclude` keeps it out, `allow` lets it
            come again where the user is likely to, `again` gives nothing else, as for "buy again".
            As the ranker's setting says, if absent. What was disliked stays out.
    """

    user_id: Identifier
    count: Annotated[int, msgspec.Meta(ge=1, le=MAX_ITEMS)] = 10
    exclude: Annotated[list[Identifier], msgspec.Meta(max_length=500)] = []
    category: Annotated[str, msgspec.Meta(max_length=MAX_CATEGORY)] | None = None
    query: Annotated[str, msgspec.Meta(max_length=MAX_QUERY)] | None = None
    seen: Seen | None = None
