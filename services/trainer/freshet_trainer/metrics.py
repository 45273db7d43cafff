"""What the trainer measures."""

from dataclasses import dataclass
from typing import get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from freshet.contracts.models import Stage
from freshet.models.store_trouble import StoreTrouble


@dataclass(frozen=True)
class TrainerMetrics:
    """The metrics of the trainer.

    Attributes:
        lists: examples held.
        passed_over: records that the last replay could not use.
        replay_seconds: of a whole replay.
        trainings: begun, by why.
        training_seconds: from the first step to the verdicts.
        gates: verdicts, by gate and whether it was passed.
        decisions: records written, by the stage that a version came to.
        click_rate: of the lists of each model that were shown in the last day.
        drift: how far the champion's loss has risen; 200 is an alarm.
        looked: when the topics were last looked at.
        stores: which of them fail.
    """

    lists: Gauge
    passed_over: Gauge
    replay_seconds: Histogram
    trainings: Counter
    training_seconds: Histogram
    gates: Counter
    decisions: Counter
    click_rate: Gauge
    drift: Gauge
    looked: Gauge
    stores: StoreTrouble


def trainer_metrics(registry: CollectorRegistry) -> TrainerMetrics:
    """Declare the metrics."""
    minutes = (1, 5, 15, 60, 300, 900, 3_600, 14_400)
    metrics = TrainerMetrics(
        lists=Gauge("freshet_trainer_lists", "Examples held.", registry=registry),
        passed_over=Gauge(
            "freshet_trainer_passed_over_records",
            "Records that the last replay could not use: unreadable, or too late.",
            registry=registry,
        ),
        replay_seconds=Histogram(
            "freshet_trainer_replay_seconds",
            "Seconds of a whole replay.",
            buckets=minutes,
            registry=registry,
        ),
        trainings=Counter(
            "freshet_trainer_trainings", "Trainings begun.", ["reason"], registry=registry
        ),
        training_seconds=Histogram(
            "freshet_trainer_training_seconds",
            "Seconds from the first step of a training to its verdicts.",
            buckets=minutes,
            registry=registry,
        ),
        gates=Counter(
            "freshet_trainer_gates",
            "Verdicts of the gates.",
            ["gate", "passed"],
            registry=registry,
        ),
        decisions=Counter(
            "freshet_trainer_decisions",
            "Records written to the models topic.",
            ["stage"],
            registry=registry,
        ),
        click_rate=Gauge(
            "freshet_trainer_click_rate_ratio",
            "Share of the lists of a model that had a click, of those shown in the last day.",
            ["model"],
            registry=registry,
        ),
        drift=Gauge(
            "freshet_trainer_drift_deviations",
            "How far the champion's loss has risen, in summed deviations; 200 is an alarm.",
            registry=registry,
        ),
        looked=Gauge(
            "freshet_trainer_looked_timestamp_seconds",
            "When the topics were last looked at.",
            registry=registry,
        ),
        stores=StoreTrouble(registry),
    )
    # Counted from nought: of a series that begins with its first event no increase is ever seen.
    for stage in get_args(Stage):
        metrics.decisions.labels(stage)
    return metrics
