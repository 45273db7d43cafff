"""The interests service: groups a set of events by user and folds each user's once."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import partial

import msgspec
from prometheus_client import CollectorRegistry

from freshet.contracts.codec import encode
from freshet.contracts.derived import Counters, Interests
from freshet.contracts.registry import (
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
from freshet.streaming.headers import carried
from freshet.streaming.service import Service
from freshet.streaming.state import PartitionedState
from freshet.streaming.view import View
from freshet_interests.config import InterestsConfig
from freshet_interests.knowledge import apply
from freshet_interests.metrics import InterestsMetrics, interests_metrics

_decode = msgspec.json.Decoder(Interests).decode


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
        inputs=(CLICKS, QUERIES, FEEDBACK, IMPRESSIONS),
        process=folding.process,
        registry=registry,
        state=state,
        views=(View((CATALOG,), partial(apply, knowledge)),),
        step="fold",
    )


class Folding:
    """Folds sets of batches into the users' states and publishes each changed state once."""

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
        passed = _headers(batches)
        for (partition, key), arrived in _by_user(batches).items():
            known = self._state.get(partition, key)
            before = _decode(known) if known else None
            after = fold(before, arrived, self._knowledge)
            arrivals += len(arrived)
            if after is not None and after is not before:
                _count(folded, before, after)
                value = encode(after)
                self._state.put(partition, key, value)
                mine = passed.get((partition, key))
                headers = _followed(after, mine) if mine else ()
                outputs.append(Output(INTERESTS, key, value, partition, headers))
        for topic, count in folded.items():
            self._metrics.folded.labels(topic).inc(count)
        self._metrics.repeated.inc(arrivals - folded.total())
        return outputs


def _by_user(batches: Sequence[Batch]) -> dict[tuple[int, bytes], list[Arrived]]:
    users: dict[tuple[int, bytes], list[Arrived]] = defaultdict(list)
    for batch in batches:
        source, partition = batch.topic.name, batch.partition
        for record in batch.records:
            users[partition, record.key].append(
                Arrived(source, record.offset, record.broker_time_ms, record.message)
            )
    return users


def _count(folded: Counter[str], before: Interests | None, after: Interests) -> None:
    """Add what a fold took in, which leaves out what was known already."""
    old = before.counters if before else Counters()
    new = after.counters
    folded[CLICKS.name] += new.clicks - old.clicks
    folded[QUERIES.name] += new.queries - old.queries
    folded[FEEDBACK.name] += new.feedback - old.feedback
    folded[IMPRESSIONS.name] += new.impressions - old.impressions


def _headers(batches: Sequence[Batch]) -> dict[tuple[int, bytes], dict[str, Headers]]:
    """What is to be carried on, by user and event; most records have no headers."""
    found: dict[tuple[int, bytes], dict[str, Headers]] = {}
    for batch in batches:
        for record in batch.records:
            if record.headers and (headers := carried(record.headers)):
                mine = found.setdefault((batch.partition, record.key), {})
                mine[record.message.event_id] = headers
    return found


def _followed(state: Interests, headers: dict[str, Headers]) -> Headers:
    """Those of the event that caused the state, or of the last of the set that has some."""
    return headers.get(state.caused_at.event_id) or next(reversed(headers.values()))
