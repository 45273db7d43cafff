"""What is measured of a language model: whether it is asked, answers, and is believed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from freshet.llm.unanswered import Reason

#: What became of a call: it was answered, or why not.
OUTCOMES = ("answered", *get_args(Reason))


@dataclass(frozen=True)
class LlmMetrics:
    """The metrics of a service that may ask a language model.

    A service counts `rejected` and `fallbacks` itself: it alone knows what it needs.

    Attributes:
        configured: 1 if there is an endpoint to ask.
        calls: by purpose and outcome.
        tokens: used, by purpose and whether they were read or written; as the endpoint counts.
        rejected: answers that came and were not used: they failed the service's own check.
        fallbacks: things done without a model's answer, for whatever reason.
        seconds: of calls that were answered, by purpose.
        breaker_open: 1 while no calls are made, for too many have failed.
    """

    configured: Gauge
    calls: Counter
    tokens: Counter
    rejected: Counter
    fallbacks: Counter
    seconds: Histogram
    breaker_open: Gauge


def llm_metrics(registry: CollectorRegistry, purposes: Sequence[str]) -> LlmMetrics:
    """Declare the metrics.

    Args:
        registry: the service's.
        purposes: all that the service will ask for. Every series is there from the start, so that
            an alert can tell a model that is never called from one that does not exist.
    """
    metrics = LlmMetrics(
        configured=Gauge(
            "freshet_llm_configured",
            "1 if a language model is configured, 0 if the service does without.",
            registry=registry,
        ),
        calls=Counter(
            "freshet_llm_calls",
            "Calls of a language model: answered, or why not.",
            ["purpose", "outcome"],
            registry=registry,
        ),
        tokens=Counter(
            "freshet_llm_tokens",
            "Tokens that a language model read and wrote, by its own count.",
            ["purpose", "direction"],
            registry=registry,
        ),
        rejected=Counter(
            "freshet_llm_rejected_answers",
            "Answers that were well-formed and failed the service's check; they were not used.",
            ["purpose"],
            registry=registry,
        ),
        fallbacks=Counter(
            "freshet_llm_fallbacks",
            "Things done without a language model's answer, for whatever reason.",
            ["purpose"],
            registry=registry,
        ),
        seconds=Histogram(
            "freshet_llm_seconds",
            "Seconds until a language model had answered, retries included.",
            ["purpose"],
            buckets=(0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 60),
            registry=registry,
        ),
        breaker_open=Gauge(
            "freshet_llm_breaker_open",
            "1 while no calls are made because too many failed.",
            registry=registry,
        ),
    )
    for purpose in purposes:
        for outcome in OUTCOMES:
            metrics.calls.labels(purpose, outcome)
        for direction in ("read", "written"):
            metrics.tokens.labels(purpose, direction)
        metrics.rejected.labels(purpose)
        metrics.fallbacks.labels(purpose)
        metrics.seconds.labels(purpose)
    return metrics
