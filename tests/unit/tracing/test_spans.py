"""Which spans a set of records makes, and how its outputs continue their traces."""

from collections.abc import Iterator, Sequence

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_ON
from opentelemetry.trace import Tracer
from prometheus_client import CollectorRegistry

from freshet.contracts.inputs import Click
from freshet.contracts.registry import CLICKS, INTERESTS, Topic
from freshet.streaming.batch import Batch, Headers, Output, Received
from freshet.streaming.headers import TRACEPARENT, carried, sender_of
from freshet.streaming.service import Service
from freshet.streaming.tracing import MAX_TRACED, NO_TRACER, Tracing

T0 = 1_700_000_000_000


def traceparent(number: int, flags: str = "01") -> bytes:
    return f"00-{number:032x}-{number:016x}-{flags}".encode()


class Spans:
    """A tracer, and the spans that it made."""

    def __init__(self) -> None:
        self._kept = InMemorySpanExporter()
        self._provider = TracerProvider(ALWAYS_ON, shutdown_on_exit=False)
        self._provider.add_span_processor(SimpleSpanProcessor(self._kept))
        self.tracer = self._provider.get_tracer("test")

    def __iter__(self) -> Iterator[ReadableSpan]:
        return iter(self._kept.get_finished_spans())

    def names(self) -> list[str]:
        return sorted(span.name for span in self)

    def named(self, name: str) -> ReadableSpan:
        (found,) = [span for span in self if span.name == name]
        return found


@pytest.fixture
def spans() -> Spans:
    return Spans()


SERVICE = Service(
    name="interests",
    inputs=(CLICKS,),
    process=lambda batches, now_ms: (),
    registry=CollectorRegistry(),
    step="fold",
    describe=lambda output: {"freshet.bytes": len(output.value or b"")},
)


def click(user: str, number: int, headers: Headers) -> Received[Click]:
    made = Click(event_id=f"c{number}", event_time=T0, user_id=user, item_id="secret item")
    return Received(made, user.encode(), number, T0, headers)


def through(
    tracer: Tracer, records: Sequence[Received[Click]], ratio: float = 0.0, topic: Topic = CLICKS
) -> list[Output]:
    """See a set through as the streaming core does; one output for each record."""
    tracing = Tracing(tracer, SERVICE, "staging.".__add__, ratio)
    batch = Batch(topic, 3, list(records))
    traced = tracing.begin([batch])
    made = [Output(INTERESTS, one.key, b"{}", 3, carried(one.headers)) for one in batch.records]
    outputs = tracing.sending(traced, made)
    tracing.confirmed(traced)
    return list(outputs)


def test_an_output_continues_the_trace_of_its_record(spans: Spans) -> None:
    record = click("ada", 7, [(TRACEPARENT, traceparent(5)), ("correlation-id", b"c")])
    (output,) = through(spans.tracer, [record])
    process, fold = spans.named("process clicks"), spans.named("fold")
    send = spans.named("send interests")
    assert process.parent is not None
    assert (process.parent.trace_id, process.parent.span_id) == (5, 5)
    assert fold.parent == send.parent == process.context
    sender = sender_of(output.headers)
    assert sender is not None
    assert send.context is not None
    assert (sender.trace_id, sender.span_id) == (5, send.context.span_id)
    assert dict(output.headers)["correlation-id"] == b"c"


def test_a_span_says_where_its_record_stood_and_not_whose_it_is(spans: Spans) -> None:
    through(spans.tracer, [click("ada", 7, [(TRACEPARENT, traceparent(5))])])
    said = dict(spans.named("process clicks").attributes or {})
    assert said["messaging.destination.name"] == "staging.clicks"
    assert said["messaging.destination.partition.id"] == "3"
    assert said["messaging.kafka.offset"] == 7
    assert said["messaging.consumer.group.name"] == "staging.interests"
    assert isinstance(late := said["freshet.lag_ms"], int)
    assert late > 0
    assert dict(spans.named("fold").attributes or {}) == {"freshet.bytes": 2}
    everything = " ".join(span.to_json() for span in spans)
    assert "ada" not in everything
    assert "secret item" not in everything


@pytest.mark.parametrize("headers", [(), ((TRACEPARENT, b"no"),), ((TRACEPARENT, b"\xff"),)])
def test_a_record_without_a_trace_makes_no_spans(spans: Spans, headers: Headers) -> None:
    (output,) = through(spans.tracer, [click("ada", 1, headers)])
    assert not spans.names()
    assert output.headers == carried(headers)


def test_a_trace_that_is_not_sampled_goes_by_untouched(spans: Spans) -> None:
    headers = ((TRACEPARENT, traceparent(5, "00")),)
    (output,) = through(spans.tracer, [click("ada", 1, headers)], ratio=1.0)
    assert not spans.names()
    assert output.headers == headers


def test_without_a_collector_headers_go_by_untouched() -> None:
    headers = ((TRACEPARENT, traceparent(5)),)
    (output,) = through(NO_TRACER, [click("ada", 1, headers)], ratio=1.0)
    assert output.headers == headers


def test_an_output_names_the_other_records_of_its_user(spans: Spans) -> None:
    records = [
        click(user, number, [(TRACEPARENT, traceparent(number))])
        for number, user in enumerate(["ada", "ada", "eve"], start=1)
    ]
    through(spans.tracer, records)
    sends = [span for span in spans if span.name == "send interests"]
    linked = {
        span.context.trace_id: [link.context.trace_id for link in span.links]
        for span in sends
        if span.context
    }
    assert linked == {1: [2], 2: [1], 3: []}


def test_two_records_of_one_trace_each_lead_to_their_own_output(spans: Spans) -> None:
    records = [click("ada", number, [(TRACEPARENT, traceparent(9))]) for number in (1, 2)]
    through(spans.tracer, records)
    parents = {
        span.parent.span_id for span in spans if span.name == "send interests" and span.parent
    }
    assert len(parents) == 2


def test_a_set_full_of_traces_makes_spans_for_a_few(spans: Spans) -> None:
    records = [
        click(f"user-{n}", n, [(TRACEPARENT, traceparent(n + 1))]) for n in range(3 * MAX_TRACED)
    ]
    outputs = through(spans.tracer, records)
    assert spans.names().count("process clicks") == MAX_TRACED
    assert dict(outputs[-1].headers)[TRACEPARENT] == traceparent(3 * MAX_TRACED)


def test_a_share_of_what_comes_from_outside_begins_a_trace(spans: Spans) -> None:
    through(spans.tracer, [click("ada", n, ()) for n in range(10)], ratio=1.0)
    begun = [span for span in spans if span.name == "process clicks"]
    assert len(begun) == 10
    assert all(span.parent is None for span in begun)


def test_a_trace_does_not_begin_in_the_middle(spans: Spans) -> None:
    through(spans.tracer, [click("ada", 1, ())], ratio=1.0, topic=INTERESTS)
    assert not spans.names()
