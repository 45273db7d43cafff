"""What the simulator measures."""

from prometheus_client import CollectorRegistry, Counter


def sent_metric(registry: CollectorRegistry) -> Counter:
    """Events sent, by topic."""
    return Counter(
        "freshet_simulator_events", "Events sent by the simulator.", ["topic"], registry=registry
    )
