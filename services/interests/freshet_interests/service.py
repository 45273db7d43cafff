"""The interests service: groups a micro-batch by user and folds each user's once."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import partial
from typing import Any

from prometheus_client import CollectorRegistry

from freshet.contracts.codec import encode
from freshet.contracts.derived import Counters, Interests
from freshet.contracts.registry import (
    CARTS,
    CATALOG,
    CLICKS,
    FEEDBACK,
    IMPRESSIONS,
    INTERESTS,
    QUERIES,
)
from freshet.domain.interest.catalog import CatalogKnowledge
from freshet.domain.interest.fold import Arrived, fold
from freshet.streaming.batch import Batch, Headers, Output
from freshet.streaming.global_table import GlobalTable
from freshet.streaming.headers import carried
from freshet.streaming.service import Service
from freshet.streaming.state import PartitionedState
from freshet_interests.catalog_table import apply
from freshet_interests.config import InterestsConfig
from freshet_interests.metrics import InterestsMetrics, interests_metrics


def build_service(config: InterestsConfig) -> Service:
    """The interests service, connected to nothing."""
    registry = CollectorRegistry()
    metrics = interests_metrics(registry)
    knowledge = CatalogKnowledge(config.embedding_version)
    metrics.catalog_items.set_function(lambda: len(knowledge))
    state = PartitionedState(INTERESTS)
    folding = Folding(state, knowledge, metrics)
    return Service(
        name="interests",
        inputs=(CLICKS, QUERIES, FEEDBACK, CARTS, IMPRESSIONS),
        process=folding.process,
        registry=registry,
        state=state,
        global_tables=(GlobalTable((CATALOG,), partial(apply, knowledge)),),
        step="fold",
    )


class Folding:
    """Folds micro-batches into the users' states and publishes each changed state once."""

    def __init__(
        self, state: PartitionedState, knowledge: CatalogKnowledge, metrics: InterestsMetrics
    ) -> None:
        self._state = state
        self._knowledge = knowledge
        self._metrics = metrics

    def process(self, batches: Sequence[Batch], now_ms: int) -> list[Output]:
        """The changed states, on the partitions that their events came from."""
        del now_ms
        outputs: list[Output] = []
        folded: Counter[str] = Counter()
        arrivals = 0
        for (partition, key), theirs in _by_user(batches).items():
            arrived: list[Arrived] = []
            passed: dict[str, Headers] = {}
            for batch, records in theirs:
                source = batch.topic.name
                for record in batch.read(records):
                    event = record.message
                    arrived.append(Arrived(source, record.offset, record.broker_time_ms, event))
                    if record.headers and (headers := carried(record.headers)):
                        passed[event.event_id] = headers
            before = self._state.message(partition, key)
            after = fold(before, arrived, self._knowledge)
            arrivals += len(arrived)
            if after is not None and after is not before:
                _count(folded, before, after)
                value = encode(after)
                self._state.put(partition, key, value)
                headers = _followed(after, passed) if passed else ()
                outputs.append(Output(INTERESTS, key, value, partition, headers))
        for topic, count in folded.items():
            self._metrics.folded.labels(topic).inc(count)
        self._metrics.repeated.inc(arrivals - folded.total())
        return outputs


def _by_user(batches: Sequence[Batch]) -> dict[tuple[int, bytes], list[tuple[Batch, list[Any]]]]:
    """Partition and key of each user, with the batches and those of their records."""
    users: dict[tuple[int, bytes], list[tuple[Batch, list[Any]]]] = defaultdict(list)
    for batch in batches:
        for key, records in batch.by_key().items():
            users[batch.partition, key].append((batch, records))
    return users


def _count(folded: Counter[str], before: Interests | None, after: Interests) -> None:
    """Add what a fold took in, which leaves out what was known already."""
    old = before.counters if before else Counters()
    new = after.counters
    folded[CLICKS.name] += new.clicks - old.clicks
    folded[QUERIES.name] += new.queries - old.queries
    folded[FEEDBACK.name] += new.feedback - old.feedback
    folded[CARTS.name] += new.carts - old.carts
    folded[IMPRESSIONS.name] += new.impressions - old.impressions


def _followed(state: Interests, headers: dict[str, Headers]) -> Headers:
    """Those of the event that caused the state, or of the last of the micro-batch that has some."""
    return headers.get(state.caused_at.event_id) or next(reversed(headers.values()))
