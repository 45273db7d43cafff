"""The step of every service: nothing is acknowledged before all that it led to is confirmed."""

import asyncio
import time
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from faust.types import TP
from prometheus_client import CollectorRegistry

from freshet.config import ServiceConfig
from freshet.contracts.codec import encode
from freshet.contracts.inputs import Click
from freshet.contracts.registry import CLICKS, INTERESTS, RECOMMENDATIONS
from freshet.streaming import processing
from freshet.streaming.batch import Batch, Output
from freshet.streaming.batch_queue import BatchQueue
from freshet.streaming.metrics import streaming_metrics
from freshet.streaming.processing import Processing, in_order
from freshet.streaming.service import Service
from freshet.streaming.state import PartitionedState
from freshet.streaming.tracing import NO_TRACER, Tracing

CONFIG = ServiceConfig(brokers="nowhere:1", topic_prefix="t.")
T0 = 1_700_000_000_000


def record(offset: int, value: bytes | None = None) -> Any:
    click = Click(event_id=f"e{offset}", event_time=T0, user_id="ada", item_id="i")
    return SimpleNamespace(
        offset=offset,
        key=b"ada",
        value=encode(click) if value is None else value,
        timestamp=T0,
        timestamp_type=1,
        headers=(),
    )


def one_each(batches: Sequence[Batch], now_ms: int) -> list[Output]:
    del now_ms
    return [
        Output(INTERESTS, one.key, b"%d" % one.offset, batch.partition)
        for batch in batches
        for one in batch.records
    ]


class Bench:
    """A service's processing between a batch queue and a log of all that it does."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, process: Callable[..., Any] = one_each
    ) -> None:
        self.log: list[str] = []
        self.is_member = True
        self.registry = CollectorRegistry()
        self.service = Service(
            name="test",
            inputs=(CLICKS,),
            process=process,
            registry=self.registry,
            confirmed=lambda outputs, now_ms: self.log.append(f"told {len(outputs)}"),
        )
        self.batch_queue = BatchQueue(lambda: None)
        self.batch_queue.open([TP("t.clicks", 3)])
        consumer = SimpleNamespace(
            is_member=self._is_member,
            confirm=lambda message: self.log.append(f"confirm {message.name}"),
        )
        app = SimpleNamespace(batch_queue=self.batch_queue, consumer=consumer, kafka_producer=None)
        tracing = Tracing(NO_TRACER, self.service, CONFIG.topic, 0.0)
        metrics = streaming_metrics(self.registry, ["clicks"])
        self.processing = Processing(self.service, CONFIG, app, metrics, tracing)
        monkeypatch.setattr(processing, "publish", self._publish)

    async def _is_member(self) -> bool:
        return self.is_member

    async def _publish(self, producer: Any, outputs: Sequence[Output], name: Any) -> None:
        await asyncio.sleep(0)
        self.log += [f"publish {name(one.topic.name)} {one.partition}" for one in outputs]

    def offer(self, name: str, *records: Any) -> None:
        message = SimpleNamespace(name=name, value={TP("t.clicks", 3): list(records)})
        self.batch_queue.offer(
            SimpleNamespace(message=message, ack=lambda: self.log.append(f"ack {name}"))
        )

    async def until(self, line: str) -> None:
        """Run until the log says something, or the processing ends."""
        running = asyncio.create_task(self.processing.run())
        deadline = time.monotonic() + 10
        while line not in self.log and not running.done():
            assert time.monotonic() < deadline, self.log
            await asyncio.sleep(0)
        if running.done():
            running.result()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    def count(self, name: str, **labels: str) -> float | None:
        return self.registry.get_sample_value(name, labels)


async def test_what_a_set_led_to_is_confirmed_before_its_records_are_let_go(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bench = Bench(monkeypatch)
    bench.offer("first", record(0), record(1))
    bench.offer("second", record(2))
    await bench.until("told 3")
    assert bench.log == [
        *["publish t.interests 3"] * 3,
        *("confirm first", "ack first", "confirm second", "ack second", "told 3"),
    ]
    assert bench.count("freshet_records_total", topic="clicks") == 3
    assert bench.count("freshet_published_records_total", topic="interests") == 3
    assert bench.count("freshet_set_records_sum") == 3


async def test_what_cannot_be_read_is_a_dead_letter_that_is_confirmed_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bench = Bench(monkeypatch)
    bench.offer("first", record(0), record(1, b"{"))
    await bench.until("ack first")
    assert bench.log[:2] == ["publish t.interests 3", "publish t.dead-letters 0"]
    assert bench.count("freshet_records_total", topic="clicks") == 1
    assert bench.count("freshet_dead_letters_total", topic="clicks", reason="not_json") == 1


async def test_what_raises_ends_the_processing_and_nothing_is_let_go(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fails(batches: Sequence[Batch], now_ms: int) -> list[Output]:
        raise OSError("out of memory")

    bench = Bench(monkeypatch, fails)
    bench.offer("first", record(0))
    with pytest.raises(OSError, match="out of memory"):
        await bench.until("never")
    assert bench.log == []


async def test_a_set_of_a_worker_that_is_no_member_is_dropped_and_the_next_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def process(batches: Sequence[Batch], now_ms: int) -> list[Output]:
        bench.is_member = batches[0].records[0].offset > 0
        if not bench.is_member:
            bench.offer("second", record(1))
        return one_each(batches, now_ms)

    bench = Bench(monkeypatch, process)
    bench.offer("first", record(0))
    await bench.until("told 1")
    assert bench.log == ["publish t.interests 3", "confirm second", "ack second", "told 1"]


async def test_work_beside_the_inputs_is_published_between_two_sets(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bench = Bench(monkeypatch)
    made = Output(RECOMMENDATIONS, b"ada", b"{}", 5)
    beside = asyncio.create_task(bench.service.publisher(lambda: [made]))
    nothing = asyncio.create_task(bench.service.publisher(lambda: []))
    await asyncio.sleep(0)
    bench.offer("first", record(0))
    await bench.until("publish t.recommendations 5")
    assert bench.log[-2:] == ["told 1", "publish t.recommendations 5"]
    async with asyncio.timeout(5):
        await asyncio.gather(beside, nothing)
    assert bench.service.publisher.waiting() == []


def test_states_follow_the_rest_where_the_service_says_so() -> None:
    state, other = (Output(one, b"k", b"{}", 0) for one in (INTERESTS, RECOMMENDATIONS))

    def service(state_last: bool) -> Service:
        return Service(
            name="test",
            inputs=(CLICKS,),
            process=one_each,
            registry=CollectorRegistry(),
            state=PartitionedState(INTERESTS),
            state_last=state_last,
        )

    outputs = [state, other, state]
    assert list(in_order(outputs, service(False))) == [outputs]
    assert list(in_order(outputs, service(True))) == [[other], [state, state]]
    assert list(in_order([state], service(True))) == [[state]]
