"""What Freshet's services make of the inputs: catalog, interests, trends, dead letters.

Every text, list and mapping has a longest length, so that `bounds` can say how large a record can
become. Where they are made they are shorter, or cut.
"""

from typing import Annotated, Literal

import msgspec

from freshet.contracts.envelope import (
    FIRST_MS,
    LATEST_MS,
    MAX_KEY_BYTES,
    Count,
    Identifier,
    Message,
    Whole,
)
from freshet.contracts.inputs import MAX_CATEGORY

Weight = Annotated[float, msgspec.Meta(ge=-1e6, le=1e6)]
Milliseconds = Annotated[int, msgspec.Meta(ge=0, le=LATEST_MS)]

#: A sum of what fades.
Decayed = Annotated[float, msgspec.Meta(ge=0, le=1e12)]

#: An interest tag, a model's or space's name, a content vector of any space, an item in a column.
TagName = Annotated[str, msgspec.Meta(max_length=64)]
Name = Annotated[str, msgspec.Meta(max_length=300)]
Vector = Annotated[bytes, msgspec.Meta(max_length=1_024)]
ItemId = Annotated[str, msgspec.Meta(max_length=128)]

#: The last offset applied, by the registry's name of each source topic.
Applied = Annotated[
    dict[Annotated[str, msgspec.Meta(max_length=64)], Count], msgspec.Meta(max_length=16)
]

#: The same of each source and partition of users, called `topic/partition`.
AppliedByPartition = Annotated[
    dict[Annotated[str, msgspec.Meta(max_length=48)], Count], msgspec.Meta(max_length=1_024)
]

#: Acts, searches, tags and items passed over that a state holds, and characters of a search.
MAX_ACTS = 64
MAX_SEARCHES = 8
MAX_SEARCH = 200
MAX_WEIGHTS = 48
MAX_PASSED = 64

#: Numeric attributes of an item.
MAX_NUMBERS = 16

#: Of a refused record's value this much is kept, and this much is said of it.
MAX_LETTER_BYTES = 256 * 1024
MAX_DETAIL = 1_000

#: What a remembered item was to the user. A rating is remembered as like, dislike or click,
#: whichever its value is nearest to.
SignalKind = Literal[
    "click",
    "like",
    "dislike",
    "dismiss",
    "purchase",
    "hide",
    "cart_add",
    "cart_remove",
]


class CatalogItem(Message, frozen=True, kw_only=True):
    """An item as the services understand it. A record without a value withdraws it.

    Attributes:
        tags: interest tags, strongest first; one name for each thing, whatever items call it.
        aliases: other names for the tags, in English and Chinese: what a search may say.
        tagged_by: the language model that found the tags; empty for the embedded understanding.
        embedding: content vector, unit length, little-endian float16, base64 in JSON.
        embedding_version: names the space: vectors compare within one version only.
        embeddings: content vectors in other spaces, by their versions: what is switched to, and
            what is switched from.
        content_hash: of what was understood; an item sent again unchanged costs nothing.
        tokens: buckets of the first 48 words of title, tags and text, little-endian uint16,
            base64 in JSON; what models that read words are given.
        numbers: attributes that are finite numbers, at most 16; what models that read numbers
            are given.
        published_ms: when it became available; negative before 1970.
    """

    item_id: Identifier
    title: Annotated[str, msgspec.Meta(max_length=1_000)]
    tags: Annotated[list[TagName], msgspec.Meta(max_length=64)]
    aliases: Annotated[dict[Name, TagName], msgspec.Meta(max_length=64)] = {}
    tagged_by: Name = ""
    embedding: Vector
    embedding_version: Name
    embeddings: Annotated[dict[Name, Vector], msgspec.Meta(max_length=4)] = {}
    content_hash: Annotated[str, msgspec.Meta(max_length=64)]
    tokens: Annotated[bytes, msgspec.Meta(max_length=256)] = b""
    numbers: Annotated[dict[TagName, float], msgspec.Meta(max_length=MAX_NUMBERS)] = {}
    published_ms: Annotated[int, msgspec.Meta(ge=FIRST_MS, le=LATEST_MS)]
    category: Annotated[str, msgspec.Meta(max_length=MAX_CATEGORY)] | None = None
    language: Annotated[str, msgspec.Meta(max_length=35)] | None = None
    available: bool = True

    def vector(self, version: str) -> bytes:
        """The content vector in a space; empty where there is none."""
        if version == self.embedding_version:
            return self.embedding
        return self.embeddings.get(version, b"")


