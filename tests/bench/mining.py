"""How true mined interests are: simulated people with drifting tastes, served by the prior.

Run: `PYTHONPATH=tests python tests/bench/mining.py [--figure FILE]`. Needs no broker. People click
honestly on lists that the prior makes for them (one visit in five sees a list by chance); what is
mined after each visit is held against the two subjects that the person truly likes best. A tag is
right if the items that carry it are about one of them.

Beside mining stand the strongest tags of the interests' state (what lists named before), the most
frequent tags of all clicks, and tags of the clicks by chance. The constants of mining were chosen
on other seeds, 101 to 105.
"""

import argparse
import time
from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from bench.mining_report import Label, Looked, Waited, figure, report
from freshet.domain.interest.tags import current_tags
from freshet_simulator.config import SimulatorConfig
from freshet_simulator.world import WorldName
from harness.drifting import Understand
from harness.tastes import Town, Visit
from harness.understanding import Catalogue

TOP = 5

#: With fewer acts there is little to find.
_KNOWN_ACTS = 5

#: A favourite that rises by so much between two visits is a new one, not a step of the drift.
_SWITCH = 1.5

#: In acts: a favourite is new for so long, old after; and just dropped between these.
_NEW, _OLD = 20, 60
_DROPPED = range(8, 61)

Tops = Mapping[str, list[str]]


class Followed:
    """One person: which favourites are new, old or dropped, and which are not found yet."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._since = dict.fromkeys(visit.favourites, -_OLD)
        self._dropped: dict[int, int] = {}
        self._waits: dict[int, tuple[int, dict[str, int]]] = {}

    def step(self, visit: Visit, named: Mapping[str, list[int]]) -> list[Waited]:
        """The next visit, and the subjects that each contender names; waits that are over."""
        before, self._visit = self._visit, visit
        over = [self._wait(one) for one in self._waits.keys() - visit.favourites]
        for gone in self._since.keys() - visit.favourites:
            self._dropped[gone] = visit.acts
            del self._since[gone]
        for new in visit.favourites - self._since.keys():
            self._since[new] = before.acts
            self._dropped.pop(new, None)
            if visit.taste[new] - before.taste[new] > _SWITCH:
                self._waits[new] = before.acts, {}
        for subject, (start, found) in self._waits.items():
            for name, subjects in named.items():
                if subject in subjects:
                    found.setdefault(name, visit.acts - start)
        return over

    def finish(self) -> list[Waited]:
        """There are no more visits."""
        return [self._wait(one) for one in list(self._waits)]

    def label(self, subject: int) -> Label:
        """What a subject is to the person now."""
        acts = self._visit.acts
        if subject in self._since:
            age = acts - self._since[subject]
            return "new" if age <= _NEW else "old" if age > _OLD else "other"
        gone = acts - self._dropped.get(subject, acts)
        return "dropped" if gone in _DROPPED else "other"

    def _wait(self, subject: int) -> Waited:
        start, found = self._waits.pop(subject)
        return Waited(self._visit.user_id, self._visit.acts - start, found)


def run(
    world: SimulatorConfig, read: Understand, visits: int, an_hour: int
) -> tuple[list[Looked], list[Waited]]:
    """Let people come; what is found of each after every visit, and how long new tastes waited."""
    town = Town(world, read)
    random = np.random.default_rng(world.seed)
    seen = [
        (visit, _tops(visit, town.clicked.get(visit.user_id, Counter()), random))
        for visit in town.visits(visits, an_hour)
    ]
    subject = town.subjects()
    people: dict[str, Followed] = {}
    looked: list[Looked] = []
    waited: list[Waited] = []
    for visit, tops in seen:
        named = {name: [subject.get(tag, -1) for tag in top] for name, top in tops.items()}
        person = people.setdefault(visit.user_id, Followed(visit))
        waited += person.step(visit, named)
        if visit.acts >= _KNOWN_ACTS:
            liked = [one for one in visit.made.interests if one.weight > 0]
            disliked = [one for one in visit.made.interests if one.weight < 0]
            looked.append(
                Looked(
                    user_id=f"{world.seed}/{visit.user_id}",
                    right={
                        name: sum(one in visit.favourites for one in subjects) / TOP
                        for name, subjects in named.items()
                    },
                    covered={
                        name: len(visit.favourites & set(subjects)) / len(visit.favourites)
                        for name, subjects in named.items()
                    },
                    trends=[
                        (person.label(subject[one.tag]), one.trend)
                        for one in liked
                        if one.tag in subject
                    ],
                    disliked=[subject.get(one.tag, -1) not in visit.favourites for one in disliked],
                    reason=str(visit.made.strategy_reason),
                )
            )
    for person in people.values():
        waited += person.finish()
    return looked, waited


def _tops(visit: Visit, clicked: Counter[str], random: np.random.Generator) -> Tops:
    """The five tags that each contender names."""
    weights = {tag: weight for tag, weight in current_tags(visit.state).items() if weight > 0}
    return {
        "mined": [one.tag for one in visit.made.interests if one.weight > 0][:TOP],
        "state": sorted(weights, key=lambda tag: (-weights[tag], tag))[:TOP],
        "frequent": [tag for tag, _ in clicked.most_common(TOP)],
        "by chance": random.permutation(list(clicked)).tolist()[:TOP],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--people", type=int, default=100)
    parser.add_argument("--visits", type=int, default=12_000, help="in each world of each seed")
    parser.add_argument("--an-hour", type=int, default=1_400, help="visits of all people together")
    parser.add_argument("--figure", type=Path, help="a file to draw, .svg or .png")
    arguments = parser.parse_args()
    started = time.perf_counter()
    read = Catalogue()
    looked: dict[str, list[Looked]] = defaultdict(list)
    waited: dict[str, list[Waited]] = defaultdict(list)
    for name in WorldName:
        for seed in arguments.seeds:
            world = SimulatorConfig(
                world=name, seed=seed, people=arguments.people, new_item_s=180.0, random_share=0.2
            )
            found = run(world, read, arguments.visits, arguments.an_hour)
            looked[name] += found[0]
            waited[name] += found[1]
    report(looked, waited)
    if arguments.figure:
        figure(waited, arguments.figure)
    print(f"{time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()
