"""A service as a process: settings, connection, signals, and an exit code that tells the truth."""

import asyncio
import gc
import logging
import os
import signal
import sys
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, TypeVar

from opentelemetry.trace import Tracer
from threadpoolctl import threadpool_limits

from freshet.config import ConfigError, ServiceConfig, load
from freshet.streaming.app import FreshetApp, build_app
from freshet.streaming.global_table_reader import GlobalTableReader
from freshet.streaming.health import HealthServer
from freshet.streaming.metrics import StreamingMetrics, streaming_metrics
from freshet.streaming.preflight import PreflightFailed, check_topics
from freshet.streaming.processing import Processing
from freshet.streaming.service import Service
from freshet.streaming.tracing import NO_TRACER, Tracing
from freshet.telemetry.logs import log_to_stderr

log = logging.getLogger("freshet")

C = TypeVar("C", bound=ServiceConfig)

#: Exit codes: the settings are wrong; the service failed and should be started again.
EXIT_CONFIG = 2
EXIT_FAILED = 1

#: How long a stop may take, in a cluster that kills after 30 s. What was not confirmed by then is
#: read again by whoever comes.
STOP_S = 20.0


def run(build: Callable[[C], Service], settings: type[C]) -> None:
    """Run a service until it is told to stop, then leave the process.

    Args:
        build: makes the service from its settings, connecting to nothing.
        settings: the type of its settings, read from the environment.
    """
    try:
        config = load(settings, os.environ)
    except ConfigError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(EXIT_CONFIG)
    log_to_stderr(config.log_level)
    service = build(config)
    with tracer_of(service, config) as tracer:
        settle()
        log.info("%s starts with\n%s", service.name, config.describe())
        code = asyncio.run(serve(service, config, tracer))
    sys.exit(code)


def tracer_of(service: Service, config: ServiceConfig) -> AbstractContextManager[Tracer]:
    """What makes a service's spans, for the length of a `with` block."""
    if not config.otlp_endpoint:
        return nullcontext(NO_TRACER)
    # OpenTelemetry's SDK is loaded by who asks for traces alone.
    from freshet.telemetry.span_export import exporting

    return exporting(config.otlp_endpoint, service.name, service.registry)


def settle() -> None:
    """Make ready for the long run, once everything is imported and built."""
    # A worker is one core's worth: the linear algebra's own threads would spin on the others.
    threadpool_limits(1)
    # What is there now stays; looking through it again and again would only cost pauses.
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


async def serve(service: Service, config: ServiceConfig, tracer: Tracer = NO_TRACER) -> int:
    """Run a service until SIGTERM or SIGINT; returns the exit code.

    Args:
        service: to be run.
        config: checked settings.
        tracer: makes its spans.
    """
    try:
        await check_topics(service, config)
    except PreflightFailed as error:
        log.critical("%s", error)
        return EXIT_FAILED
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    app = build_app(service, config)
    metrics = streaming_metrics(
        service.registry,
        (topic.name for topic in service.inputs),
        (topic.name for table in service.global_tables for topic in table.topics),
    )
    metrics.in_flight_limit_bytes.set(config.max_in_flight_bytes)
    tables = [
        GlobalTableReader(table, config, service.name, metrics) for table in service.global_tables
    ]
    health = HealthServer(
        config,
        service.registry,
        lambda: _waiting_for(app, tables),
        lambda: _refresh(app, tables, service, metrics),
    )
    try:
        port = await health.start()
    except OSError as error:
        log.critical("FRESHET_HTTP_HOST and FRESHET_HTTP_PORT cannot be listened on: %s", error)
        return EXIT_CONFIG
    log.info("%s answers /metrics, /live and /ready on port %d", service.name, port)
    tasks = [asyncio.create_task(_or_die(table.follow(), stopped)) for table in tables]
    tracing = Tracing(tracer, service, config.topic, config.trace_ratio)
    processing = Processing(service, config, app, metrics, tracing)
    tasks.append(
        asyncio.create_task(_or_die(_start(app, tables, service, processing, stopped), stopped))
    )
    await stopped.wait()
    log.info("%s stops", service.name)
    stopping = asyncio.create_task(_stop(tasks, app, health))
    await asyncio.wait({stopping}, timeout=STOP_S)
    if not stopping.done():
        log.critical("%s could not stop in order within %.0f s and leaves", service.name, STOP_S)
        logging.shutdown()
        os._exit(EXIT_FAILED)
    stopping.result()
    return 0


async def _stop(
    tasks: Sequence["asyncio.Task[None]"], app: FreshetApp, health: HealthServer
) -> None:
    """End everything in order."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await app.stop()
    await health.stop()


async def _start(
    app: FreshetApp,
    tables: list[GlobalTableReader],
    service: Service,
    processing: Processing,
    stopped: asyncio.Event,
) -> None:
    """Join the group only when the tables are whole: nothing is answered from half a catalog."""
    for table in tables:
        await table.caught_up.wait()
    await service.prepare()
    await app.start()
    works = (
        processing.run(),
        _or_crash_of(app),
        *(table.write_letters(service.publisher) for table in tables),
        *(work() for work in service.background),
    )
    # Waits for all of them when they are told to stop: each says by itself what it failed of.
    await asyncio.gather(*(_or_die(work, stopped) for work in works), return_exceptions=True)


async def _or_crash_of(app: FreshetApp) -> None:
    """End when Faust ends by itself, which it only does when something in it failed."""
    await app.wait_until_stopped()
    raise RuntimeError("the Kafka client stopped") from app.crash_reason


async def _or_die(work: Coroutine[Any, Any, None], stopped: asyncio.Event) -> None:
    """Leave the process at once if the work ends while nobody asked it to, in whatever way.

    Clients also end by a CancelledError of their own, which would pass for an orderly stop.

    An orderly shutdown could commit or publish from a memory that is ahead of the log. Leaving
    as a crash does commits nothing, and what was not confirmed is read again after the restart.
    """
    try:
        await work
    except BaseException as error:
        if stopped.is_set() and isinstance(error, asyncio.CancelledError):
            raise
        log.critical("the service failed and leaves", exc_info=True)
    else:
        log.critical("work that never ends has ended: the service leaves")
    logging.shutdown()
    os._exit(EXIT_FAILED)


def _waiting_for(app: FreshetApp, tables: list[GlobalTableReader]) -> str:
    lacking = [text for table in tables if (text := table.waiting_for())]
    if lacking:
        return "; ".join(lacking)
    return "" if app.batch_queue.is_open else "partitions to be assigned"


def _refresh(
    app: FreshetApp,
    tables: Sequence[GlobalTableReader],
    service: Service,
    metrics: StreamingMetrics,
) -> None:
    """Bring the gauges up to date."""
    for table in tables:
        table.show()
    metrics.lag.clear()
    for tp in app.batch_queue.assigned:
        metrics.lag.labels(tp.topic, str(tp.partition)).set(app.consumer.lag(tp))
    metrics.in_flight_bytes.set(app.consumer.in_flight.bytes if app.batch_queue.assigned else 0)
    if service.state is not None:
        metrics.state_keys.set(len(service.state))
