"""The topics: one list in code, from which creation, documents and tests are made."""

from dataclasses import dataclass
from typing import Literal

from freshet.contracts.derived import (
    CatalogItem,
    DeadLetter,
    History,
    Interests,
    ItemInteractions,
    Trend,
)
from freshet.contracts.envelope import Message
from freshet.contracts.inputs import Cart, Click, Feedback, Impression, Item, Query, Request
from freshet.contracts.models import ModelRecord
from freshet.contracts.narratives import Narrative
from freshet.contracts.recommendations import Recommendations

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS

#: All topics of users and items have the same count, so that a user's events and state share a
#: partition number and one worker owns them together. A deployment chooses its count once.
PARTITIONS = 8


#: What Kafka takes by default, a batch of records with its framing.
MAX_MESSAGE_BYTES = 1_048_588


@dataclass(frozen=True, kw_only=True)
class Topic:
    """A topic as data.

    Attributes:
        name: as on the broker, without a deployment's prefix.
        value: the Struct of its values.
        key: the field of the value that is the record's key; None where the key is opaque.
        meaning: one sentence for the documents.
        producers, consumers: who writes and reads it; "yours" is the company's own systems.
        cleanup: "compact" keeps the newest record of each key for ever, "delete" keeps all
            records for `retention_ms`.
        retention_ms: how long records are kept, where `cleanup` is "delete".
        tombstones: whether a record without a value means something.
        max_message_bytes: the largest batch of records that it takes; `bounds` proves that what
            Freshet publishes is smaller.
    """

    name: str
    value: type[Message]
    key: Literal["user_id", "item_id", "model"] | None
    meaning: str
    producers: tuple[str, ...]
    consumers: tuple[str, ...]
    cleanup: Literal["compact", "delete"] = "delete"
    retention_ms: int = 7 * DAY_MS
    partitions: int = PARTITIONS
    tombstones: bool = False
    max_message_bytes: int = MAX_MESSAGE_BYTES

    @property
    def is_input(self) -> bool:
        """Whether a company's own systems write it."""
        return "yours" in self.producers

    def partitions_of(self, count: int) -> int:
        """How many partitions it has where the topics of users and items have `count`."""
        return count if self.partitions > 1 else 1


ITEMS = Topic(
    name="items",
    value=Item,
    key="item_id",
    meaning="What can be recommended; a record without a value withdraws an item.",
    producers=("yours", "simulator"),
    consumers=("catalog", "narrator"),
    cleanup="compact",
    tombstones=True,
)
CLICKS = Topic(
    name="clicks",
    value=Click,
    key="user_id",
    meaning="A user opened an item.",
    producers=("yours", "simulator"),
    consumers=("interests", "interactions", "trainer"),
)
QUERIES = Topic(
    name="queries",
    value=Query,
    key="user_id",
    meaning="A user searched.",
    producers=("yours", "simulator"),
    consumers=("interests", "trainer"),
)
FEEDBACK = Topic(
    name="feedback",
    value=Feedback,
    key="user_id",
    meaning="A user judged an item.",
    producers=("yours", "simulator"),
    consumers=("interests", "interactions", "trainer"),
)
CARTS = Topic(
    name="carts",
    value=Cart,
    key="user_id",
    meaning="A user put an item into the cart, or took it out.",
    producers=("yours", "simulator"),
    consumers=("interests", "interactions", "trainer"),
)
IMPRESSIONS = Topic(
    name="impressions",
    value=Impression,
    key="user_id",
    meaning="A user saw a list of items.",
    producers=("yours", "simulator"),
    consumers=("interests", "interactions", "trainer"),
)
REQUESTS = Topic(
    name="requests",
    value=Request,
    key="user_id",
    meaning="A system asks for a list for a user now.",
    producers=("yours", "simulator"),
    consumers=("ranker",),
    retention_ms=HOUR_MS,
)
CATALOG = Topic(
    name="catalog",
    value=CatalogItem,
    key="item_id",
    meaning="Every item as Freshet understands it: tags, embedding, language.",
    producers=("catalog",),
    consumers=("catalog", "interests", "ranker", "trainer"),
    cleanup="compact",
    tombstones=True,
)
INTERESTS = Topic(
    name="interests",
    value=Interests,
    key="user_id",
    meaning="What each user likes now; the state of the interests service.",
    producers=("interests",),
    consumers=("interests", "ranker"),
    cleanup="compact",
    tombstones=True,
)
HISTORIES = Topic(
    name="histories",
    value=History,
    key="user_id",
    meaning="Which items each user interacted with last; the state of the interactions service.",
    producers=("interactions",),
    consumers=("interactions",),
    cleanup="compact",
    tombstones=True,
)
ITEM_INTERACTIONS = Topic(
    name="item-interactions",
    value=ItemInteractions,
    key=None,
    meaning="What users did, by partition of the items: clicks, impressions, what followed what.",
    producers=("interactions",),
    consumers=("trends",),
)
TRENDS = Topic(
    name="item-trends",
    value=Trend,
    key="item_id",
    meaning="How much each item is clicked and shown, and what users click next.",
    producers=("trends",),
    consumers=("trends", "ranker"),
    cleanup="compact",
    tombstones=True,
)
RECOMMENDATIONS = Topic(
    name="recommendations",
    value=Recommendations,
    key="user_id",
    meaning="Personal lists, with how each came about.",
    producers=("ranker",),
    consumers=("yours", "narrator", "simulator", "trainer"),
    retention_ms=DAY_MS,
)
NARRATIVES = Topic(
    name="narratives",
    value=Narrative,
    key="user_id",
    meaning="Texts for people: title, pitch and reason of what a list begins with.",
    producers=("narrator",),
    consumers=("yours",),
    retention_ms=DAY_MS,
)
MODELS = Topic(
    name="models",
    value=ModelRecord,
    key="model",
    meaning="Model versions: where each is, what it may do, and why.",
    producers=("trainer", "freshet models"),
    consumers=("ranker", "trainer", "freshet models"),
    cleanup="compact",
    # One partition: which champion is the newest is a matter of order.
    partitions=1,
    tombstones=True,
)
DEAD_LETTERS = Topic(
    name="dead-letters",
    value=DeadLetter,
    key=None,
    meaning="Records that can never be processed, whole, with the reason.",
    producers=("catalog", "interactions", "interests", "narrator", "ranker", "trends"),
    consumers=("freshet dead-letters",),
    retention_ms=14 * DAY_MS,
    partitions=1,
)

TOPICS: tuple[Topic, ...] = (
    ITEMS,
    CLICKS,
    QUERIES,
    FEEDBACK,
    CARTS,
    IMPRESSIONS,
    REQUESTS,
    CATALOG,
    INTERESTS,
    HISTORIES,
    ITEM_INTERACTIONS,
    TRENDS,
    RECOMMENDATIONS,
    NARRATIVES,
    MODELS,
    DEAD_LETTERS,
)

_BY_VALUE = {topic.value: topic for topic in TOPICS}


def topic_of(message: Message) -> Topic:
    """The topic that a message belongs on."""
    return _BY_VALUE[type(message)]
