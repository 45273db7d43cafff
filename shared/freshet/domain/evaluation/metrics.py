"""How good an order of shown lists is, list by list; gains are binary: clicked or not."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from freshet.domain.learning.examples import Examples

Scores = NDArray[np.floating[Any]]
PerList = NDArray[np.float64]
Places = NDArray[np.intp]

#: Ranks that the metrics look at.
DEPTH = 10

# Odd constants of the splitmix64 generator (Steele et al., Fast Splittable Pseudorandom Number
# Generators, 2014).
_GOLDEN, _MIX_1, _MIX_2 = (
    np.uint64(0x9E3779B97F4A7C15),
    np.uint64(0xBF58476D1CE4E5B9),
    np.uint64(0x94D049BB133111EB),
)


def ranking(scores: Scores, examples: Examples) -> Places:
    """Places of each list [n, k] from the best score to the worst, padding last.

    Equal scores are ordered by a hash of the item and the time of the list: the same in every
    run, and blind to where the item was shown, so that a ranker that cannot tell items apart
    does not get the shown order for nothing.

    Raises:
        ValueError: the scores are of another shape, or one of an item is not a number.
    """
    there = examples.items >= 0
    if scores.shape != there.shape:
        raise ValueError(f"scores of {scores.shape} for lists of {there.shape}")
    if np.isnan(scores[there]).any():
        raise ValueError("a score is not a number")
    with np.errstate(over="ignore"):
        mixed = examples.time_ms.astype(np.uint64)[:, None] * _GOLDEN
        mixed = mixed + examples.items.astype(np.int64).view(np.uint64)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * _MIX_1
        mixed = (mixed ^ (mixed >> np.uint64(27))) * _MIX_2
    places: Places = np.lexsort((mixed, -np.where(there, scores, 0.0), ~there), axis=1)
    return places


def ranked(values: NDArray[Any], places: Places) -> NDArray[Any]:
    """Values of each list [n, k] in the order of a ranking."""
    return np.take_along_axis(values, places, axis=1)


def ndcg(labels: Scores, depth: int = DEPTH) -> PerList:
    """Normalised discounted cumulative gain (Järvelin and Kekäläinen, 2002) of each list, [n].

    Args:
        labels: 1 where it was clicked, in the order ranked, [n, k]; 0 pads.
        depth: ranks that count.

    Returns:
        1 where the clicked items stand first; 0 for lists in which nothing was clicked.
    """
    depth = min(depth, labels.shape[1])
    discount = 1.0 / np.log2(np.arange(depth) + 2.0)
    gained = labels[:, :depth] @ discount
    best = np.concatenate([[0.0], discount.cumsum()])
    ideal = best[np.minimum(labels.sum(axis=1).astype(np.intp), depth)]
    return _share(gained, ideal)


def recall(labels: Scores, depth: int = DEPTH) -> PerList:
    """Share of the clicked items that stand in the first ranks, [n]; arguments as of `ndcg`."""
    return _share(labels[:, :depth].sum(axis=1), labels.sum(axis=1))


def reciprocal_rank(labels: Scores) -> PerList:
    """One by the rank (from 1) of the first clicked item, [n]; 0 without a click."""
    clicked = labels > 0
    return _share(np.any(clicked, axis=1), clicked.argmax(axis=1) + 1.0)


def coverage(items: NDArray[np.int32], catalogue: int, depth: int = DEPTH) -> float:
    """Share of the catalogue that stands in the first ranks of any list.

    Args:
        items: rows of items in the order ranked, [n, k]; -1 pads.
        catalogue: how many items there are.
        depth: ranks that count.
    """
    top = items[:, :depth]
    return len(np.unique(top[top >= 0])) / max(1, catalogue)


def novelty(items: NDArray[np.int32], share: PerList, depth: int = DEPTH) -> PerList:
    """Mean surprise of each list's first ranks in bits, -log2 of an item's share of clicks, [n].

    Self-information as in Zhou et al., Solving the apparent diversity-accuracy dilemma of
    recommender systems, PNAS 2010.

    Args:
        items: as of `coverage`.
        share: of all clicks, by row of item, [m], above 0.
        depth: ranks that count.
    """
    top = items[:, :depth]
    there = top >= 0
    bits = np.where(there, -np.log2(share)[top], 0.0)
    return _share(bits.sum(axis=1), there.sum(axis=1))


def item_clicks(examples: Examples, items: int) -> PerList:
    """Clicks of each item in these lists, by row, [items]."""
    clicked = examples.items[(examples.labels > 0) & (examples.items >= 0)]
    counts: PerList = np.bincount(clicked, minlength=items).astype(np.float64)
    return counts


def click_share(clicks: PerList) -> PerList:
    """Each item's share of all clicks, each one more: else one never clicked is novel for ever."""
    share: PerList = (1.0 + clicks) / (1.0 + clicks).sum()
    return share


def _share(part: Any, whole: Any) -> PerList:
    result = np.zeros(len(whole))
    np.divide(part, whole, out=result, where=whole > 0)
    return result
