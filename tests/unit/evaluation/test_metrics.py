"""Metrics of orders, held against what a person works out on paper."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import ndcg_score

from freshet.domain.evaluation import metrics
from harness.lists import examples_of, shown

SECOND = 1 / np.log2(3)


def test_ndcg_recall_and_mrr_are_those_worked_out_by_hand() -> None:
    labels = np.array(
        [
            [1, 0, 0, 0],  # the only click on top
            [0, 1, 0, 0],  # the only click second
            [0, 1, 1, 0],  # two clicks, second and third
            [0, 0, 0, 0],  # nothing clicked
        ],
        np.float32,
    )
    two = (SECOND + 0.5) / (1 + SECOND)
    assert metrics.ndcg(labels) == pytest.approx([1, SECOND, two, 0])
    assert metrics.ndcg(labels, depth=2) == pytest.approx([1, SECOND, SECOND / (1 + SECOND), 0])
    assert metrics.recall(labels, depth=2) == pytest.approx([1, 1, 0.5, 0])
    assert metrics.reciprocal_rank(labels) == pytest.approx([1, 0.5, 0.5, 0])


def test_a_click_below_the_tenth_rank_counts_for_mrr_alone() -> None:
    labels = np.zeros((1, 12), np.float32)
    labels[0, 10] = 1
    assert metrics.ndcg(labels) == metrics.recall(labels) == 0
    assert metrics.reciprocal_rank(labels) == pytest.approx([1 / 11])


@settings(deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 24))
def test_ndcg_agrees_with_scikit_learn(seed: int, k: int) -> None:
    random = np.random.default_rng(seed)
    lists = examples_of(*(shown(n, range(k), [int(random.integers(k)), 0]) for n in range(5)))
    scores = random.permuted(np.tile(np.arange(k, dtype=float), (5, 1)), axis=1)
    ours = metrics.ndcg(metrics.ranked(lists.labels, metrics.ranking(scores, lists)))
    assert ours.mean() == pytest.approx(ndcg_score(lists.labels, scores, k=10))


def test_padding_never_ranks_before_an_item_whatever_its_score() -> None:
    lists = examples_of(shown(1, [4, 5], [4]), shown(2, [1, 2, 3], [3]))
    scores = np.array([[-2.0, -1.0, 99.0], [1.0, 2.0, 3.0]])
    assert metrics.ranking(scores, lists).tolist() == [[1, 0, 2], [2, 1, 0]]


def test_a_ranker_that_cannot_tell_items_apart_does_not_get_the_shown_order() -> None:
    random = np.random.default_rng(5)
    # What is shown first is always clicked: the shown order would be perfect.
    rows = [random.permutation(1_000)[:20] for _ in range(2_000)]
    lists = examples_of(*(shown(n, one, [one[0]]) for n, one in enumerate(rows)))
    places = metrics.ranking(np.zeros(lists.items.shape), lists)
    by_chance = (1 / np.arange(1, 21)).mean()
    reached = metrics.reciprocal_rank(metrics.ranked(lists.labels, places)).mean()
    assert reached == pytest.approx(by_chance, abs=0.02)


def test_equal_scores_are_ordered_by_the_items_not_by_their_places() -> None:
    items = np.random.default_rng(1).permutation(50)
    there = examples_of(shown(7, items))
    back = examples_of(shown(7, items[::-1]))
    ties = np.zeros((1, 50))
    one = metrics.ranked(there.items, metrics.ranking(ties, there))
    other = metrics.ranked(back.items, metrics.ranking(ties, back))
    assert one.tolist() == other.tolist()


def test_a_score_that_is_not_a_number_is_refused_and_one_of_padding_is_not() -> None:
    lists = examples_of(shown(1, [4]), shown(2, [1, 2]))
    metrics.ranking(np.array([[1.0, np.nan], [1.0, 2.0]]), lists)
    with pytest.raises(ValueError, match="not a number"):
        metrics.ranking(np.array([[1.0, 1.0], [np.nan, 2.0]]), lists)


def test_coverage_and_novelty_look_at_the_first_ranks() -> None:
    order = np.array([[0, 1, 2], [0, 1, -1]], np.int32)
    assert metrics.coverage(order, catalogue=8, depth=2) == 2 / 8
    share = metrics.click_share(np.array([3.0, 1.0, 0.0, 0.0]))
    assert share.tolist() == [0.5, 0.25, 0.125, 0.125]
    assert metrics.novelty(order, share, depth=2) == pytest.approx([1.5, 1.5])
    assert metrics.novelty(order, share) == pytest.approx([2.0, 1.5])


def test_clicks_on_padding_are_no_items() -> None:
    lists = examples_of(shown(1, [4], [4]), shown(2, [1, 4], [4]))
    lists.labels[0, 1] = 1
    assert metrics.item_clicks(lists, 6).tolist() == [0, 0, 0, 0, 2, 0]
