"""One click is followed to its list: real services, a real Kafka, a receiver that speaks OTLP."""

import socket
from collections.abc import AsyncIterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp import web
from aiokafka import AIOKafkaProducer
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from freshet.config import ServiceConfig
from freshet.contracts.codec import encode
from freshet.contracts.inputs import Click, Item
from freshet.contracts.recommendations import Recommendations
from freshet.contracts.registry import CLICKS, ITEMS, RECOMMENDATIONS
from freshet.streaming.headers import TRACEPARENT, sender_of
from harness.kafka import log_of, send, until
from harness.services import Running, service

T0 = 1_700_000_000_000
TRACE = bytes.fromhex("4bf92f3577b34da6a3ce929d0e0e4736")
SENDER = bytes.fromhex("00f067aa0ba902b7")
SAMPLED = f"00-{TRACE.hex()}-{SENDER.hex()}-01".encode()


class Collector:
    """What an OTLP collector is sent: each span with the name of its service."""

    def __init__(self) -> None:
        self.url = ""
        self.spans: list[tuple[str, Span]] = []

    async def take(self, request: web.Request) -> web.Response:
        sent = ExportTraceServiceRequest.FromString(await request.read())
        for group in sent.resource_spans:
            said = {one.key: one.value.string_value for one in group.resource.attributes}
            self.spans += [
                (said["service.name"], span) for part in group.scope_spans for span in part.spans
            ]
        return web.Response()

    def of(self, service: str, name: str) -> Span:
        """The one span of a service with this name."""
        (found,) = [span for whose, span in self.spans if (whose, span.name) == (service, name)]
        return found


@pytest.fixture
async def collector() -> AsyncIterator[Collector]:
    collector = Collector()
    app = web.Application()
    app.router.add_post("/v1/traces", collector.take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    collector.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield collector
    await runner.cleanup()


def running(stack: ExitStack, config: ServiceConfig, folder: Path, url: str) -> list[Running]:
    """Services that send their spans to a collector, five times a second."""
    return [
        stack.enter_context(
            service(
                name,
                config,
                folder,
                FRESHET_OTLP_ENDPOINT=url,
                OTEL_BSP_SCHEDULE_DELAY="200",
            )
        )
        for name in ("catalog", "interests", "ranker")
    ]


async def click(config: ServiceConfig, event_id: str, traceparent: bytes) -> Any:
    """Click on an item; the list that knows it, as a record."""
    made = Click(event_id=event_id, event_time=T0, user_id="ada lovelace", item_id="coffee-1")
    async with AIOKafkaProducer(bootstrap_servers=config.brokers, acks="all") as producer:
        await producer.send_and_wait(
            config.topic(CLICKS.name),
            encode(made),
            made.user_id.encode(),
            headers=[(TRACEPARENT, traceparent)],
        )
    found: list[Any] = []

    async def is_there() -> bool:
        for record in await log_of(config, RECOMMENDATIONS):
            cause = msgspec.json.decode(record.value, type=Recommendations).caused_at
            if cause is not None and cause.event_id == event_id:
                found.append(record)
        return bool(found)

    await until(is_there)
    return found[0]


async def know_items(config: ServiceConfig, ranker: Running) -> None:
    items = [
        Item(event_id=f"i{n}", event_time=T0, item_id=f"coffee-{n}", title=f"Coffee {n}")
        for n in range(20)
    ]
    await send(config, ITEMS, items)

    async def known() -> bool:
        return ranker.metric("freshet_ranker_items") == len(items)

    await until(known)


async def test_a_trace_follows_a_click_to_its_recommendation(
    config: ServiceConfig, collector: Collector, tmp_path: Path
) -> None:
    with ExitStack() as stack:
        *_, ranker = running(stack, config, tmp_path, collector.url)
        await know_items(config, ranker)
        record = await click(config, "c1", SAMPLED)

        async def all_are_sent() -> bool:
            return len(collector.spans) >= 6

        await until(all_are_sent)

    assert {span.trace_id for _, span in collector.spans} == {TRACE}
    clicked = collector.of("freshet-interests", "process clicks")
    folded = collector.of("freshet-interests", "fold")
    changed = collector.of("freshet-interests", "send interests")
    heard = collector.of("freshet-ranker", "process interests")
    ranked = collector.of("freshet-ranker", "rank")
    listed = collector.of("freshet-ranker", "send recommendations")
    assert len(collector.spans) == 6
    assert clicked.parent_span_id == SENDER
    assert folded.parent_span_id == changed.parent_span_id == clicked.span_id
    assert heard.parent_span_id == changed.span_id
    assert ranked.parent_span_id == listed.parent_span_id == heard.span_id

    sender = sender_of(record.headers)
    assert sender is not None
    assert sender.trace_id.to_bytes(16) == TRACE
    assert sender.span_id.to_bytes(8) == listed.span_id
    assert sender.trace_flags.sampled

    assert heard.start_time_unix_nano <= ranked.start_time_unix_nano
    assert ranked.end_time_unix_nano <= listed.end_time_unix_nano <= heard.end_time_unix_nano
    said = {one.key: one.value for one in ranked.attributes}
    assert said["freshet.model"].string_value == "prior@1"
    everything = b"".join(span.SerializeToString() for _, span in collector.spans)
    assert b"lovelace" not in everything
    assert b"coffee" not in everything


async def test_a_collector_that_is_away_takes_nothing_from_the_lists(
    config: ServiceConfig, tmp_path: Path
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        away = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with ExitStack() as stack:
            *_, ranker = running(stack, config, tmp_path, away)
            await know_items(config, ranker)
            await click(config, "c1", SAMPLED)

            async def is_told() -> bool:
                return "takes no spans" in ranker.log()

            await until(is_told)
            await click(config, "c2", SAMPLED)
            assert ranker.metric('freshet_spans_total{outcome="ended"}') == 6
            assert ranker.metric('freshet_spans_total{outcome="sent"}') == 0
            ranker.child.process.terminate()
            assert ranker.ended() == 0
            assert ranker.log().count("takes no spans") == 1
