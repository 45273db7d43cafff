"""Steady events of many people, and what interests and trends must make of them in the end."""

import asyncio
import math
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from aiokafka import AIOKafkaProducer

from freshet.config import ServiceConfig
from freshet.contracts.codec import decoder, encode
from freshet.contracts.derived import Interests, Trend
from freshet.contracts.inputs import Click, Feedback, Impression, Query
from freshet.contracts.registry import (
    CLICKS,
    FEEDBACK,
    IMPRESSIONS,
    INTERESTS,
    ITEM_INTERACTIONS,
    QUERIES,
    TRENDS,
    Topic,
)
from freshet.domain.applied import knowledge
from freshet.domain.interactions import UserEvent
from freshet.domain.interest.fold import Arrived
from freshet.domain.interest.fold import fold as fold_interests
from freshet.domain.trends.fold import ReceivedInteraction
from freshet.domain.trends.fold import fold as fold_trends
from freshet.kafka.topic_reader import read_partitions
from freshet.streaming.state import PartitionedState
from harness.happened import KNOWLEDGE

PEOPLE = 1_500
SOURCES = (CLICKS, QUERIES, FEEDBACK, IMPRESSIONS)

_STEP_S = 0.1
_T0 = 1_700_000_000_000

#: By partition and key.
Place = tuple[int, bytes]


def event(n: int) -> tuple[Topic, UserEvent]:
    """The n-th event; people of even numbers click and do nothing else."""
    who = n * 7919 % PEOPLE
    item_id, kind = f"item-{n % 75}", n % 10
    fields: dict[str, Any] = {"event_id": f"e{n}", "event_time": _T0 + n, "user_id": f"user-{who}"}
    if who % 2 == 0 or kind < 5:
        return CLICKS, Click(item_id=item_id, **fields)
    if kind == 5:
        return QUERIES, Query(text=f"space {n}", **fields)
    if kind == 6:
        return FEEDBACK, Feedback(item_id=item_id, kind="like", **fields)
    return IMPRESSIONS, Impression(item_ids=[item_id, f"item-{n % 7}"], **fields)


async def send_events(config: ServiceConfig, rate: int, is_over: Callable[[], bool]) -> int:
    """Send events at a steady rate until it is over; returns how many."""
    count, started = 0, time.monotonic()
    async with AIOKafkaProducer(bootstrap_servers=config.brokers, acks="all") as producer:
        while not is_over():
            wanted = int((time.monotonic() - started) * rate)
            for n in range(count, wanted):
                topic, message = event(n)
                await producer.send(
                    config.topic(topic.name), encode(message), message.user_id.encode()
                )
            count = wanted
            await asyncio.sleep(_STEP_S)
    return count


@dataclass(frozen=True)
class Found:
    """What was found of one state topic when all was over.

    Attributes:
        topic: which.
        events: what its states should have taken in between them.
        lost: what they have not.
        keys: how many states there should be.
        wrong: keys whose state, as a worker would load it, is not the fold of the log.
        wrong_last: keys of which that is true of the last record, all that compaction leaves.
        stale: records that knew less than one before them.
    """

    topic: str
    events: int
    lost: int
    keys: int
    wrong: list[bytes]
    wrong_last: list[bytes]
    stale: int

    def __str__(self) -> str:
        return (
            f"{self.topic}: {self.events} events, {self.lost} lost; {self.keys} states, "
            f"{len(self.wrong)} wrong as loaded, {len(self.wrong_last)} as compacted; "
            f"{self.stale} stale writes"
        )


async def found(config: ServiceConfig) -> list[Found]:
    """Compare every state with the fold of the logs."""
    logs = {topic.name: await log_by_partition(config, topic) for topic in SOURCES}
    told = await log_by_partition(config, ITEM_INTERACTIONS)
    return [
        _compare(
            INTERESTS,
            await log_by_partition(config, INTERESTS),
            true_interests(logs),
            _same_interests,
        ),
        _compare(TRENDS, await log_by_partition(config, TRENDS), true_trends(told), _same_trends),
    ]


#: The records of a topic, by partition.
Log = Mapping[int, Sequence[Any]]


