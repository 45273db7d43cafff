"""The memory of newly assigned partitions is rebuilt, and mended where workers had been cut off."""

import logging
import time
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence

from faust.types import TP

from freshet.config import ServiceConfig
from freshet.kafka.topic_reader import read_partitions, read_range
from freshet.streaming.batch import Output
from freshet.streaming.decoding import BatchDecoder
from freshet.streaming.service import Service
from freshet.streaming.state import PartitionedState

log = logging.getLogger(__name__)

#: From where on a partition is still to be processed.
Committed = Callable[[TP], Awaitable[int]]
Publish = Callable[[Sequence[Output]], Awaitable[None]]


class Loading:
    """Makes the memory of partitions whole before the first event of theirs is processed.

    Args:
        service: whose memory.
        config: checked settings.
        decoders: of the service's inputs, by their names on the broker.
        committed: from where on a partition of an input is still to be processed.
        publish: returns once the broker has the outputs.
    """

    def __init__(
        self,
        service: Service,
        config: ServiceConfig,
        decoders: Mapping[str, BatchDecoder],
        committed: Committed,
        publish: Publish,
    ) -> None:
        self._service = service
        self._config = config
        self._inputs = {decoder.topic.name: decoder for decoder in decoders.values()}
        self._committed = committed
        self._publish = publish

    async def load(self, state: PartitionedState, partitions: Collection[int]) -> float:
        """Rebuild the memory of partitions; returns the seconds that it took."""
        started = time.perf_counter()
        state.begin(partitions)
        await read_partitions(
            self._config, self._config.topic(state.topic.name), partitions, state.load
        )
        for partition in partitions:
            kept, lacking = state.loaded(partition)
            # Who only consumes a state topic has no states of its own to mend.
            if state.topic in self._service.inputs:
                continue
            if kept:
                log.warning("%d states had gone back: written right again", len(kept))
                await self._publish([Output(state.topic, *one, partition) for one in kept])
            for topic, first in lacking.items():
                if decoder := self._inputs.get(topic):
                    await self._read_again(state, decoder, partition, first)
        return time.perf_counter() - started

    async def _read_again(
        self, state: PartitionedState, decoder: BatchDecoder, partition: int, first: int
    ) -> None:
        """Process again what was confirmed and is not in every state that it should be in.

        What a state has applied changes nothing in it. What was not confirmed comes by itself.
        """
        topic = self._config.topic(decoder.topic.name)
        offsets = range(first, await self._committed(TP(topic, partition)))
        if not offsets:
            return
        log.warning("states had parted: %s/%d is read again from %d", topic, partition, first)
        held = {key for key, _ in state.entries(partition)}
        async for records in read_range(self._config, topic, partition, offsets):
            batch = decoder(partition, records)
            outputs = self._service.process([batch], time.time_ns() // 1_000_000)
            # A key that has no state by now was withdrawn.
            for output in outputs:
                if output.key not in held:
                    state.put(partition, output.key, None)
            await self._publish([output for output in outputs if output.key in held])
