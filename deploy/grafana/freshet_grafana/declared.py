"""All metrics that the services declare: dashboards and alerts may use these and no others."""

from collections.abc import Callable
from dataclasses import dataclass

from prometheus_client import CollectorRegistry

from freshet.llm.metrics import llm_metrics
from freshet.streaming.metrics import process_metrics, streaming_metrics
from freshet_catalog.metrics import catalog_metrics
from freshet_interactions.metrics import told_metric
from freshet_interests.metrics import interests_metrics
from freshet_narrator.metrics import narrator_metrics
from freshet_ranker.metrics import ranker_metrics
from freshet_simulator.metrics import sent_metric
from freshet_trainer.metrics import trainer_metrics
from freshet_trends.metrics import interactions_metric

#: Who declares what.
GROUPS: dict[str, Callable[[CollectorRegistry], object]] = {
    "every service": process_metrics,
    "every service but the trainer": lambda registry: streaming_metrics(registry, ["a topic"]),
    "catalog": catalog_metrics,
    "interests": interests_metrics,
    "interactions": told_metric,
    "trends": interactions_metric,
    "ranker": ranker_metrics,
    "trainer": trainer_metrics,
    "narrator": narrator_metrics,
    "services with a language model": lambda registry: llm_metrics(registry, ["a purpose"]),
    "simulator": sent_metric,
}

_SERIES = {
    "counter": ("_total",),
    "histogram": ("_bucket", "_count", "_sum"),
    "gauge": ("",),
    "info": ("_info",),
}


@dataclass(frozen=True)
class Declared:
    """One metric.

    Attributes:
        group: who declares it.
        name: without the endings of its series.
        kind: counter, gauge, histogram or info.
        meaning: its help.
        labels: of its series, beside `job` and `instance`, and `le` of a histogram.
        buckets: upper bounds of a histogram, without infinity.
    """

    group: str
    name: str
    kind: str
    meaning: str
    labels: tuple[str, ...]
    buckets: tuple[float, ...]

    @property
    def series(self) -> tuple[str, ...]:
        """The names that queries know it by."""
        return tuple(self.name + ending for ending in _SERIES[self.kind])


def declared() -> list[Declared]:
    """The metrics of all services."""
    return [one for group, declare in GROUPS.items() for one in _of(group, declare)]


def _of(group: str, declare: Callable[[CollectorRegistry], object]) -> list[Declared]:
    registry = CollectorRegistry()
    declare(registry)
    found = []
    for collector in registry._collector_to_names:
        for family in collector.collect():
            # Series with a label each are there only once they were counted: the labels that were
            # declared are nowhere but here.
            labels = getattr(collector, "_labelnames", ()) or sorted(
                {name for sample in family.samples for name in sample.labels} - {"le"}
            )
            found.append(
                Declared(
                    group,
                    family.name,
                    family.type,
                    family.documentation,
                    tuple(labels),
                    tuple(getattr(collector, "_upper_bounds", ())[:-1]),
                )
            )
    return found
