"""What an evaluation found, as it is written to JSON."""

import math

import msgspec

from freshet.domain.evaluation.bootstrap import Interval


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """A mean and its 95 % interval over users; an absent end is not known."""

    mean: float
    low: float | None
    high: float | None


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the lists.

    Attributes:
        name, meaning: what it is.
        lists, users: how many, of those with a click.
    """

    name: str
    meaning: str
    lists: int
    users: int


class Bin(msgspec.Struct, frozen=True, kw_only=True):
    """Shown items of similar chances: how many, what was said, what was clicked."""

    count: int
    predicted: float
    observed: Figure


class Calibration(msgspec.Struct, frozen=True, kw_only=True):
    """How far the chances of a model are from what happened, on all lists.

    Attributes:
        error: expected calibration error, mean distance over items.
        bins: from the smallest chances to the largest, about as many items in each.
    """

    error: float
    bins: list[Bin]


class Ranker(msgspec.Struct, frozen=True, kw_only=True):
    """One order of the lists: of a model or of a baseline.

    Attributes:
        name: the model's label, or what the baseline is called.
        baseline: whether it needs no model.
        metrics: segment to metric to figure: nDCG@10, recall@10, MRR, novelty.
        over: of a model: baseline to segment to metric to how much better the model is,
            paired by list.
        coverage: share of the catalogue in the first ten of any list.
        calibration: of a model that gives chances.
    """

    name: str
    baseline: bool
    metrics: dict[str, dict[str, Figure]]
    over: dict[str, dict[str, dict[str, Figure]]] = {}
    coverage: float
    calibration: Calibration | None = None


class OffPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """Clicks a list that another way to make lists would have got.

    Attributes:
        policy: what would have made them.
        lists: that were logged with propensities.
        effective: as many lists of that policy's own would say as much; of few, the intervals are
            too narrow.
        mean_weight: of the lists; far from 1, the propensities are not those of the log, or the
            lists are too few.
        logged: clicks a list as it was.
        estimates: `IPS`, `SNIPS` and `DR` to figure.
    """

    policy: str
    lists: int
    effective: float
    mean_weight: float
    logged: Figure
    estimates: dict[str, Figure]


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """An evaluation.

    Attributes:
        made_ms: when it was made.
        source: what was evaluated on.
        from_ms, to_ms: time of the first and the last list.
        lists: all that were scored; those without a click say nothing of the order.
        catalogue: items that there are.
        segments: the parts, all lists first.
        rankers: models first, then baselines.
        off_policy: where lists were logged with propensities.
        notes: what a reader must know to believe no more than is shown.
        seed: of all chance in it.
    """

    made_ms: int
    source: str
    from_ms: int
    to_ms: int
    lists: int
    catalogue: int
    segments: list[Segment]
    rankers: list[Ranker]
    off_policy: list[OffPolicy] = []
    notes: list[str] = []
    seed: int


def figure(interval: Interval) -> Figure:
    """An interval as it is written: JSON knows no infinity."""
    low, high = (end if math.isfinite(end) else None for end in interval[1:])
    return Figure(mean=interval.mean, low=low, high=high)
