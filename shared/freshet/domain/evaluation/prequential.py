"""Every list is scored by a model that has only seen earlier ones."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from freshet.domain.learning.examples import Examples

#: Scores [m, k] of m lists, whose labels it is not told.
Scorer = Callable[[Examples], NDArray[np.floating]]

#: Learns from lists in the order of their time.
Train = Callable[[Examples], Scorer]


def prequential(
    examples: Examples, train: Train, *, start: int, block: int, label_delay_ms: int = 0
) -> NDArray[np.float64]:
    """Test, then train, block by block (Gama et al., Evaluating stream learning algorithms, 2013).

    Args:
        examples: in the order of their time.
        train: is given all lists that were over when a block began.
        start: the first list that is scored; those before it are only learned from.
        block: lists that one model scores.
        label_delay_ms: how long a list waits for its clicks: of younger ones nobody knew yet
            what would be clicked.

    Returns:
        Scores of the lists from `start` on, [n - start, k].

    Raises:
        ValueError: the lists are not in the order of time, or nothing is before `start`.
    """
    if (np.diff(examples.time_ms) < 0).any():
        raise ValueError("the lists are not in the order of time")
    scores = np.zeros((len(examples) - start, examples.items.shape[1]))
    for begin, end in _blocks(start, len(examples), block):
        known = examples.time_ms[begin] - label_delay_ms
        # Of lists of the very same time none is earlier.
        before = int(np.searchsorted(examples.time_ms[:begin], known, side="left"))
        if before == 0:
            raise ValueError(f"nothing is known before list {begin} to learn from")
        now = examples[begin:end]
        blind = replace(now, labels=np.zeros_like(now.labels))
        scores[begin - start : end - start] = train(examples[:before])(blind)
    return scores


def _blocks(start: int, end: int, block: int) -> Iterator[tuple[int, int]]:
    for begin in range(start, end, block):
        yield begin, min(begin + block, end)
