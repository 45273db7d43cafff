"""How well the architectures rank the lists of a file in Metarank's form, such as RankLens.

Run: `python tests/bench/ranklens.py FILE [--seeds 5] [--architectures attentive ...]`. The file
(JSON lines, plain or gzip) is replayed in this process by the code that serves. Lists with a click
are ordered by time; the first 80 % are learned from, the last 20 % are ranked once. What a recipe
is chosen by is `--validate`: the same within the first 80 %, the rest is not looked at.
"""

import argparse
import gzip
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray

from freshet.contracts.inputs import Click, Feedback, Impression, Item
from freshet.domain.evaluation.baselines import baselines
from freshet.domain.evaluation.bootstrap import mean_interval
from freshet.domain.evaluation.metrics import ndcg, ranked, ranking
from freshet.domain.interest.catalog import CatalogKnowledge
from freshet.domain.learning.examples import Examples, ItemTable
from freshet.domain.learning.log import entry_of
from freshet.domain.learning.replay import Replay
from freshet.domain.learning.shown import item_table, stacked
from freshet.domain.ranking.inventory import Inventory
from freshet.models.embedding import EMBEDDING_VERSION
from freshet.replay.metarank import parse_metarank
from freshet_trainer import prior
from freshet_trainer.architectures.catalogue import Architecture, blueprint
from freshet_trainer.architectures.setting import setting_of
from freshet_trainer.training.fit import fit
from freshet_trainer.training.predict import predict
from harness.understanding import Catalogue

TRAIN_SHARE = 0.8
DRAWS = 2_000

Quality = NDArray[np.float64]


def replayed(path: Path) -> tuple[Examples, ItemTable]:
    """All lists with a click, and the items."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rb") as file:
        messages = [parse_metarank(line).message for line in file]
    inventory, knowledge = Inventory(EMBEDDING_VERSION), CatalogKnowledge()
    for item in Catalogue()([one for one in messages if isinstance(one, Item)]):
        vector = inventory.readable(item)
        if vector is not None:
            inventory.put([item], vector[None])
            knowledge.put(item.item_id, item)
    entries = [entry_of(one) for one in messages if isinstance(one, Click | Feedback | Impression)]
    replay = Replay(inventory, knowledge)
    lists = [
        one for entry in sorted(entries, key=lambda one: one[:3]) for one in replay.take(entry)
    ]
    examples = stacked([one for one in lists + replay.finish() if one.labels.any()])
    return examples, item_table(inventory)


def trained(
    architecture: Architecture, learned: Examples, table: ItemTable, seed: int
) -> Callable[[Examples], NDArray[np.float32]]:
    """A new model's scores of lists."""
    keras.utils.set_random_seed(seed)
    plan = blueprint(architecture)
    towers = plan.build(setting_of(table, learned))
    fit(towers, learned, table, plan.RECIPE, seed=seed)
    return lambda examples: predict(towers, examples, table)[0]


def quality(scores: NDArray[np.floating], examples: Examples) -> Quality:
    """nDCG@10 of each list."""
    return ndcg(ranked(examples.labels, ranking(scores, examples)))


def tell(name: str, runs: Sequence[Quality], users: NDArray[np.object_], note: str = "") -> None:
    """Print the mean over runs, their deviation, and the interval over users of their mean."""
    means = [one.mean() for one in runs]
    interval = mean_interval(np.mean(runs, axis=0), users, DRAWS, 0)
    deviation = f"sd {np.std(means, ddof=1):.4f}" if len(runs) > 1 else " " * 9
    ends = f"[{interval.low:.4f}, {interval.high:.4f}]"
    print(f"{name:18} {np.mean(means):.4f} {deviation}  {ends} {note}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--architectures", nargs="*", default=list(Architecture), type=Architecture)
    parser.add_argument("--validate", action="store_true", help="within the first 80 %% alone")
    arguments = parser.parse_args()
    examples, table = replayed(arguments.file)
    if arguments.validate:
        examples = examples[: int(TRAIN_SHARE * len(examples))]
    cut = int(TRAIN_SHARE * len(examples))
    learned, held = examples[:cut], examples[cut:]
    print(f"{cut:,} lists are learned from, {len(held):,} are ranked: nDCG@10", flush=True)
    users = held.user_ids.astype(str)
    for name, scores in baselines(held, 0).items():
        tell(name, [quality(scores, held)], users)
    tell("prior", [quality(predict(prior.towers(), held, table)[0], held)], users)
    for architecture in arguments.architectures:
        started = time.perf_counter()
        runs = [
            quality(trained(architecture, learned, table, seed)(held), held)
            for seed in range(arguments.seeds)
        ]
        seconds = (time.perf_counter() - started) / arguments.seeds
        tell(architecture, runs, users, f"{arguments.seeds} seeds, {seconds:.0f} s each")


if __name__ == "__main__":
    main()
