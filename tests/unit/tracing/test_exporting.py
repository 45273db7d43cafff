"""A collector that refuses, or never answers, costs spans and nothing else."""

import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from opentelemetry.trace import Tracer
from prometheus_client import CollectorRegistry

from freshet.config import ConfigError, ServiceConfig, load
from freshet.telemetry.span_export import exporting

#: So many spans are sent without waiting for more.
BATCH = 512


class Collector:
    """Answers every request with one status."""

    def __init__(self) -> None:
        self.status = 200
        self.requests = 0
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(collector.status)
                self.send_header("Content-Length", "0")
                self.end_headers()
                collector.requests += 1

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def collector() -> Iterator[Collector]:
    collector = Collector()
    threading.Thread(target=collector.server.serve_forever, daemon=True).start()
    yield collector
    collector.server.shutdown()
    collector.server.server_close()


@pytest.fixture
def silent() -> Iterator[str]:
    """An address where connections are taken and nothing is ever answered."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def make(tracer: Tracer, count: int) -> float:
    """Seconds that some spans took of the one who makes them."""
    started = time.perf_counter()
    for _ in range(count):
        tracer.start_span("span").end()
    return time.perf_counter() - started


def count(registry: CollectorRegistry, outcome: str) -> float:
    return registry.get_sample_value("freshet_spans_total", {"outcome": outcome}) or 0.0


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_collector_that_never_answers_is_not_waited_for(silent: str) -> None:
    registry = CollectorRegistry()
    with exporting(silent, "ranker", registry) as tracer:
        assert make(tracer, 5_000) < 5
        leaving = time.perf_counter()
    assert time.perf_counter() - leaving < 5
    assert count(registry, "ended") == 5_000
    assert count(registry, "sent") == 0


def test_a_collector_that_refuses_is_told_of_once_and_so_is_its_return(
    collector: Collector, caplog: pytest.LogCaptureFixture
) -> None:
    registry = CollectorRegistry()
    collector.status = 400
    with caplog.at_level(logging.INFO), exporting(collector.url, "ranker", registry) as tracer:
        for refused in (1, 2, 3):
            make(tracer, BATCH)
            until(lambda refused=refused: collector.requests >= refused)  # type: ignore[misc]
        collector.status = 200
        make(tracer, BATCH)
        until(lambda: count(registry, "sent") >= BATCH)
    said = [record for record in caplog.records if collector.url in record.getMessage()]
    assert [record.levelname for record in said] == ["WARNING", "INFO"]
    assert not [record for record in caplog.records if record.name.startswith("opentelemetry")]
    assert count(registry, "ended") == 4 * BATCH


def test_the_last_spans_are_sent_at_the_end(collector: Collector) -> None:
    registry = CollectorRegistry()
    with exporting(collector.url, "ranker", registry) as tracer:
        make(tracer, 3)
    assert count(registry, "sent") == 3


@pytest.mark.parametrize(
    "wrong",
    ["collector:4318", "ftp://collector", "http://", "http://user:secret@collector", "http://c/?x"],
)
def test_a_wrong_endpoint_is_named(wrong: str) -> None:
    with pytest.raises(ConfigError, match="FRESHET_OTLP_ENDPOINT"):
        load(ServiceConfig, {"FRESHET_OTLP_ENDPOINT": wrong})


def test_an_endpoint_is_taken_as_it_is() -> None:
    endpoint = "https://collector.example:4318"
    assert load(ServiceConfig, {"FRESHET_OTLP_ENDPOINT": endpoint}).otlp_endpoint == endpoint