class Recent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The last acts on items, oldest first, as columns: small to send and quick to read.

    Attributes:
        items: the item of each act.
        kinds: what it was.
        times_ms: when.
    """

    items: Annotated[list[ItemId], msgspec.Meta(max_length=MAX_ACTS)] = []
    kinds: Annotated[list[SignalKind], msgspec.Meta(max_length=MAX_ACTS)] = []
    times_ms: Annotated[list[Whole], msgspec.Meta(max_length=MAX_ACTS)] = []

    def __len__(self) -> int:
        return len(self.items)


class RecentQuery(msgspec.Struct, array_like=True, frozen=True):
    """One remembered search: `[text, time_ms]`."""

    text: Annotated[str, msgspec.Meta(max_length=MAX_SEARCH)]
    time_ms: Whole


class Cause(msgspec.Struct, frozen=True, kw_only=True):
    """The newest event that a message knows about, so that anyone can compute freshness.

    Attributes:
        event_id: that event.
        event_time_ms: when it happened, by its producer's clock.
        broker_time_ms: when the broker took it.
    """

    event_id: Identifier
    event_time_ms: Milliseconds
    broker_time_ms: Milliseconds


class Counters(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How many events of each kind were folded into a user's state, ever."""

    clicks: Count = 0
    queries: Count = 0
    feedback: Count = 0
    impressions: Count = 0
    carts: Count = 0


class Interests(Message, frozen=True, kw_only=True, omit_defaults=True):
    """What a user likes now: bounded by construction, and the fold's whole memory.

    Attributes:
        recent: the last acts on items, oldest first.
        queries: the last searches, oldest first.
        tags: strongest interest tags, liked (weight > 0) and disliked (< 0), in thousandths of
            a click at `tags_epoch_ms`: an act counts 2 ** (its time after the epoch / half-life)
            times its strength, so that older weights need no touch to decay.
        tags_epoch_ms: the time in whose measure the tags' weights are.
        slow_vector: content of what left `recent`, decayed: little-endian float16, then four bytes
            that mark its space, base64.
        slow_time_ms: the time that `slow_vector` is as of.
        passed: items shown lately that the user did not act on, oldest first, each once.
        acted: false where nothing but impressions came since the state before: no reason for a
            new list.
        counters: events folded, by kind.
        applied: for each source topic, the last offset folded (of the partition of this key).
        seen: digests (8 bytes each) of the last event ids, against events sent twice.
        caused_at: the newest event known; of a user who was only shown something, the first
            impression.
    """

    user_id: Identifier
    caused_at: Cause
    recent: Recent = Recent()
    queries: Annotated[list[RecentQuery], msgspec.Meta(max_length=MAX_SEARCHES)] = []
    tags: Annotated[dict[TagName, Whole], msgspec.Meta(max_length=MAX_WEIGHTS)] = {}
    tags_epoch_ms: Milliseconds = 0
    slow_vector: Vector = b""
    slow_time_ms: Whole = 0
    passed: Annotated[list[ItemId], msgspec.Meta(max_length=MAX_PASSED)] = []
    acted: bool = True
    counters: Counters = Counters()
    applied: Applied = {}
    seen: Annotated[bytes, msgspec.Meta(max_length=128)] = b""


class History(Message, frozen=True, kw_only=True):
    """The items that a user interacted with last: the memory of the interactions service.

    Attributes:
        items: each once, the one of the newest interaction last.
        counted_ms: when each was counted for this user the last time.
        applied: for each source topic, the last offset folded (of the partition of this key).
    """

    user_id: Identifier
    items: Annotated[list[Identifier], msgspec.Meta(max_length=32)] = []
    counted_ms: Annotated[list[Milliseconds], msgspec.Meta(max_length=32)] = []
    applied: Applied = {}

    def __post_init__(self) -> None:
        """Refuse columns that do not belong together.

        Raises:
            ValueError: there are more of the one than of the other.
        """
        if len(self.items) != len(self.counted_ms):
            raise ValueError(f"{len(self.items)} items with {len(self.counted_ms)} times")


