"""What the catalog service measures."""

from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram


@dataclass(frozen=True)
class CatalogMetrics:
    """The metrics of the catalog service.

    Attributes:
        items: items taken, by what came of them.
        embed_seconds: seconds to understand one group of texts.
        names: names that the taxonomy knows.
        behind: entries that could say more, by what would add to them.
        improved: entries that were looked at again, by what for and what came of it.
    """

    items: Counter
    embed_seconds: Histogram
    names: Gauge
    behind: Gauge
    improved: Counter


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
            "Seconds to embed and tag one group of texts.",
            buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1),
            registry=registry,
        ),
        names=Gauge(
            "freshet_catalog_names", "Names that the taxonomy of tags knows.", registry=registry
        ),
        behind=Gauge(
            "freshet_catalog_behind",
            "Entries that are not yet what the settings ask for. By: embedded, vectors,"
            " previous_vectors or tags.",
            ["by"],
            registry=registry,
        ),
        improved=Counter(
            "freshet_catalog_improved",
            "Entries looked at again: done, or undone (refused, or the item changed meanwhile).",
            ["by", "outcome"],
            registry=registry,
        ),
    )
