"""What the trends service measures."""

from prometheus_client import CollectorRegistry, Counter


def interactions_metric(registry: CollectorRegistry) -> Counter:
    """Interactions and impressions of items that were counted."""
    return Counter(
        "freshet_trends_interactions",
        "What was counted of items: interactions, impressions, and what followed what.",
        registry=registry,
    )
