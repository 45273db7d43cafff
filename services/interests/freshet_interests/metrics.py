"""What the interests service measures."""

from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Gauge


@dataclass(frozen=True)
class InterestsMetrics:
    """The metrics of the interests service.

    Attributes:
        folded: events folded into a state, by source topic.
        repeated: events that changed nothing, for they were known already.
        catalog_items: items known.
    """

    folded: Counter
    repeated: Counter
    catalog_items: Gauge


def interests_metrics(registry: CollectorRegistry) -> InterestsMetrics:
    """Declare the metrics."""
    return InterestsMetrics(
        folded=Counter(
            "freshet_interests_folded_events",
            "Events folded into a user's state.",
            ["topic"],
            registry=registry,
        ),
        repeated=Counter(
            "freshet_interests_repeated_events",
            "Events known already, by offset or by id: they changed nothing.",
            registry=registry,
        ),
        catalog_items=Gauge(
            "freshet_interests_catalog_items", "Items whose tags are known.", registry=registry
        ),
    )
