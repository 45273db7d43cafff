"""What every service measures of its streaming. Labels are topics and partitions, never users."""

from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import version
from typing import get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, ProcessCollector

from freshet.contracts.derived import DeadLetterReason

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_RECORDS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000)


@dataclass(frozen=True)
class StreamingMetrics:
    """The metrics of the streaming core.

    Attributes:
        records: processed, by topic: dead letters are not among them.
        dead_letters: records refused, by topic and reason.
        view_records: of topics held whole, taken in, by topic.
        view_behind: records of a topic held whole that are there and not taken in, by topic.
        view_silence: for how long nothing was heard of a topic held whole, by topic.
        future_events: events that were dated later than the broker took them, by topic.
        published: records published and confirmed, by topic.
        set_records: records processed at once.
        process_seconds: in the service's own function, for one micro-batch.
        confirm_seconds: from handing a micro-batch's outputs to the producer to the confirmation.
        confirmed: when a micro-batch was last confirmed; a worker that reads and never confirms is
            stuck.
        load_seconds: to rebuild the memory of newly assigned partitions.
        lag: records of a partition not yet confirmed.
        in_flight_bytes: read and not yet acknowledged.
        in_flight_limit_bytes: from which no more is read.
        state_keys: keys in memory.
    """

    records: Counter
    dead_letters: Counter
    view_records: Counter
    view_behind: Gauge
    view_silence: Gauge
    future_events: Counter
    published: Counter
    set_records: Histogram
    process_seconds: Histogram
    confirm_seconds: Histogram
    confirmed: Gauge
    load_seconds: Histogram
    lag: Gauge
    in_flight_bytes: Gauge
    in_flight_limit_bytes: Gauge
    state_keys: Gauge


def process_metrics(registry: CollectorRegistry) -> Gauge:
    """Declare what every process says of itself: start, memory, cores, version.

    Returns:
        The gauge of whether it is ready.
    """
    ProcessCollector(registry=registry)
    Info("freshet_build", "What runs.", registry=registry).info({"version": version("freshet")})
    return Gauge("freshet_ready", "1 if /ready says so.", registry=registry)


def streaming_metrics(
    registry: CollectorRegistry, inputs: Iterable[str], held: Iterable[str] = ()
) -> StreamingMetrics:
    """Declare the streaming core's metrics.

    Args:
        registry: of the service.
        inputs: names of the topics that it reads.
        held: names of the topics that it holds whole.
    """
    metrics = _declared(registry)
    inputs, held = tuple(inputs), tuple(held)
    # Counted from nought: of a series that begins with its first fault no increase is ever seen.
    for topic in inputs:
        metrics.records.labels(topic)
        metrics.future_events.labels(topic)
    for topic in held:
        metrics.view_records.labels(topic)
    for topic in (*inputs, *held):
        for reason in get_args(DeadLetterReason):
            metrics.dead_letters.labels(topic, reason)
    return metrics


def _declared(registry: CollectorRegistry) -> StreamingMetrics:
    return StreamingMetrics(
        records=Counter(
            "freshet_records",
            "Records processed, without dead letters.",
            ["topic"],
            registry=registry,
        ),
        dead_letters=Counter(
            "freshet_dead_letters",
            "Records sent to the dead letters.",
            ["topic", "reason"],
            registry=registry,
        ),
        view_records=Counter(
            "freshet_view_records",
            "Records taken in of a topic that is held whole.",
            ["topic"],
            registry=registry,
        ),
        view_behind=Gauge(
            "freshet_view_behind_records",
            "Records of a topic held whole that are there and not yet taken in.",
            ["topic"],
            registry=registry,
        ),
        view_silence=Gauge(
            "freshet_view_silence_seconds",
            "Since a record of a topic held whole was taken in, or the broker said there is none.",
            ["topic"],
            registry=registry,
        ),
        future_events=Counter(
            "freshet_future_events",
            "Events dated later than the broker took them; they count as of then.",
            ["topic"],
            registry=registry,
        ),
        published=Counter(
            "freshet_published_records",
            "Records published and confirmed by the broker.",
            ["topic"],
            registry=registry,
        ),
        set_records=Histogram(
            "freshet_set_records",
            "Records processed at once.",
            buckets=_RECORDS,
            registry=registry,
        ),
        process_seconds=Histogram(
            "freshet_process_seconds",
            "Seconds in the service's own function, for one micro-batch.",
            buckets=_SECONDS,
            registry=registry,
        ),
        confirm_seconds=Histogram(
            "freshet_confirm_seconds",
            "Seconds from publishing a micro-batch's outputs to the broker's confirmation.",
            buckets=_SECONDS,
            registry=registry,
        ),
        confirmed=Gauge(
            "freshet_confirmed_timestamp_seconds",
            "When the broker last confirmed all that a micro-batch led to; 0 before the first.",
            registry=registry,
        ),
        load_seconds=Histogram(
            "freshet_state_load_seconds",
            "Seconds to rebuild the memory of newly assigned partitions.",
            buckets=(0.01, 0.1, 0.5, 1, 5, 10, 30, 60, 120),
            registry=registry,
        ),
        lag=Gauge(
            "freshet_lag_records",
            "Records of a partition that are not yet confirmed.",
            ["topic", "partition"],
            registry=registry,
        ),
        in_flight_bytes=Gauge(
            "freshet_in_flight_bytes",
            "Bytes read and not yet acknowledged.",
            registry=registry,
        ),
        in_flight_limit_bytes=Gauge(
            "freshet_in_flight_limit_bytes",
            "Bytes in flight from which no more is read.",
            registry=registry,
        ),
        state_keys=Gauge("freshet_state_keys", "Keys in this worker's memory.", registry=registry),
    )
