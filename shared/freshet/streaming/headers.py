"""The headers that follow an event to what it leads to: who asked, and which trace it is of."""

from opentelemetry.context import Context
from opentelemetry.trace import Span, SpanContext, get_current_span, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from freshet.streaming.batch import Headers

CORRELATION_ID = "correlation-id"

#: W3C Trace Context: the trace and the span that sent the record, and what its vendors add.
TRACEPARENT = "traceparent"
TRACESTATE = "tracestate"

CARRIED = (CORRELATION_ID, TRACEPARENT, TRACESTATE)

#: No schema checks a header: a longer one is not carried, so that outputs stay small.
MAX_HEADER_BYTES = 512

#: Where the last digit of a traceparent stands, whose lowest bit says "sampled".
_FLAGS_AT = 54
_UNSAMPLED = frozenset([b"0", b"2", b"4", b"6", b"8", b"a", b"c", b"e"])

_w3c = TraceContextTextMapPropagator()


def carried(headers: Headers) -> Headers:
    """Of a record's headers those that its outputs carry on, each name once, the last one."""
    if not headers:
        return ()
    found = {
        name: value
        for name, value in headers
        # Kafka's headers may have no value, whatever their type says.
        if name in CARRIED and value is not None and len(value) <= MAX_HEADER_BYTES
    }
    return tuple(found.items())


def is_unsampled(headers: Headers) -> bool:
    """Whether a record is of a trace that nobody keeps. Most are: the look at it is a cheap one."""
    for name, value in headers:
        if name == TRACEPARENT:
            return value is not None and value[_FLAGS_AT:] in _UNSAMPLED
    return False


def sender_of(headers: Headers) -> SpanContext | None:
    """The span that sent a record; None where no header says so, or says it wrongly."""
    texts = {name: value.decode("ascii", "replace") for name, value in carried(headers)}
    sender = get_current_span(_w3c.extract(texts, Context())).get_span_context()
    return sender if sender.is_valid else None


def sent_by(span: Span, headers: Headers) -> Headers:
    """Headers that name the span as the sender, and keep the correlation id."""
    texts: dict[str, str] = {}
    _w3c.inject(texts, set_span_in_context(span, Context()))
    kept = [one for one in carried(headers) if one[0] == CORRELATION_ID]
    return (*kept, *((name, text.encode()) for name, text in texts.items()))
