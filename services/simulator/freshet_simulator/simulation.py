"""The simulation: who comes when, what they are shown, what time does to them. No Kafka here."""

from collections.abc import Iterator

import numpy as np

from freshet.contracts.inputs import Item
from freshet.contracts.recommendations import Recommendations
from freshet.contracts.registry import ITEMS
from freshet_simulator.config import SimulatorConfig
from freshet_simulator.people import Person, drift, make_person
from freshet_simulator.visit import Sent, visit
from freshet_simulator.world import WorldItem, load_world, make_item

#: Items are as old as up to a month when the simulation begins.
_OLDEST_MS = 30 * 24 * 3_600_000


class Simulation:
    """A world with its items and people. The same seed makes the same world.

    Args:
        config: what the world is like.
        run: makes this run's event ids its own.
        now_ms: when it begins.
    """

    def __init__(self, config: SimulatorConfig, run: str, now_ms: int) -> None:
        self._config = config
        self._random = np.random.default_rng(config.seed)
        self._run = run
        self._ids = 0
        self.world = load_world(config.world)
        self.people: list[Person] = [
            make_person(self.world, number, self._random) for number in range(config.people)
        ]
        self.items: dict[str, WorldItem] = {}
        for _ in range(config.items):
            self.new_item(now_ms - int(self._random.integers(_OLDEST_MS)))
        self._lists: dict[str, Recommendations] = {}

    def new_item(self, time_ms: int) -> Sent:
        """Another item appears."""
        made = make_item(self.world, len(self.items), self._new_id(), time_ms, self._random)
        self.items[made.item.item_id] = made
        return ITEMS, made.item

    def catalogue(self) -> Iterator[Item]:
        """All items that there are."""
        return (one.item for one in self.items.values())

    def deliver(self, made: Recommendations) -> None:
        """A list has arrived for someone: the newest is shown at the next visit."""
        self._lists[made.user_id] = made

    def next_visit(self, time_ms: int) -> list[Sent]:
        """Someone comes: what the visit sends."""
        number = int(self._random.integers(len(self.people)))
        person = self.people[number] = drift(self.people[number], self._random)
        made = self._lists.get(person.user_id)
        by_chance = self._random.random() < self._config.random_share
        shown: list[WorldItem] = []
        if made is not None and not by_chance:
            shown = [self.items[one.item_id] for one in made.items if one.item_id in self.items]
        recommendation_id = made.recommendation_id if made is not None and shown else None
        if not shown:
            ids = list(self.items)
            count = min(self._config.list_size, len(ids))
            chosen = self._random.choice(len(ids), count, replace=False)
            shown = [self.items[ids[place]] for place in chosen]
        return list(
            visit(
                person,
                self.world,
                shown,
                recommendation_id,
                time_ms,
                self._new_id,
                self._random,
            )
        )

    def truth(self, user_id: str) -> dict[str, float]:
        """A person's true taste, subject by subject, as it is now; StopIteration if unknown."""
        person = next(one for one in self.people if one.user_id == user_id)
        return dict(zip(self.world.subject_names, np.round(person.taste, 3).tolist(), strict=True))

    def _new_id(self) -> str:
        self._ids += 1
        return f"{self._run}-{self._ids}"
