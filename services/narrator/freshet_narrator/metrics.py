"""What the narrator measures, beside what it measures of the language model."""

from dataclasses import dataclass
from typing import get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from freshet.domain.narrative.check import Fault
from freshet.domain.narrative.worth import Skipped


@dataclass(frozen=True)
class NarratorMetrics:
    """The metrics of the narrator.

    Attributes:
        narratives: published, by who wrote.
        skipped: lists that were not written about, by why.
        faults: texts of the language model that were not used, by what was wrong with them.
        model_seconds: from the list to the language model's texts about it.
        waiting: lists that wait for the language model.
        items: items known.
    """

    narratives: Counter
    skipped: Counter
    faults: Counter
    model_seconds: Histogram
    waiting: Gauge
    items: Gauge


def narrator_metrics(registry: CollectorRegistry) -> NarratorMetrics:
    """Declare the metrics."""
    metrics = NarratorMetrics(
        narratives=Counter(
            "freshet_narrator_narratives",
            "Narratives published: by templates with the list, by a language model later.",
            ["source"],
            registry=registry,
        ),
        skipped=Counter(
            "freshet_narrator_skipped_lists",
            "Lists that were not written about.",
            ["reason"],
            registry=registry,
        ),
        faults=Counter(
            "freshet_narrator_faulty_texts",
            "Texts of a language model that failed the check, by the first fault found.",
            ["fault"],
            registry=registry,
        ),
        model_seconds=Histogram(
            "freshet_narrator_model_seconds",
            "Seconds from a list to the language model's texts about it.",
            buckets=(0.25, 0.5, 1, 2.5, 5, 10, 20, 60),
            registry=registry,
        ),
        waiting=Gauge(
            "freshet_narrator_waiting_lists",
            "Lists that wait for the language model.",
            registry=registry,
        ),
        items=Gauge("freshet_narrator_items", "Items known to the narrator.", registry=registry),
    )
    for source in ("template", "model"):
        metrics.narratives.labels(source)
    for reason in (*get_args(Skipped), "lately", "newer", "unknown_item"):
        metrics.skipped.labels(reason)
    for fault in get_args(Fault):
        metrics.faults.labels(fault)
    return metrics
