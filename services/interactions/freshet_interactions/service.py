"""The interactions service: folds each user's events, and sorts what they say by item."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from heapq import merge
from operator import itemgetter
from typing import Any

import prometheus_client
from prometheus_client import CollectorRegistry

from freshet.contracts.codec import encode
from freshet.contracts.derived import ItemInteraction
from freshet.contracts.registry import (
    CARTS,
    CLICKS,
    FEEDBACK,
    HISTORIES,
    IMPRESSIONS,
    ITEM_INTERACTIONS,
)
from freshet.domain.trends.history import ReceivedEvent, follow
from freshet.streaming.batch import Batch, Output
from freshet.streaming.partitioner import Partitioner
from freshet.streaming.service import Service
from freshet.streaming.state import PartitionedState
from freshet_interactions.config import InteractionsConfig
from freshet_interactions.metrics import told_metric
from freshet_interactions.records import records


def build_service(config: InteractionsConfig) -> Service:
    """The interactions service, connected to nothing."""
    del config
    registry = CollectorRegistry()
    state = PartitionedState(HISTORIES)
    partition_of = Partitioner(ITEM_INTERACTIONS)
    following = Following(state, partition_of, told_metric(registry))
    return Service(
        name="interactions",
        inputs=(CLICKS, FEEDBACK, CARTS, IMPRESSIONS),
        process=following.process,
        registry=registry,
        state=state,
        # What is told to the items is worked out of the histories of before. Were those of after
        # in the log first, a crash would have it never told.
        state_last=True,
        partitioners=(partition_of,),
        step="follow",
    )


class Following:
    """Folds micro-batches into the users' histories, and tells the items what they say."""

    def __init__(
        self,
        state: PartitionedState,
        partition_of: Partitioner,
        told: prometheus_client.Counter,
    ) -> None:
        self._state = state
        self._partition_of = partition_of
        self._told = told

    def process(self, batches: Sequence[Batch], now_ms: int) -> list[Output]:
        """What is told to the items, then the changed histories."""
        del now_ms
        said: dict[int, list[ItemInteraction]] = defaultdict(list)
        histories: list[Output] = []
        for (partition, key), arrived in _by_user(batches).items():
            before = self._state.message(partition, key)
            after, followers = follow(before, arrived)
            if after is not None and after is not before:
                value = encode(after)
                self._state.put(partition, key, value)
                histories.append(Output(HISTORIES, key, value, partition))
                said[partition] += followers
        for source, count in Counter(one.source for some in said.values() for one in some).items():
            self._told.labels(source).inc(count)
        return [
            output
            for partition, some in said.items()
            for output in records(partition, some, self._partition_of)
        ] + histories


def _by_user(batches: Sequence[Batch]) -> dict[tuple[int, bytes], Iterable[ReceivedEvent]]:
    """The events of each user, of each topic in the order of its offsets.

    Events of several topics are put in the order in which the broker took them, as far as that
    order allows. Those that are not yet there come later, whenever they were taken.
    """
    users: dict[tuple[int, bytes], list[list[Any]]] = defaultdict(list)
    for batch in batches:
        for key, raw in batch.by_key().items():
            source = batch.topic.name
            received = batch.read(raw)
            users[batch.partition, key].append(
                [
                    (one.broker_time_ms, ReceivedEvent(source, one.offset, one.message))
                    for one in received
                ]
            )
    return {
        user: [one for _, one in (some[0] if len(some) == 1 else merge(*some, key=itemgetter(0)))]
        for user, some in users.items()
    }
