"""The three towers as one computation: what serving does in three runs, training does in one."""

from typing import Any

import tensorflow as tf

from freshet_trainer.towers import Towers
from freshet_trainer.training.batches import Batch

Tensors = dict[str, Any]


def tensors_of(batch: Batch) -> Tensors:
    """A batch as tensors, by name."""
    return {
        **{f"item/{name}": tf.convert_to_tensor(one) for name, one in batch.items.items()},
        **{f"user/{name}": tf.convert_to_tensor(one) for name, one in batch.user.items()},
        "candidates": tf.convert_to_tensor(batch.candidates),
        "recent": tf.convert_to_tensor(batch.recent),
        "passed": tf.convert_to_tensor(batch.passed),
        "cross": tf.convert_to_tensor(batch.cross),
        "labels": tf.convert_to_tensor(batch.labels),
    }


def forward(towers: Towers, batch: Tensors, *, training: bool) -> tuple[Any, Any]:
    """Scores and probabilities of a batch's candidates, [b, k] each.

    Args:
        towers: the model.
        batch: as `tensors_of` gives it.
        training: whether what is random in training is on.
    """
    vectors = _call(towers.item_encoder, batch, "item/", training)
    user = dict(batch)
    for name in ("recent", "passed"):
        there = tf.cast(batch[name] > 0, vectors.dtype)
        user[f"user/{name}_vectors"] = tf.gather(vectors, batch[name]) * there[:, :, None]
    users = _call(towers.user_encoder, user, "user/", training)
    inputs = {
        "user_vector": users,
        "item_vector": tf.gather(vectors, batch["candidates"]),
        "cross": batch["cross"],
    }
    score, probability = towers.scorer(
        [inputs[one.name] for one in towers.scorer.inputs], training=training
    )
    return score, probability


def _call(model: Any, tensors: Tensors, prefix: str, training: bool) -> Any:
    inputs = [tensors[prefix + one.name] for one in model.inputs]
    return model(inputs if len(inputs) > 1 else inputs[0], training=training)
