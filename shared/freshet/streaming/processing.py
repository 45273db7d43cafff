"""The step at the heart of every service: decode, process, publish, confirm, acknowledge."""

import logging
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from faust import EventT

from freshet.config import ServiceConfig
from freshet.contracts.derived import DeadLetter
from freshet.streaming.batch import Batch, Output
from freshet.streaming.decoding import BatchDecoder, dead_letter_output, state_letter
from freshet.streaming.loading import Loading
from freshet.streaming.membership import SessionEnded
from freshet.streaming.metrics import StreamingMetrics
from freshet.streaming.publishing import publish
from freshet.streaming.service import Service
from freshet.streaming.tracing import Tracing

log = logging.getLogger(__name__)

_MAYBE_OTHERS = "the worker was frozen or cut off, its partitions may be others'"


class Processing:
    """Takes micro-batches from an app's queue and sees each through to its acknowledgement.

    A batch is acknowledged only when the broker has confirmed everything that it led to. What
    raises here ends the process: memory may then be ahead of the log, and the log is the truth.
    """

    def __init__(
        self,
        service: Service,
        config: ServiceConfig,
        app: Any,
        metrics: StreamingMetrics,
        tracing: Tracing,
    ) -> None:
        self._service = service
        self._tracing = tracing
        self._config = config
        self._app = app
        self._metrics = metrics
        self._decoders = {
            config.topic(topic.name): BatchDecoder(topic, service.name) for topic in service.inputs
        }
        self._loading = Loading(
            service,
            config,
            self._decoders,
            # The consumer is there once the app has started.
            lambda tp: app.consumer.committed(tp),
            self._publish,
        )

    async def run(self) -> None:
        """Process for ever.

        Where the session has ended, memory is ahead of the log. The rebalance that follows forgets
        it, and whoever is given the partitions reads again what was not confirmed.
        """
        self._service.publisher.wake = self._app.batch_queue.wake
        while True:
            async with self._app.batch_queue.take() as events:
                try:
                    await self._work(events)
                except SessionEnded as ended:
                    log.warning("a micro-batch was dropped: %s", ended)

    async def _work(self, events: Sequence[EventT[Any]]) -> None:
        if events:
            await self._process_batch(events)
        for make, done in self._service.publisher.waiting():
            await self._load_state()
            if outputs := make():
                await self._publish(outputs)
            if not done.done():
                done.set_result(None)

    async def _publish(self, outputs: Sequence[Output]) -> None:
        """Publish what was made of this worker's partitions, if they are still its own.

        Raises:
            SessionEnded: they need not be; not all was published, and nothing is to be confirmed.
        """
        for some in in_order(outputs, self._service):
            if not await self._app.consumer.is_member():
                raise SessionEnded(_MAYBE_OTHERS)
            await publish(self._app.kafka_producer, some, self._config.topic)
        self._count_published(outputs)

    async def _process_batch(self, events: Sequence[EventT[Any]]) -> None:
        batches = self._batches(events)
        await self._load_state()
        traced = self._tracing.begin(batches)
        started = time.perf_counter()
        outputs = self._service.process(batches, time.time_ns() // 1_000_000)
        letters = [letter for batch in batches for letter in batch.letters]
        letters += self._state_letters()
        outputs = [*outputs, *map(dead_letter_output, letters)]
        processed = time.perf_counter()
        outputs = self._tracing.sending(traced, outputs)
        await self._publish(outputs)
        confirmed = time.perf_counter()
        self._tracing.confirmed(traced)
        consumer = self._app.consumer
        for event in events:
            consumer.confirm(event.message)
            event.ack()
        self._service.confirmed(outputs, time.time_ns() // 1_000_000)
        self._metrics.process_seconds.observe(processed - started)
        self._metrics.confirm_seconds.observe(confirmed - processed)
        self._metrics.confirmed.set_to_current_time()
        self._count(batches, letters)

    def _batches(self, events: Sequence[EventT[Any]]) -> list[Batch]:
        return [
            self._decoders[tp.topic](tp.partition, records)
            for event in events
            for tp, records in event.message.value.items()
        ]

    async def _load_state(self) -> None:
        """Rebuild the memory of all partitions that this worker has just been given."""
        state = self._service.state
        if state is None:
            return
        partitions = state.missing({tp.partition for tp in self._app.batch_queue.assigned})
        if partitions:
            seconds = await self._loading.load(state, partitions)
            self._metrics.load_seconds.observe(seconds)
            log.info("memory of %d partitions rebuilt in %.2f s", len(partitions), seconds)

    def _state_letters(self) -> list[DeadLetter]:
        """Letters of what was found in the memory and could not be read."""
        state = self._service.state
        if state is None or not state.refused:
            return []
        now_ms = time.time_ns() // 1_000_000
        letters = [
            state_letter(state.topic, one, self._service.name, now_ms) for one in state.refused
        ]
        state.refused.clear()
        return letters

    def _count(self, batches: Sequence[Batch], letters: Sequence[DeadLetter]) -> None:
        metrics = self._metrics
        for batch in batches:
            metrics.records.labels(batch.topic.name).inc(batch.size - len(batch.letters))
            if batch.future:
                metrics.future_events.labels(batch.topic.name).inc(batch.future)
        for letter in letters:
            metrics.dead_letters.labels(letter.topic, letter.reason).inc()
        metrics.set_records.observe(sum(batch.size for batch in batches))

    def _count_published(self, outputs: Sequence[Output]) -> None:
        for topic, count in Counter(output.topic.name for output in outputs).items():
            self._metrics.published.labels(topic).inc(count)


def in_order(outputs: Sequence[Output], service: Service) -> Iterator[Sequence[Output]]:
    """The outputs in parts, each to be confirmed by the broker before the next is published.

    All at once, but for a service with `state_last`: there its states follow the rest.
    """
    # An empty memory is false.
    if service.state is None or not service.state_last:
        yield outputs
        return
    topic = service.state.topic
    for is_state in (False, True):
        if some := [output for output in outputs if (output.topic is topic) == is_state]:
            yield some
