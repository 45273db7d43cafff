"""How true explanations are: without what is named, how often the score would have been lower.

Run: `PYTHONPATH=tests python tests/bench/explaining.py`. Needs no broker. A simulated shop, its
lists made by the prior, then by a model with attention that learned from them. All that is named of
each item of each person's list is taken out of the person's log, which is folded again, and the
item is scored again.
"""

import argparse
import tempfile
from pathlib import Path

from freshet_simulator.config import SimulatorConfig
from harness.never import Held, attentive
from harness.tastes import Town
from harness.understanding import Catalogue


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=60)
    parser.add_argument("--visits", type=int, default=2_500)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    world = SimulatorConfig(
        people=arguments.people, items=300, seed=arguments.seed, random_share=0.3
    )
    town = Town(world, Catalogue(), learns=True)
    for _ in town.visits(arguments.visits, 200):
        pass
    _tell("prior", Held(town))
    with tempfile.TemporaryDirectory() as folder:
        town.serve(attentive(town, Path(folder), epochs=12))
        _tell("attentive", Held(town))


def _tell(model: str, found: Held) -> None:
    for what, count in sorted(found.named.items()):
        held = found.held[what]
        print(f"{model:10} {what:13} {held:>6} of {count:>6} held, {held / count:.1%}")


if __name__ == "__main__":
    main()
