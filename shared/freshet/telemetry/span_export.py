"""Where spans go: by OTLP to a collector, in the background, whatever becomes of it."""

import logging
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExportResult
from opentelemetry.sdk.trace.sampling import ALWAYS_ON
from opentelemetry.trace import Tracer
from prometheus_client import CollectorRegistry, Counter

log = logging.getLogger("freshet.tracing")

#: How long a collector may take for an answer, retries and all.
_TIMEOUT_S = 5.0

#: How long a stopping service waits for its last spans to be taken, whatever the collector does.
_FLUSH_S = 3.0


@contextmanager
def exporting(endpoint: str, service: str, registry: CollectorRegistry) -> Iterator[Tracer]:
    """What makes a service's spans, and sends them to a collector for the length of the block.

    The way there may need a token or a certificate, and a process may have attributes of its
    deployment: OTEL_EXPORTER_OTLP_HEADERS, OTEL_RESOURCE_ATTRIBUTES and the like are heeded.

    Args:
        endpoint: of the collector, without the path: "http://collector:4318".
        service: the service's name.
        registry: where spans are counted.
    """
    # One line of ours when the collector goes and one when it comes back, instead of one a batch.
    logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)
    spans = Counter(
        "freshet_spans",
        "Spans of traces: ended here, and taken by the collector.",
        ["outcome"],
        registry=registry,
    )
    # Who begins a trace says whether it is sampled: what comes here is.
    provider = TracerProvider(ALWAYS_ON, _resource(service), shutdown_on_exit=False)
    exporter = _Exporter(endpoint, spans)
    provider.add_span_processor(_Counting(exporter, spans))
    yield provider.get_tracer("freshet", version("freshet"))
    last = threading.Thread(target=provider.shutdown, daemon=True)
    last.start()
    last.join(_FLUSH_S)
    # Where it is still at it, this ends its retries.
    exporter.shutdown()  # type: ignore[no-untyped-call]


def _resource(service: str) -> Resource:
    return Resource.create(
        {
            "service.name": f"freshet-{service}",
            "service.namespace": "freshet",
            "service.version": version("freshet"),
            "service.instance.id": socket.gethostname(),
        }
    )


class _Counting(BatchSpanProcessor):
    """Counts what should reach the collector; what does not fit its queue is lost."""

    def __init__(self, exporter: "_Exporter", spans: Counter) -> None:
        super().__init__(exporter)
        self._ended = spans.labels("ended")

    def on_end(self, span: ReadableSpan) -> None:
        self._ended.inc()
        super().on_end(span)


class _Exporter(OTLPSpanExporter):
    """Counts what the collector took, and says when it stops or begins to answer."""

    def __init__(self, endpoint: str, spans: Counter) -> None:
        super().__init__(f"{endpoint}/v1/traces", timeout=_TIMEOUT_S)
        self._where = endpoint
        self._sent = spans.labels("sent")
        self._is_answering = True

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = super().export(spans)
        answers = result is SpanExportResult.SUCCESS
        if answers:
            self._sent.inc(len(spans))
        if answers is not self._is_answering:
            self._is_answering = answers
            if answers:
                log.info("the collector at %s takes spans again", self._where)
            else:
                log.warning("the collector at %s takes no spans: they are lost", self._where)
        return result
