"""What the catalog service measures."""

from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Histogram


@dataclass(frozen=True)
class CatalogMetrics:
    """The metrics of the catalog service.

    Attributes:
        items: items taken, by what came of them.
        embed_seconds: seconds to embed one group of texts.
    """

    items: Counter
    embed_seconds: Histogram


def catalog_metrics(registry: CollectorRegistry) -> CatalogMetrics:
    """Declare the metrics."""
    return CatalogMetrics(
        items=Counter(
            "freshet_catalog_items",
            "Items taken: embedded, kept (its content was known) or withdrawn.",
            ["outcome"],
            registry=registry,
        ),
        embed_seconds=Histogram(
            "freshet_catalog_embed_seconds",
            "Seconds to embed one group of texts.",
            buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1),
            registry=registry,
        ),
    )
