"""What the ranker measures."""

from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from freshet.models.store_trouble import StoreTrouble


@dataclass(frozen=True)
class RankerMetrics:
    """The metrics of the ranker.

    Attributes:
        freshness: from the broker's receipt of the newest event to a list that knows it.
        recommendations: lists published, by strategy, trigger and whose model made them.
        empty: lists published without an item.
        batch_users: lists made in one run of the model.
        items: items that can be recommended.
        refused_items: catalog entries whose embedding is not of the model's space.
        model: 1 for each model version that serves, by what it serves as.
        models_refused: versions that were told to serve and are not fit to.
        models_missing: versions that should serve and do not.
        model_load_seconds: from the news of a model until it serves.
        stores: which of them fail.
    """

    freshness: Histogram
    recommendations: Counter
    empty: Counter
    batch_users: Histogram
    items: Gauge
    refused_items: Gauge
    model: Gauge
    models_refused: Counter
    models_missing: Gauge
    model_load_seconds: Histogram
    stores: StoreTrouble


def ranker_metrics(registry: CollectorRegistry) -> RankerMetrics:
    """Declare the metrics."""
    return RankerMetrics(
        freshness=Histogram(
            "freshet_freshness_seconds",
            "Seconds from the broker's receipt of the newest event that a list knows to the"
            " broker's confirmation of that list.",
            buckets=(
                *(0.005, 0.01, 0.015, 0.02, 0.03, 0.04, 0.06, 0.1),
                *(0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300),
            ),
            registry=registry,
        ),
        recommendations=Counter(
            "freshet_recommendations",
            "Lists published.",
            ["strategy", "trigger", "role"],
            registry=registry,
        ),
        empty=Counter(
            "freshet_empty_recommendations",
            "Lists published without an item: a request was answered with nothing.",
            registry=registry,
        ),
        batch_users=Histogram(
            "freshet_ranker_batch_lists",
            "Lists made in one run of the model.",
            buckets=(1, 2, 4, 8, 16, 32, 64),
            registry=registry,
        ),
        items=Gauge("freshet_ranker_items", "Items known to the ranker.", registry=registry),
        refused_items=Gauge(
            "freshet_ranker_refused_items",
            "Catalog entries refused since the start: their embedding is not of the model's space.",
            registry=registry,
        ),
        model=Gauge(
            "freshet_model_info",
            "The model versions that serve.",
            ["model", "role"],
            registry=registry,
        ),
        models_refused=Counter(
            "freshet_models_refused",
            "Model versions that should serve and are not fit to; the old one stays.",
            registry=registry,
        ),
        models_missing=Gauge(
            "freshet_models_missing",
            "Model versions that should serve and do not: they are being loaded, were refused, or"
            " cannot be fetched.",
            registry=registry,
        ),
        model_load_seconds=Histogram(
            "freshet_model_load_seconds",
            "Seconds from the news of a model until it serves.",
            buckets=(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300),
            registry=registry,
        ),
        stores=StoreTrouble(registry),
    )
