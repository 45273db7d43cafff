"""One evaluation: rankers and baselines on the same lists."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from freshet.domain.evaluation import calibration, metrics, report
from freshet.domain.evaluation.baselines import baselines
from freshet.domain.evaluation.bootstrap import difference_interval, mean_interval
from freshet.domain.evaluation.report import figure
from freshet.domain.evaluation.segments import MEANINGS, segments
from freshet.domain.learning.examples import Examples, ItemTable

DRAWS = 1_000

Scores = Mapping[str, NDArray[np.floating]]


class NothingToMeasure(Exception):
    """There is no list in which something was clicked."""


#: Metrics of each list of each ranker.
_Values = dict[str, NDArray[np.float64]]


def evaluate(
    examples: Examples,
    items: ItemTable,
    scores: Scores,
    probabilities: Mapping[str, NDArray[np.float32]],
    which: slice,
    *,
    source: str,
    made_ms: int,
    seed: int,
    draws: int = DRAWS,
    earlier_clicks: NDArray[np.float64] | None = None,
    notes: list[str] | None = None,
    off_policy: list[report.OffPolicy] | None = None,
    progress: Callable[[str], None] = lambda ranker: None,
) -> report.Report:
    """Measure models beside the baselines.

    Only lists in which something was clicked tell a good order from a bad one; chances are held
    against all lists.

    Args:
        examples: lists in the order of their time.
        items: their items.
        scores: by the label of each model, of the lists of the slice, [m, k].
        probabilities: of a click, by label, where a model gives them.
        which: the lists that are evaluated; the models must not have learned from them.
        source: what the lists are, for a person.
        made_ms: when.
        seed: of the bootstrap and of the baseline by chance.
        draws: of the bootstrap.
        earlier_clicks: of each item, by row, which says what is novel; by default those in the
            lists before the slice.
        notes: what a reader must know.
        off_policy: estimates made elsewhere.
        progress: told of each ranker before it is measured.

    Raises:
        NothingToMeasure: nothing was clicked in the slice.
        ValueError: a model has the name of a baseline, or its scores are of another shape or not
            numbers.
    """
    lists = examples[which]
    clicked = np.any(lists.labels > 0, axis=1)
    if not clicked.any():
        raise NothingToMeasure(f"nothing was clicked in {len(lists)} lists: what is a good order?")
    simple = baselines(lists, seed)
    if both := scores.keys() & simple.keys():
        raise ValueError(f"{sorted(both)} are names of baselines")
    if earlier_clicks is None:
        earlier = examples[: which.indices(len(examples))[0]]
        earlier_clicks = metrics.item_clicks(earlier, len(items.ids))
    share = metrics.click_share(earlier_clicks)
    told = lists[clicked]
    parts = {name: mask[clicked] for name, mask in segments(lists).items()}
    parts = {name: mask for name, mask in parts.items() if mask.any()}
    values: dict[str, _Values] = {}
    covered: dict[str, float] = {}
    for name, given in {**scores, **simple}.items():
        if np.shape(given) != lists.items.shape:
            raise ValueError(f"{name}: scores of {np.shape(given)} for {lists.items.shape}")
        places = metrics.ranking(given, lists)
        order = metrics.ranked(lists.items, places)
        values[name] = _of_lists(metrics.ranked(lists.labels, places)[clicked])
        values[name]["novelty"] = metrics.novelty(order[clicked], share)
        covered[name] = metrics.coverage(order, len(items.ids))
    rankers = []
    for name in values:
        progress(name)
        over = {}
        if name in scores:
            over = {
                other: _figures(values[name], values[other], told, parts, draws, seed)
                for other in simple
            }
        rankers.append(
            report.Ranker(
                name=name,
                baseline=name in simple,
                metrics=_figures(values[name], None, told, parts, draws, seed),
                over=over,
                coverage=covered[name],
                calibration=_calibration(probabilities[name], lists, draws, seed)
                if name in probabilities
                else None,
            )
        )
    return report.Report(
        made_ms=made_ms,
        source=source,
        from_ms=int(lists.time_ms[0]),
        to_ms=int(lists.time_ms[-1]),
        lists=len(lists),
        catalogue=len(items.ids),
        segments=[
            report.Segment(
                name=name,
                meaning=MEANINGS[name],
                lists=int(mask.sum()),
                users=len(set(told.user_ids[mask])),
            )
            for name, mask in parts.items()
        ],
        rankers=rankers,
        off_policy=off_policy or [],
        notes=notes or [],
        seed=seed,
    )


def _of_lists(labels: NDArray[np.float32]) -> _Values:
    return {
        "nDCG@10": metrics.ndcg(labels),
        "recall@10": metrics.recall(labels),
        "MRR": metrics.reciprocal_rank(labels),
    }


def _figures(
    mine: _Values,
    other: _Values | None,
    lists: Examples,
    parts: Mapping[str, NDArray[np.bool_]],
    draws: int,
    seed: int,
) -> dict[str, dict[str, report.Figure]]:
    """Each metric in each segment: by itself, or how much better than another's."""
    found: dict[str, dict[str, report.Figure]] = {}
    for part, mask in parts.items():
        users = lists.user_ids[mask]
        found[part] = {
            metric: figure(
                mean_interval(one[mask], users, draws, seed)
                if other is None
                else difference_interval(one[mask], other[metric][mask], users, draws, seed)
            )
            for metric, one in mine.items()
        }
    return found


def _calibration(
    probabilities: NDArray[np.float32], lists: Examples, draws: int, seed: int
) -> report.Calibration:
    bins = calibration.reliability(probabilities, lists, draws, seed)
    return report.Calibration(
        error=calibration.expected_calibration_error(bins),
        bins=bins,
    )
