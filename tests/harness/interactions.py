"""What users do, and what the interactions and trends services must make of it."""

import asyncio
import itertools
import random
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import msgspec

from freshet.config import ServiceConfig
from freshet.contracts.derived import ItemInteraction, ItemInteractions, Trend
from freshet.contracts.inputs import Click, Feedback, Impression
from freshet.contracts.registry import (
    CLICKS,
    FEEDBACK,
    IMPRESSIONS,
    ITEM_INTERACTIONS,
    TRENDS,
    Topic,
)
from freshet.domain.interactions import UserEvent
from freshet.domain.trends.fold import ReceivedInteraction, fold
from freshet.domain.trends.history import ReceivedEvent, follow
from freshet.kafka.topic_reader import read_partitions
from freshet.streaming.state import PartitionedState
from harness.kafka import send, uncommitted

USERS = 300
ITEMS = 60
T0 = 1_700_000_000_000

#: Each with its records.
INPUTS = (CLICKS, FEEDBACK, IMPRESSIONS)

#: Where something was told of an item: users' partition, item, topic and offset of the event.
Origin = tuple[int, str, str, int]


def happened(first: int, count: int) -> dict[Topic, list[UserEvent]]:
    """Events of all kinds; of each user either clicks or purchases, and lists that were seen.

    In which order the events of two topics are read is nobody's promise. So nobody has both.
    """
    chance = random.Random(first)
    events: dict[Topic, list[UserEvent]] = defaultdict(list)
    for n in range(first, first + count):
        number = chance.randrange(USERS)
        about: dict[str, Any] = {
            "event_id": f"e{n}",
            "event_time": T0 + n * 1_000,
            "user_id": f"user-{number}",
        }
        item = f"item-{chance.randrange(ITEMS)}"
        if n % 5 == 0:
            items = [f"item-{chance.randrange(ITEMS)}" for _ in range(6)]
            events[IMPRESSIONS].append(Impression(**about, item_ids=items))
        elif number % 3 == 0:
            events[FEEDBACK].append(Feedback(**about, item_id=item, kind="purchase"))
        else:
            events[CLICKS].append(Click(**about, item_id=item))
    return events


async def send_steadily(config: ServiceConfig, size: int, enough: asyncio.Event) -> None:
    """Send sets of so many events until it is enough."""
    for n in itertools.count():
        for topic, events in happened(n * size, size).items():
            await send(config, topic, events)
        await asyncio.sleep(0.05)
        if enough.is_set():
            return


async def all_is_counted(config: ServiceConfig) -> bool:
    """Whether both services have confirmed all that there is for them."""
    for topic in INPUTS:
        if await uncommitted(config, "interactions", topic):
            return False
    return await uncommitted(config, "trends", ITEM_INTERACTIONS) == 0


async def partitions_of(config: ServiceConfig, topic: Topic) -> dict[int, list[Any]]:
    """The records of a topic by partition, in order."""
    found: dict[int, list[Any]] = defaultdict(list)
    await read_partitions(
        config,
        config.topic(topic.name),
        range(topic.partitions),
        lambda _topic, partition, records: found[partition].extend(records),
    )
    return found


async def followed(config: ServiceConfig) -> dict[Origin, ItemInteraction]:
    """What must be told of items: one pure fold of each user's whole log."""
    users: dict[tuple[int, bytes], list[ReceivedEvent]] = defaultdict(list)
    for topic in INPUTS:
        decode: Any = msgspec.json.Decoder(topic.value).decode
        for partition, records in (await partitions_of(config, topic)).items():
            for record in records:
                users[partition, record.key].append(
                    ReceivedEvent(topic.name, record.offset, decode(record.value))
                )
    return {
        (partition, one.item_id, one.source, one.offset): one
        for (partition, _), arrived in users.items()
        for one in follow(None, arrived)[1]
    }


class Published:
    """What is in the topic `item-interactions`.

    Attributes:
        told: what was told of each item by each event, the first time.
        repeated: how much was told again.
        differing: what was told differently the second time.
        by_partition: of the items, all that was told, in order.
    """

    def __init__(self, partitions: dict[int, list[Any]]) -> None:
        self.told: dict[Origin, ItemInteraction] = {}
        self.repeated = 0
        self.differing: list[tuple[Origin, ItemInteraction]] = []
        self.by_partition: dict[int, list[ReceivedInteraction]] = defaultdict(list)
        decode = msgspec.json.Decoder(ItemInteractions).decode
        for partition, records in partitions.items():
            for record in records:
                message = decode(record.value)
                for one in message.interactions:
                    self.by_partition[partition].append(ReceivedInteraction(message.partition, one))
                    self._take((message.partition, one.item_id, one.source, one.offset), one)

    def _take(self, origin: Origin, one: ItemInteraction) -> None:
        first = self.told.setdefault(origin, one)
        self.repeated += first is not one
        if first != one:
            self.differing.append((origin, one))

    def counted(self) -> dict[tuple[int, bytes], Trend]:
        """What the trends must be, by partition and key: one pure fold of what each was told."""
        counts: dict[tuple[int, bytes], Trend] = {}
        for partition, told in self.by_partition.items():
            items: dict[str, list[ReceivedInteraction]] = defaultdict(list)
            for each in told:
                items[each.interaction.item_id].append(each)
            for item_id, theirs in items.items():
                trend = fold(None, item_id, theirs)
                assert trend is not None
                counts[partition, item_id.encode()] = trend
        return counts


async def published(config: ServiceConfig) -> Published:
    return Published(await partitions_of(config, ITEM_INTERACTIONS))


async def trends(config: ServiceConfig) -> dict[tuple[int, bytes], Trend]:
    """The counts by partition and key, as a worker's memory has them."""
    state = PartitionedState(TRENDS)
    state.begin(range(TRENDS.partitions))
    for partition, records in (await partitions_of(config, TRENDS)).items():
        state.load(TRENDS.name, partition, records)
    decode = msgspec.json.Decoder(Trend).decode
    return {
        (partition, key): decode(value)
        for partition in range(TRENDS.partitions)
        for key, value in state.entries(partition)
    }


def quantile(some: Iterable[float], part: float) -> float:
    ordered = sorted(some)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]
