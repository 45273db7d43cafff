"""The training loop: steps, a running average of the weights, a checkpoint each epoch."""

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from freshet.domain.learning.examples import Examples, ItemTable
from freshet_trainer.towers import Towers
from freshet_trainer.training.batches import batches
from freshet_trainer.training.joint import Tensors, forward, tensors_of
from freshet_trainer.training.recipe import Recipe, Steps

CHECKPOINT = "checkpoint.npz"


def fit(
    towers: Towers,
    examples: Examples,
    table: ItemTable,
    recipe: Recipe,
    *,
    seed: int,
    folder: Path | None = None,
    progress: Steps = lambda done, total, loss: None,
) -> None:
    """Train the towers in place.

    Killed and started again with the same arguments and folder, it goes on at the epoch that it
    was in, and comes to the same weights.

    Args:
        towers: new, or with the weights of another version.
        examples: lists with at least one click are learned from.
        table: their items.
        recipe: how.
        seed: of all chance in it.
        folder: for the checkpoint; without one, nothing is kept.
        progress: told of each step.
    """
    lists = examples[np.flatnonzero(examples.labels.any(axis=1))]
    steps = max(1, -(-len(lists) // recipe.batch_lists))
    total = steps * recipe.epochs
    optimizer = keras.optimizers.AdamW(
        keras.optimizers.schedules.CosineDecay(recipe.learning_rate, total),
        weight_decay=recipe.weight_decay,
    )
    variables = [one for model in towers.graphs.values() for one in model.trainable_variables]
    optimizer.build(variables)
    average = [np.array(one) for one in variables]

    @tf.function(reduce_retracing=True)
    def step(batch: Tensors) -> Any:
        with tf.GradientTape() as tape:
            score, _ = forward(towers, batch, training=True)
            loss = _LOSSES[recipe.loss](score, batch)
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
        return loss

    # What is not trained holds the state of dropout's chance.
    others = [one for model in towers.graphs.values() for one in model.non_trainable_variables]
    state = [*variables, *others, *optimizer.variables]
    keeper = _Keeper(folder, _fingerprint(lists, recipe, seed), state)
    done = keeper.restore(average)
    for epoch in range(done, recipe.epochs):
        keras.utils.set_random_seed(seed * 1_000 + epoch)
        random = np.random.default_rng([seed, epoch])
        for place, batch in enumerate(batches(lists, table, towers, recipe.batch_lists, random)):
            tensors = tensors_of(batch)
            if recipe.forgetting:
                hidden = random.random(batch.recent.shape) < recipe.forgetting
                tensors["recent"] = tf.convert_to_tensor(np.where(hidden, 0, batch.recent))
                tensors["user/recent_acts"] *= ~hidden[:, :, None]
            loss = float(step(tensors))
            number = epoch * steps + place
            # Early on the average would hold on to where it started.
            keep = min(recipe.averaging, (1 + number) / (10 + number))
            for mean, variable in zip(average, variables, strict=True):
                mean += (1 - keep) * (np.asarray(variable) - mean)
            progress(number + 1, total, loss)
        keeper.keep(epoch + 1, average)
    if recipe.averaging:
        for mean, variable in zip(average, variables, strict=True):
            variable.assign(mean)
    keeper.forget()


def _pointwise(score: Any, batch: Tensors) -> Any:
    there = tf.cast(batch["candidates"] > 0, score.dtype)
    each = tf.nn.sigmoid_cross_entropy_with_logits(batch["labels"], score) * there
    return tf.reduce_sum(each) / tf.reduce_sum(there)


def _listwise(score: Any, batch: Tensors) -> Any:
    masked = tf.where(batch["candidates"] > 0, score, tf.constant(-1e9, score.dtype))
    share = batch["labels"] / tf.reduce_sum(batch["labels"], axis=1, keepdims=True)
    return -tf.reduce_mean(tf.reduce_sum(share * tf.nn.log_softmax(masked), axis=1))


_LOSSES = {"pointwise": _pointwise, "listwise": _listwise}


class _Keeper:
    """Keeps the state of a training on disk, for the one that has the same fingerprint."""

    def __init__(self, folder: Path | None, fingerprint: str, variables: list[Any]) -> None:
        self._path = None if folder is None else folder / CHECKPOINT
        self._fingerprint = fingerprint
        self._variables = variables

    def restore(self, average: list[NDArray[Any]]) -> int:
        """Take up what was kept; returns how many epochs are done."""
        if self._path is None or not self._path.exists():
            return 0
        with np.load(self._path, allow_pickle=False) as kept:
            if str(kept["fingerprint"]) != self._fingerprint:
                return 0
            for place, variable in enumerate(self._variables):
                variable.assign(kept[f"variable/{place}"])
            for place in range(len(average)):
                average[place][...] = kept[f"average/{place}"]
            return int(kept["epochs"])

    def keep(self, epochs: int, average: list[NDArray[Any]]) -> None:
        """Write the state under another name first: a kill leaves the one before."""
        if self._path is None:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        partial = self._path.with_suffix(".partial.npz")
        np.savez(
            partial,
            allow_pickle=False,
            fingerprint=np.array(self._fingerprint),
            epochs=np.array(epochs),
            **{f"variable/{place}": np.asarray(one) for place, one in enumerate(self._variables)},
            **{f"average/{place}": one for place, one in enumerate(average)},
        )
        partial.replace(self._path)

    def forget(self) -> None:
        """The training is over."""
        if self._path is not None:
            self._path.unlink(missing_ok=True)


def _fingerprint(lists: Examples, recipe: Recipe, seed: int) -> str:
    """Names a training by what it depends on."""
    digest = hashlib.sha256(json.dumps([asdict(recipe), seed, len(lists)]).encode())
    for list_id in lists.list_ids:
        digest.update(str(list_id).encode() + b"\x00")
    return digest.hexdigest()