class ItemInteraction(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """What one event of one user says of one item.

    Attributes:
        item_id: the item.
        source: the topic of the event.
        offset: of the event in the partition of the user.
        time_ms: when it happened.
        clicks: users who interacted with the item, 0 or 1.
        impressions: times that it was shown, 0 or 1.
        next_id: an item that the user interacted with soon after this one; empty for none.
        weight: 1 / how many interactions later that was.
    """

    item_id: Identifier
    source: Annotated[str, msgspec.Meta(min_length=1, max_length=32)]
    offset: Count
    time_ms: Milliseconds
    clicks: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.0
    impressions: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.0
    next_id: Annotated[str, msgspec.Meta(max_length=128)] = ""
    weight: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.0


class ItemInteractions(Message, frozen=True, kw_only=True):
    """What the events of one partition of users say of items of one partition of items.

    Attributes:
        partition: of the users.
        interactions: in the order of the events' offsets.
    """

    partition: Count
    interactions: Annotated[list[ItemInteraction], msgspec.Meta(min_length=1, max_length=256)]


class Neighbours(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The items that users interact with most often soon after an item, as columns.

    Attributes:
        items: of the neighbours, in no order.
        weights: decayed counts of each.
        total: the same of all items that ever followed.
        as_of_ms: the time that these are as of. That an item is clicked or shown does not change
            it: who knows a table of the same time knows this one.
    """

    items: Annotated[list[Identifier], msgspec.Meta(max_length=64)] = []
    weights: Annotated[list[Decayed], msgspec.Meta(max_length=64)] = []
    total: Decayed = 0.0
    as_of_ms: Milliseconds = 0

    def __post_init__(self) -> None:
        """Refuse columns that do not belong together.

        Raises:
            ValueError: there are more of the one than of the other.
        """
        if len(self.items) != len(self.weights):
            raise ValueError(f"{len(self.items)} items with {len(self.weights)} weights")


class Trend(Message, frozen=True, kw_only=True, omit_defaults=True):
    """How many users interact with an item, how often it is shown, and what they do next.

    Counts are decayed, each with the half-life in its name, as of `as_of_ms`. A user counts once a
    day for an item, and an item that follows another once for as long as both are remembered.

    Attributes:
        clicks_hour, clicks_day, clicks_week, clicks_ever: users who interacted with it.
        impressions_week: times shown.
        neighbours: what they interacted with next.
        as_of_ms: the time that the counts of this item are as of.
        applied: the last offset folded of each source, called `topic/partition`.
    """

    item_id: Identifier
    clicks_hour: Decayed = 0.0
    clicks_day: Decayed = 0.0
    clicks_week: Decayed = 0.0
    clicks_ever: Decayed = 0.0
    impressions_week: Decayed = 0.0
    neighbours: Neighbours = Neighbours()
    as_of_ms: Milliseconds = 0
    applied: AppliedByPartition = {}


DeadLetterReason = Literal[
    "not_json",
    "schema",
    "schema_version",
    "too_large",
    "key_mismatch",
    "missing_value",
]


class DeadLetter(Message, frozen=True, kw_only=True):
    """A record that can never be processed, whole, with the reason.

    Attributes:
        topic, partition, offset: where it was read; the offset is -1 if it was found in a
            service's memory.
        key, value: its raw bytes, base64 in JSON (`key` is cut at 1 KiB, `value` at 256 KiB).
        reason: one of a fixed set of codes.
        detail: what exactly was wrong.
        service: who refused it.
    """

    topic: Annotated[str, msgspec.Meta(max_length=64)]
    partition: Whole
    offset: Whole
    key: Annotated[bytes, msgspec.Meta(max_length=MAX_KEY_BYTES)] | None
    value: Annotated[bytes, msgspec.Meta(max_length=MAX_LETTER_BYTES)] | None
    reason: DeadLetterReason
    detail: Annotated[str, msgspec.Meta(max_length=MAX_DETAIL)]
    service: Annotated[str, msgspec.Meta(max_length=64)]
