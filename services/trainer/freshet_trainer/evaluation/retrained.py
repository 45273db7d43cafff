"""An architecture as it would have done live: trained again and again, always on the past."""

import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from freshet.domain.evaluation.prequential import Scorer, prequential
from freshet.domain.learning.examples import Examples, ItemTable
from freshet_trainer.architectures.catalogue import Architecture
from freshet_trainer.config import TrainerConfig
from freshet_trainer.evaluation.run import NothingToMeasure
from freshet_trainer.learning import learn
from freshet_trainer.training.predict import predict
from freshet_trainer.training.recipe import Steps

#: Trainings; each scores its share of the lists.
TIMES = 4


def retrained(
    architecture: Architecture,
    examples: Examples,
    table: ItemTable,
    start: int,
    config: TrainerConfig,
    progress: Steps,
) -> NDArray[np.floating]:
    """Scores of the lists from `start` on, [n - start, k].

    Args:
        architecture: what is trained.
        examples: in the order of their time.
        table: their items.
        start: the first list that is scored.
        config: of the trainer; its work folder holds the models while they are needed.
        progress: told of each step of each training.

    Raises:
        NothingToMeasure: nothing could have been learned before the first of them was shown.
    """

    def train(before: Examples) -> Scorer:
        trained = learn(
            before,
            table,
            architecture,
            Path(config.work_dir) / architecture,
            version="retrained",
            seed=config.seed,
            made_ms=time.time_ns() // 1_000_000,
            embedding_version=config.embedding_version,
            progress=progress,
        )
        return lambda lists: predict(trained.towers, lists, table)[0]

    try:
        return prequential(
            examples,
            train,
            start=start,
            block=max(1, -(-(len(examples) - start) // TIMES)),
            label_delay_ms=int(config.label_window_s * 1000),
        )
    except ValueError as error:
        raise NothingToMeasure(
            f"{error}; a list is learned from once it has waited FRESHET_LABEL_WINDOW_S for clicks"
        ) from error
