"""What the interactions service measures."""

from prometheus_client import CollectorRegistry, Counter


def told_metric(registry: CollectorRegistry) -> Counter:
    """What was told to items, by the topic of the events."""
    return Counter(
        "freshet_interactions_told",
        "What was told to items: interactions, impressions, and what followed what.",
        ["topic"],
        registry=registry,
    )
