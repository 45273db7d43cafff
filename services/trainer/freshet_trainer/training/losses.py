"""What a training makes small."""

from collections.abc import Callable
from math import log
from typing import Any

import tensorflow as tf

from freshet_trainer.training.joint import Tensors

#: Ranks that nDCG looks at; a place below counts for half of the next one, so that an item far
#: down still has a reason to rise.
_DEPTH = 10

#: Pairs that nDCG does not tell apart count a little too.
_LEAST = 0.02


def pointwise(score: Any, batch: Tensors) -> Any:
    """Binary cross-entropy of each candidate."""
    there = tf.cast(batch["candidates"] > 0, score.dtype)
    each = tf.nn.sigmoid_cross_entropy_with_logits(batch["labels"], score) * there
    return tf.reduce_sum(each) / tf.reduce_sum(there)


def listwise(score: Any, batch: Tensors) -> Any:
    """Softmax cross-entropy of a list's clicks among all of it."""
    masked = tf.where(batch["candidates"] > 0, score, tf.constant(-1e9, score.dtype))
    share = batch["labels"] / tf.reduce_sum(batch["labels"], axis=1, keepdims=True)
    return -tf.reduce_mean(tf.reduce_sum(share * tf.nn.log_softmax(masked), axis=1))


def pairwise(score: Any, batch: Tensors) -> Any:
    """Logistic loss of pairs, each weighted by what its exchange would change in nDCG."""
    there = batch["candidates"] > 0
    clicked = batch["labels"]
    passed = tf.cast(there, score.dtype) * (1.0 - clicked)
    pairs = clicked[:, :, None] * passed[:, None, :]
    masked = tf.where(there, score, tf.constant(-1e9, score.dtype))
    rank = tf.cast(tf.argsort(tf.argsort(-masked, axis=1), axis=1), score.dtype)
    below = 0.5 * log(2) / log(_DEPTH + 2)
    discount = tf.where(rank < _DEPTH, log(2) / tf.math.log(rank + 2.0), below)
    weight = tf.abs(discount[:, :, None] - discount[:, None, :]) + _LEAST
    loss = tf.nn.softplus(score[:, None, :] - score[:, :, None])
    each = tf.reduce_sum(tf.stop_gradient(pairs * weight) * loss, axis=(1, 2))
    return tf.reduce_mean(each / tf.sqrt(tf.maximum(tf.reduce_sum(clicked, axis=1), 1.0)))


LOSSES: dict[str, Callable[[Any, Tensors], Any]] = {
    "pointwise": pointwise,
    "listwise": listwise,
    "pairwise": pairwise,
}
