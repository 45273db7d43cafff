"""What every service measures of its streaming. Labels are topics and partitions, never users."""

from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_RECORDS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000)


@dataclass(frozen=True)
class StreamingMetrics:
    """The metrics of the streaming core.

    Attributes:
        records: read and decoded, by topic.
        dead_letters: records refused, by topic and reason.
        published: records published and confirmed, by topic.
        set_records: records processed at once.
        process_seconds: in the service's own function, for one set.
        confirm_seconds: from handing a set's outputs to the producer to the confirmation.
        load_seconds: to rebuild the memory of newly assigned partitions.
        lag: records of a partition not yet confirmed.
        in_flight_bytes: read and not yet acknowledged.
        state_keys: keys in memory.
    """

    records: Counter
    dead_letters: Counter
    published: Counter
    set_records: Histogram
    process_seconds: Histogram
    confirm_seconds: Histogram
    load_seconds: Histogram
    lag: Gauge
    in_flight_bytes: Gauge
    state_keys: Gauge


def streaming_metrics(registry: CollectorRegistry) -> StreamingMetrics:
    """Declare the streaming core's metrics."""
    return StreamingMetrics(
        records=Counter(
            "freshet_records", "Records read and decoded.", ["topic"], registry=registry
        ),
        dead_letters=Counter(
            "freshet_dead_letters",
            "Records sent to the dead letters.",
            ["topic", "reason"],
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
            "Seconds in the service's own function, for one set of batches.",
            buckets=_SECONDS,
            registry=registry,
        ),
        confirm_seconds=Histogram(
            "freshet_confirm_seconds",
            "Seconds from publishing a set's outputs to the broker's confirmation.",
            buckets=_SECONDS,
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
        state_keys=Gauge("freshet_state_keys", "Keys in this worker's memory.", registry=registry),
    )
