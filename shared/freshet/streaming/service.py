"""What a service is made of: its inputs, its memory, and one function from batches to outputs."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from prometheus_client import CollectorRegistry

from freshet.contracts.registry import Topic
from freshet.streaming.background_publisher import BackgroundPublisher
from freshet.streaming.batch import Batch, Output
from freshet.streaming.global_table import GlobalTable
from freshet.streaming.partitioner import Partitioner
from freshet.streaming.state import PartitionedState


def _nothing(outputs: Sequence[Output], now_ms: int) -> None:
    del outputs, now_ms


async def _at_once() -> None:
    pass


def _nothing_more(output: Output) -> Mapping[str, str | int]:
    del output
    return {}


@dataclass(frozen=True, kw_only=True)
class Service:
    """A service, before it is connected to anything.

    Attributes:
        name: its name and, with the prefix, its consumer group's.
        inputs: the topics that it consumes, shared out by partition among its workers.
        process: `process(batches, now_ms) -> outputs`. Called with all that is there, from one
            task only; each partition's records come in order, and what is left unread is done
            with, too. Its outputs are confirmed by the broker before the batches are acknowledged;
            an exception ends the process and the batches come again.
        registry: the metrics that it declared.
        state: memory by partition, rebuilt from its topic before a partition is processed.
        state_last: whether the states are published only once all other outputs are confirmed.
            Needed where an output is not worked out of the newest state, but of what the events
            add to it: after a crash between the two it is made again, where the other order would
            lose it. Who reads it must know a repetition by its origin.
        partitioners: of topics that it writes by another key than its inputs'; the preflight tells
            them how many partitions there are.
        global_tables: topics held whole by every worker, caught up before anything is processed.
        max_records: taken from the broker at once, at most. Many spread the cost of a micro-batch;
            it must stay well below the time in which the broker expects a sign of life.
        confirmed: called with the outputs once the broker has them, for measuring.
        prepare: awaited when the tables are whole, before the first batch is processed.
        background: run beside the processing, for ever; what raises ends the process.
        publisher: where the background tasks have outputs published.
        step: what `process` is called in a trace.
        describe: what a trace should say of an output beside where it went: never whose it is.
    """

    name: str
    inputs: tuple[Topic, ...]
    process: Callable[[Sequence[Batch], int], Sequence[Output]]
    registry: CollectorRegistry
    state: PartitionedState | None = None
    state_last: bool = False
    partitioners: tuple[Partitioner, ...] = ()
    global_tables: tuple[GlobalTable, ...] = field(default=())
    max_records: int = 65_536
    confirmed: Callable[[Sequence[Output], int], None] = _nothing
    prepare: Callable[[], Coroutine[Any, Any, None]] = _at_once
    background: tuple[Callable[[], Coroutine[Any, Any, None]], ...] = ()
    publisher: BackgroundPublisher = field(default_factory=BackgroundPublisher)
    step: str = "work"
    describe: Callable[[Output], Mapping[str, str | int]] = _nothing_more
