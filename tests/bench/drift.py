"""A simulated day of drift: a retrained model beside a frozen one and the prior, in one process.

Run: `make bench`, or `PYTHONPATH=tests python tests/bench/drift.py [--no-fashion]`. Needs no
broker. Three worlds of one seed have the same visitors, tastes, items and fashions; they differ
only in which model ranks. All begin with the prior; after the first hours one model is trained.
"frozen" keeps it, "retrained" trains again by the schedule, on the newest lists, from its champion
on; a new model takes over if its gates let it. A training a day, the service's default, would be
none here, so the schedule's period is three hours. Where the gates differ, `Settings` says why.
"""

import argparse
import logging
import tempfile
import time
from pathlib import Path

import msgspec

from bench.drift_report import figure, report
from freshet_simulator.config import SimulatorConfig
from freshet_trainer.architectures.catalogue import Architecture
from freshet_trainer.service import built_in_prior
from harness.drift_learner import Learner
from harness.drifting import START_MS, Arm, Settings
from harness.understanding import Catalogue


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--no-fashion", action="store_true", help="the control: no fashion")
    parser.add_argument("--architecture", type=Architecture, default=Architecture.ATTENTIVE)
    parser.add_argument("--warm-up", type=int, default=4, help="hours before the first training")
    parser.add_argument("--hours", type=int, default=24, help="after the first training")
    parser.add_argument("--visits", type=int, default=700, help="an hour, in each world")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--figure", type=Path, help="a file to draw, .svg or .png")
    arguments = parser.parse_args()
    logging.getLogger("tf2onnx").setLevel(logging.WARNING)
    settings = Settings(arguments.architecture, arguments.visits, arguments.seed, arguments.warm_up)
    world = SimulatorConfig(seed=arguments.seed, new_item_s=180.0, random_share=0.2)
    if arguments.no_fashion:
        world = msgspec.structs.replace(world, fashion=0.0)
    started = time.perf_counter()
    read = Catalogue()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prior = built_in_prior(folder / "prior")
        arms = {
            one: Arm(world, read, prior, settings, learns=one == "retrained")
            for one in ("retrained", "frozen", "prior")
        }
        learner = Learner(folder, settings, prior, told=print)
        retrained = arms["retrained"]
        for minute in range(60 * (settings.warm_up_h + arguments.hours)):
            for arm in arms.values():
                arm.minute(START_MS + 60_000 * minute)
            learner.take(retrained.closed())
            now_ms = START_MS + 60_000 * (minute + 1)
            if (minute + 1) % settings.look_minutes == 0 and now_ms >= settings.first_ms:
                model = learner.look(retrained.inventory, now_ms)
                if model is not None:
                    retrained.serve(model)
                    if learner.promoted == 1:
                        arms["frozen"].serve(model)
    report(arms, learner, settings, seed=arguments.seed)
    if arguments.figure:
        figure(arms, learner, arguments.figure)
    print(f"{time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()
