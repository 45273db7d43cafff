"""Lists are scored by what had only seen earlier ones."""

import numpy as np
import pytest
from numpy.typing import NDArray

from freshet.domain.evaluation import metrics
from freshet.domain.evaluation.prequential import Scorer, prequential
from freshet.domain.learning.examples import Examples
from harness.lists import examples_of, shown


def world(count: int = 600) -> Examples:
    """Every list has the same items, and what is clicked in it is chance."""
    random = np.random.default_rng(8)
    return examples_of(*(shown(n, range(10), [int(random.integers(10))]) for n in range(count)))


def memorise(known: Examples) -> Scorer:
    """Learns every label by heart, and reads those of what it scores, if it is given any."""
    labels = dict(zip(known.list_ids, known.labels, strict=True))

    def score(lists: Examples) -> NDArray[np.float64]:
        return np.array(
            [
                labels.get(list_id, np.zeros(10)) + given
                for list_id, given in zip(lists.list_ids, lists.labels, strict=True)
            ]
        )

    return score


def test_a_model_that_learns_labels_by_heart_gains_nothing() -> None:
    lists = world()
    scores = prequential(lists, memorise, start=100, block=37)
    later = lists[100:]
    places = metrics.ranking(scores, later)
    reached = metrics.reciprocal_rank(metrics.ranked(later.labels, places)).mean()
    assert reached == pytest.approx((1 / np.arange(1, 11)).mean(), abs=0.04)
    # The same model, given what it is asked for, is perfect: the test above can fail.
    leaked = metrics.ranking(memorise(lists)(later), later)
    assert metrics.reciprocal_rank(metrics.ranked(later.labels, leaked)).mean() == 1


def test_each_list_is_scored_once_with_the_lists_that_were_over_before_its_block() -> None:
    lists = world(20)
    seen: list[tuple[int, int]] = []

    def train(known: Examples) -> Scorer:
        def score(now: Examples) -> NDArray[np.float64]:
            seen.append((len(known), len(now)))
            assert known.time_ms.max() < now.time_ms.min() - 2_000
            return np.repeat(now.time_ms[:, None], 10, axis=1).astype(np.float64)

        return score

    scores = prequential(lists, train, start=8, block=5, label_delay_ms=2_000)
    assert scores[:, 0].tolist() == lists.time_ms[8:].tolist()
    assert seen == [(6, 5), (11, 5), (16, 2)]


def test_lists_of_the_same_moment_are_not_learned_from() -> None:
    lists = world(6)
    lists.time_ms[:] = [0, 1, 2, 2, 2, 3]
    known: list[int] = []

    def train(before: Examples) -> Scorer:
        known.append(len(before))
        return lambda now: np.zeros(now.items.shape)

    prequential(lists, train, start=4, block=1)
    assert known == [2, 5]


def test_without_order_or_a_past_there_is_no_prequential_evaluation() -> None:
    lists = world(6)
    with pytest.raises(ValueError, match="to learn from"):
        prequential(lists, memorise, start=0, block=2)
    lists.time_ms[:] = lists.time_ms[::-1]
    with pytest.raises(ValueError, match="order of time"):
        prequential(lists, memorise, start=2, block=2)
