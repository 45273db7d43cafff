"""The ranker service: all changed interests and requests of a micro-batch, answered together."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
from prometheus_client import CollectorRegistry

from freshet.contracts.codec import encode
from freshet.contracts.derived import Interests
from freshet.contracts.inputs import Request, Seen
from freshet.contracts.recommendations import Recommendations, Trigger
from freshet.contracts.registry import (
    CATALOG,
    INTERESTS,
    MODELS,
    RECOMMENDATIONS,
    REQUESTS,
    TRENDS,
)
from freshet.domain.applied import Applied, knowledge
from freshet.domain.ranking.rank import Ranking
from freshet.domain.ranking.request import RankingRequest
from freshet.streaming.batch import Batch, Headers, Output, Received
from freshet.streaming.global_table import GlobalTable
from freshet.streaming.headers import CORRELATION_ID, carried
from freshet.streaming.ordering import applied_of
from freshet.streaming.service import Service
from freshet.streaming.state import PartitionedState
from freshet_ranker.config import RankerConfig
from freshet_ranker.item_tables import ItemTables
from freshet_ranker.metrics import RankerMetrics, ranker_metrics
from freshet_ranker.model_router import ModelRouter, Role
from freshet_ranker.onnx_scorer import OnnxScorer

#: Lists made in one run of the model, at most.
GROUP = 64

#: Records taken at once, at most: a list of a large micro-batch waits for all others of it, and its
#: arrays outgrow the processor's caches. Micro-batches of hundreds took three times as long a list
#: under load.
MAX_RECORDS = 32


def build_service(config: RankerConfig) -> Service:
    """The ranker service, connected to nothing.

    Raises:
        ModelRefused: the model folder is not fit to serve.
    """
    registry = CollectorRegistry()
    metrics = ranker_metrics(registry)
    tables = ItemTables(config.embedding_version)
    router = ModelRouter(
        tables.inventory,
        Path(config.model_dir),
        config.cache,
        config.model_threads,
        metrics,
        config.store_timeout_s,
    )
    tables.changed = router.learn
    metrics.items.set_function(lambda: len(tables.inventory))
    metrics.refused_items.set_function(lambda: tables.inventory.refused)
    state = PartitionedState(INTERESTS)
    ranking = Ranking(tables.inventory, tables.popularity, config.exploration)
    processor = RankingProcessor(state, ranking, router, metrics, config)
    return Service(
        name="ranker",
        inputs=(INTERESTS, REQUESTS),
        process=processor.process,
        registry=registry,
        state=state,
        global_tables=(
            GlobalTable((CATALOG, TRENDS), tables.apply),
            GlobalTable((MODELS,), router.apply),
        ),
        max_records=MAX_RECORDS,
        confirmed=processor.confirmed,
        prepare=router.prepare,
        background=(router.follow,),
        step="rank",
        describe=describe,
    )


class _Described(msgspec.Struct):
    model_version: str
    strategy: str
    trigger: Trigger
    items: list[msgspec.Raw]


def describe(output: Output) -> dict[str, str | int]:
    """What a trace says of a list."""
    made = msgspec.json.decode(output.value or b"", type=_Described)
    return {
        "freshet.model": made.model_version,
        "freshet.strategy": made.strategy,
        "freshet.trigger": made.trigger.kind,
        "freshet.items": len(made.items),
    }


class Question(msgspec.Struct):
    """A request for a list, the partition of its answer, and the headers that go along."""

    request: RankingRequest
    partition: int
    headers: Headers


class RankingProcessor:
    """Answers changed interests and requests, in groups that share a run of the model."""

    def __init__(
        self,
        state: PartitionedState,
        ranking: Ranking,
        router: ModelRouter,
        metrics: RankerMetrics,
        config: RankerConfig,
    ) -> None:
        self._state = state
        self._ranking = ranking
        self._router = router
        self._metrics = metrics
        self._list_size = config.list_size
        self._seen: Seen = config.seen
        self._made: list[tuple[Recommendations, Role]] = []

    def process(self, batches: Sequence[Batch], now_ms: int) -> list[Output]:
        """A list for each user whose interests changed, and one for each request."""
        questions = [*self._changed(batches), *self._requested(batches)]
        self._made = []
        outputs: list[Output] = []
        for (scorer, role), asked in self._by_model(questions).items():
            for start in range(0, len(asked), GROUP):
                group = asked[start : start + GROUP]
                lists = self._ranking.rank([one.request for one in group], scorer, now_ms)
                self._metrics.batch_users.observe(len(group))
                for question, made in zip(group, lists, strict=True):
                    # An empty list answers a request; nobody waits for one otherwise.
                    if made.items or made.trigger.kind == "request":
                        self._made.append((made, role))
                        outputs.append(_answer(question, made))
        return outputs

    def _by_model(
        self, questions: Sequence[Question]
    ) -> dict[tuple[OnnxScorer, Role], list[Question]]:
        """The questions of each model that serves: a list is made by one model alone."""
        by_model: dict[tuple[OnnxScorer, Role], list[Question]] = {}
        for question in questions:
            model = self._router.for_user(question.request.user_id)
            by_model.setdefault(model, []).append(question)
        return by_model

    def confirmed(self, outputs: Sequence[Output], now_ms: int) -> None:
        """The broker has the lists of the last micro-batch: measure how fresh they are."""
        del outputs
        for made, role in self._made:
            self._metrics.recommendations.labels(made.strategy, made.trigger.kind, role).inc()
            if not made.items:
                self._metrics.empty.inc()
            if made.trigger.kind == "interest" and made.caused_at is not None:
                elapsed_ms = max(0, now_ms - made.caused_at.broker_time_ms)
                self._metrics.freshness.observe(elapsed_ms / 1000)
        # Taking them apart takes a while, and here nobody waits.
        self._made.clear()

    def _changed(self, batches: Sequence[Batch]) -> list[Question]:
        """One question for each user who did something, whatever the number of changes."""
        newest: dict[tuple[int, bytes], Received[Interests | None]] = {}
        acted: dict[tuple[int, bytes], Headers] = {}
        for batch in batches:
            if batch.topic is INTERESTS:
                for record in batch.records:
                    if self._goes_back(batch.partition, record, newest):
                        continue
                    newest[batch.partition, record.key] = record
                    if record.message is not None and record.message.acted:
                        owner = batch.partition, record.key
                        acted[owner] = carried(record.headers) or acted.get(owner, ())
        questions = []
        for (partition, key), record in newest.items():
            state = record.message
            self._state.put(partition, key, encode(state) if state else None)
            # What was shown to a user is remembered, but it asks for no other list.
            if state is not None and (partition, key) in acted:
                ranking_request = RankingRequest(
                    user_id=state.user_id,
                    state=state,
                    trigger=Trigger(kind="interest", event_id=state.event_id),
                    cause=state.caused_at,
                    count=self._list_size,
                    seen=self._seen,
                )
                questions.append(Question(ranking_request, partition, acted[partition, key]))
        return questions

    def _goes_back(
        self,
        partition: int,
        record: Received[Interests | None],
        newest: Mapping[tuple[int, bytes], Received[Interests | None]],
    ) -> bool:
        """Whether a state knows less than the one before it: its writer had been cut off."""
        state, before = record.message, newest.get((partition, record.key))
        if state is None:
            return False
        if before is not None:
            known: Applied = before.message.applied if before.message else {}
        else:
            value = self._state.get(partition, record.key)
            known = (applied_of(value) if value else None) or {}
        return knowledge(state.applied) < knowledge(known)

    def _requested(self, batches: Sequence[Batch]) -> list[Question]:
        return [
            self._question(record.message, record.headers, batch.partition)
            for batch in batches
            if batch.topic is REQUESTS
            for record in batch.records
        ]

    def _question(self, request: Request, headers: Headers, partition: int) -> Question:
        state = self._state.message(partition, request.user_id.encode())
        passed = dict(carried(headers))
        correlation_id = passed.setdefault(CORRELATION_ID, request.event_id.encode())
        ranking_request = RankingRequest(
            user_id=request.user_id,
            state=state,
            trigger=Trigger(
                kind="request",
                event_id=request.event_id,
                correlation_id=correlation_id[:128].decode(errors="replace"),
            ),
            cause=state.caused_at if state else None,
            count=request.count,
            exclude=request.exclude,
            category=request.category,
            query=request.query,
            seen=request.seen or self._seen,
        )
        return Question(ranking_request, partition, list(passed.items()))


def _answer(question: Question, made: Recommendations) -> Output:
    return Output(
        RECOMMENDATIONS,
        made.user_id.encode(),
        encode(made),
        question.partition,
        question.headers,
    )