async def log_by_partition(config: ServiceConfig, topic: Topic) -> Log:
    """All records of a topic there are now, by partition."""
    log: dict[int, list[Any]] = {}
    await read_partitions(
        config,
        config.topic(topic.name),
        range(topic.partitions),
        lambda _, partition, records: log.setdefault(partition, []).extend(records),
    )
    return log


def _events(logs: Mapping[str, Log]) -> Iterable[tuple[str, int, Any, Any]]:
    for topic in SOURCES:
        decode = decoder(topic)
        for partition, records in logs[topic.name].items():
            for record in records:
                yield topic.name, partition, record, decode(record.key, record.value)


def true_interests(logs: Mapping[str, Log]) -> dict[Place, Interests | None]:
    """The fold of each user's whole log; between topics in the order of the broker's clock."""
    users: dict[Place, list[Arrived]] = defaultdict(list)
    for source, partition, record, message in _events(logs):
        arrived = Arrived(source, record.offset, record.timestamp, message)
        users[partition, record.key].append(arrived)
    return {
        place: fold_interests(None, sorted(theirs, key=_received), KNOWLEDGE)
        for place, theirs in users.items()
    }


def _received(one: Arrived) -> int:
    return one.broker_time_ms


def true_trends(told: Log) -> dict[Place, Trend | None]:
    """The fold of all that the interactions service told of each item."""
    decode = decoder(ITEM_INTERACTIONS)
    items: dict[tuple[int, str], list[ReceivedInteraction]] = defaultdict(list)
    for partition, records in told.items():
        for record in records:
            message = decode(record.key, record.value)
            for one in message.interactions:
                items[partition, one.item_id].append(ReceivedInteraction(message.partition, one))
    return {
        (partition, item_id.encode()): fold_trends(None, item_id, arrived)
        for (partition, item_id), arrived in items.items()
    }


def _compare(
    topic: Topic,
    log: Log,
    true: Mapping[Place, Any],
    same: Callable[[Any, Any], bool],
) -> Found:
    decode = decoder(topic)
    memory = PartitionedState(topic)
    memory.begin(range(topic.partitions))
    last: dict[Place, Any] = {}
    most: dict[Place, int] = {}
    stale = 0
    for partition, records in log.items():
        memory.load(topic.name, partition, records)
        for record in records:
            place = partition, record.key
            state = last[place] = decode(record.key, record.value)
            known = knowledge(state.applied)
            stale += known < most.get(place, 0)
            most[place] = max(known, most.get(place, 0))
    loaded = {place: memory.message(*place) for place in true}
    return Found(
        topic=topic.name,
        events=round(sum(_taken(one) for one in true.values())),
        lost=round(
            sum(max(0.0, _taken(one) - _taken(loaded[place])) for place, one in true.items())
        ),
        keys=len(true),
        wrong=[place[1] for place, one in true.items() if not same(one, loaded[place])],
        wrong_last=[place[1] for place, one in true.items() if not same(one, last.get(place))],
        stale=stale,
    )


def _taken(state: Any) -> float:
    """Events in a state; of a trend, their strengths, which hardly decay in minutes."""
    if state is None:
        return 0.0
    if isinstance(state, Interests):
        return float(sum(msgspec.structs.astuple(state.counters)))
    return float(state.clicks_week + state.impressions_week)


def _same_interests(true: Interests, state: Interests | None) -> bool:
    if state is None:
        return False
    if true.applied.keys() == {CLICKS.name}:
        return state == true
    # Topics are read side by side: what depends on their order may differ.
    return (
        all(
            getattr(state, name) == getattr(true, name)
            for name in ("applied", "counters", "recent", "queries", "acted", "slow_vector")
        )
        and state.tags.keys() == true.tags.keys()
    )


def _same_trends(true: Trend, state: Trend | None) -> bool:
    return (
        state is not None
        and state.applied == true.applied
        and state.as_of_ms == true.as_of_ms
        and state.neighbours.items == true.neighbours.items
        and all(
            math.isclose(found, wanted, rel_tol=1e-6, abs_tol=1e-9)
            for found, wanted in zip(_counts(state), _counts(true), strict=True)
        )
    )


def _counts(one: Trend) -> list[float]:
    counted = (one.clicks_hour, one.clicks_day, one.clicks_week, one.clicks_ever)
    return [*counted, one.impressions_week, *one.neighbours.weights, one.neighbours.total]
