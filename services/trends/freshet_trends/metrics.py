"""What the trends service measures."""

from prometheus_client import CollectorRegistry, Counter


def sightings_metric(registry: CollectorRegistry) -> Counter:
    """Items seen in clicks, feedback, carts and impressions, by topic."""
    return Counter(
        "freshet_trends_sightings",
        "Items seen in clicks, feedback, carts and impressions.",
        ["topic"],
        registry=registry,
    )
