"""Spans of the records that are part of a sampled trace, from the input's header to the output's.

A set holds the records of many users. Its spans are made for those that are traced, and for a few
at most: what traces cost does not grow with the load, and without traces they cost nothing.
"""

import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from opentelemetry.context import Context
from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    NoOpTracer,
    Span,
    SpanContext,
    SpanKind,
    Tracer,
    set_span_in_context,
)

from freshet.streaming.batch import Batch, Output, Received
from freshet.streaming.headers import TRACEPARENT, is_unsampled, sender_of, sent_by
from freshet.streaming.service import Service

#: Records of a micro-batch that get spans. The others' headers are carried on as they came.
MAX_TRACED = 64

#: Where nothing is traced.
NO_TRACER = NoOpTracer()

Attributes = Mapping[str, str | int]


@dataclass(frozen=True)
class Traced:
    """A record of a micro-batch that is part of a sampled trace.

    Attributes:
        owner: its partition and key.
        processing: the span from the decoded record to the confirmation of all that it led to.
        traceparent: names `processing`; outputs tell by it what they came from.
        step: the span of the service's own function.
        sends: the spans of its outputs.
    """

    owner: tuple[int, bytes]
    processing: Span
    traceparent: bytes
    step: Span
    sends: list[Span] = field(default_factory=list)


class Tracing:
    """Makes a service's spans: where a record stood and how late it was, never whose it is.

    Args:
        tracer: of `freshet.telemetry.span_export`, or NO_TRACER.
        service: whose records are traced.
        name: the name on the broker of a topic, or of a service's group.
        ratio: how many of the records that come from outside without a trace begin one.
    """

    def __init__(
        self, tracer: Tracer, service: Service, name: Callable[[str], str], ratio: float
    ) -> None:
        self._tracer = tracer
        self._service = service
        self._name = name
        self._ratio = ratio

    def begin(self, batches: Sequence[Batch]) -> list[Traced]:
        """Begin the spans of a micro-batch's traced records, whose headers name them from here on.

        Args:
            batches: of the micro-batch; traced records are replaced in them.
        """
        traced: list[Traced] = []
        if self._tracer is NO_TRACER:
            return traced
        records = sum(len(batch.records) for batch in batches)
        for batch in batches:
            ratio = self._ratio if "yours" in batch.topic.producers else 0.0
            for at, record in enumerate(batch.records):
                if not (record.headers or ratio) or is_unsampled(record.headers):
                    continue
                if len(traced) == MAX_TRACED:
                    return traced
                sender = sender_of(record.headers)
                if sender.trace_flags.sampled if sender else random.random() < ratio:
                    one = self._begin(batch, record, sender, records)
                    headers = sent_by(one.processing, record.headers)
                    batch.records[at] = msgspec.structs.replace(record, headers=headers)
                    traced.append(one)
        return traced

    def _begin(
        self, batch: Batch, record: Received[Any], sender: SpanContext | None, records: int
    ) -> Traced:
        processing = self._span(
            f"process {batch.topic.name}",
            NonRecordingSpan(sender) if sender else None,
            SpanKind.CONSUMER,
            {
                **self._way("process", batch.topic.name, batch.partition),
                "messaging.consumer.group.name": self._name(self._service.name),
                "messaging.kafka.offset": record.offset,
                "freshet.lag_ms": time.time_ns() // 1_000_000 - record.broker_time_ms,
                "freshet.set_records": records,
            },
        )
        return Traced(
            owner=(batch.partition, record.key),
            processing=processing,
            traceparent=dict(sent_by(processing, ()))[TRACEPARENT],
            step=self._span(self._service.step, processing),
        )

    def sending(self, traced: Sequence[Traced], outputs: Sequence[Output]) -> Sequence[Output]:
        """The service's function is through: end its spans, begin those of what it made.

        Returns:
            The outputs; each that came from a traced record names its own span from here on.
        """
        if not traced:
            return outputs
        causes = {one.traceparent: one for one in traced}
        sent = []
        for output in outputs:
            cause = causes.get(dict(output.headers).get(TRACEPARENT, b""))
            sent.append(self._send(output, cause, traced) if cause else output)
        for one in traced:
            one.step.end()
        return sent

    def _send(self, output: Output, cause: Traced, traced: Sequence[Traced]) -> Output:
        span = self._span(
            f"send {output.topic.name}",
            cause.processing,
            SpanKind.PRODUCER,
            self._way("send", output.topic.name, output.partition),
            # An output may know more of its user's records; it is part of one's trace alone.
            [
                Link(one.processing.get_span_context())
                for one in traced
                if one is not cause and one.owner == cause.owner
            ],
        )
        cause.sends.append(span)
        cause.step.set_attributes(self._service.describe(output))
        return msgspec.structs.replace(output, headers=sent_by(span, output.headers))

    def confirmed(self, traced: Sequence[Traced]) -> None:
        """The broker has all that the micro-batch led to."""
        for one in traced:
            for span in one.sends:
                span.end()
            one.processing.end()

    def _way(self, operation: str, topic: str, partition: int) -> dict[str, str | int]:
        """Where a record goes, in the words of OpenTelemetry's conventions for messaging."""
        return {
            "messaging.system": "kafka",
            "messaging.operation.name": operation,
            "messaging.operation.type": operation,
            "messaging.destination.name": self._name(topic),
            "messaging.destination.partition.id": str(partition),
        }

    def _span(
        self,
        name: str,
        parent: Span | None,
        kind: SpanKind = SpanKind.INTERNAL,
        attributes: Attributes | None = None,
        links: Sequence[Link] = (),
    ) -> Span:
        """A span below a parent; without one it begins a trace."""
        context = set_span_in_context(parent, Context()) if parent else Context()
        return self._tracer.start_span(name, context, kind, attributes, links)
