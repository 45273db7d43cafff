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
from freshet_trainer.training.batches import batches, forgetful
from freshet_trainer.training.joint import Tensors, forward, tensors_of
from freshet_trainer.training.losses import LOSSES
from freshet_trainer.training.recipe import Recipe, Steps

CHECKPOINT = "checkpoint.npz"

#: Adam's memory of squared gradients: trainings are short, a longer one would only lag.
_BETA_2 = 0.99

#: What is left of the learning rate at the end.
_LAST = 0.05


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
        _learning_rate(recipe, total), weight_decay=recipe.weight_decay, beta_2=_BETA_2
    )
    bias = keras.Variable(np.zeros(examples.items.shape[1], np.float32), name="position_bias")
    variables = [one for model in towers.graphs.values() for one in model.trainable_variables]
    variables += [bias] if recipe.position_bias else []
    optimizer.build(variables)
    average = [np.array(one) for one in variables]

    @tf.function(reduce_retracing=True)
    def step(batch: Tensors) -> Any:
        with tf.GradientTape() as tape:
            score, _ = forward(towers, batch, training=True)
            loss = LOSSES[recipe.loss](score + bias, batch)
            for model in towers.graphs.values():
                for cost in model.losses:
                    loss += cost
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
        return loss

    # What is not trained holds the state of dropout's chance.
    others = [one for model in towers.graphs.values() for one in model.non_trainable_variables]
    state = [*variables, *others, *optimizer.variables]
    keeper = _Keeper(folder, _fingerprint(towers.architecture, lists, recipe, seed), state)
    done = keeper.restore(average)
    for epoch in range(done, recipe.epochs):
        keras.utils.set_random_seed(seed * 1_000 + epoch)
        random = np.random.default_rng([seed, epoch])
        for place, batch in enumerate(batches(lists, table, towers, recipe.batch_lists, random)):
            seen = forgetful(batch, recipe.forgetting, random) if recipe.forgetting else batch
            loss = float(step(tensors_of(seen)))
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


def _learning_rate(recipe: Recipe, total: int) -> Any:
    """Up along a line, down along a half cosine."""
    warm_up = min(recipe.warm_up_steps, total // 2)
    return keras.optimizers.schedules.CosineDecay(
        0.0 if warm_up else recipe.learning_rate,
        total - warm_up,
        alpha=_LAST,
        warmup_target=recipe.learning_rate if warm_up else None,
        warmup_steps=warm_up,
    )


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


def _fingerprint(architecture: str, lists: Examples, recipe: Recipe, seed: int) -> str:
    """Names a training by what it depends on."""
    digest = hashlib.sha256(json.dumps([architecture, asdict(recipe), seed, len(lists)]).encode())
    for list_id in lists.list_ids:
        digest.update(str(list_id).encode() + b"\x00")
    return digest.hexdigest()
