"""The simulation: who comes when, what they are shown, what time does to them. No Kafka here."""

from collections.abc import Iterator

import msgspec
import numpy as np
from numpy.random import Generator

from freshet.contracts.inputs import Item
from freshet.contracts.recommendations import Recommendations
from freshet.contracts.registry import ITEMS
from freshet_simulator.config import SimulatorConfig
from freshet_simulator.fashion import HOUR_MS, Fashion
from freshet_simulator.people import Person, drift, make_person
from freshet_simulator.visit import Sent, visit
from freshet_simulator.world import WorldItem, load_world, make_item

#: Items are as old as up to a month when the simulation begins.
_OLDEST_MS = 30 * 24 * 3_600_000


class Simulation:
    """A world with its items and people. The same seed makes the same world.

    Who comes, what they like, what is there and what is in fashion depend on the seed and on time
    alone, never on what was shown or clicked: worlds of one seed, with other recommenders in
    each, differ in nothing but what the recommenders did.

    Args:
        config: what the world is like.
        run: makes this run's event ids its own.
        now_ms: when it begins.
    """

    def __init__(self, config: SimulatorConfig, run: str, now_ms: int) -> None:
        self._config = config
        self._random = np.random.default_rng(config.seed)
        self._run = run
        self._ids = self._made = self._visits = 0
        self.world = load_world(config.world)
        self.people: list[Person] = [
            make_person(self.world, number, self._random) for number in range(config.people)
        ]
        self._as_of_ms = [now_ms] * config.people
        self.items: dict[str, WorldItem] = {}
        for _ in range(config.items):
            self._new_item(now_ms - int(self._random.integers(_OLDEST_MS)))
        self._next_item_ms = now_ms + 1000 * config.new_item_s
        self.fashion = Fashion(len(self.world.subjects), config.fashion, config.fashion_h, now_ms)
        self._lists: dict[str, Recommendations] = {}

    def pass_time(self, now_ms: int) -> list[Sent]:
        """Time passes: new items come, as many go, fashion moves. What that sends."""
        sent: list[Sent] = []
        while self._next_item_ms <= now_ms:
            time_ms = int(self._next_item_ms)
            gone = self.items.pop(list(self.items)[int(self._random.integers(len(self.items)))])
            withdrawn = msgspec.structs.replace(
                gone.item, event_id=self._new_id(), event_time=time_ms, available=False
            )
            sent += [(ITEMS, withdrawn), (ITEMS, self._new_item(time_ms))]
            self._next_item_ms += 1000 * self._config.new_item_s
        self.fashion.move(now_ms, self.items, self._random)
        return sent

    def catalogue(self) -> Iterator[Item]:
        """All items that there are now."""
        return (one.item for one in self.items.values())

    def deliver(self, made: Recommendations) -> None:
        """A list has arrived for someone: the newest is shown at the next visit."""
        self._lists[made.user_id] = made

    def next_visit(self, time_ms: int) -> list[Sent]:
        """Someone comes: what the visit sends."""
        # A visit has its own chance: what happens in one changes nothing for the next.
        random = np.random.default_rng([self._config.seed, self._visits])
        self._visits += 1
        person = self._who_comes(time_ms, random)
        made = self._lists.get(person.user_id)
        by_chance = random.random() < self._config.random_share
        shown: list[WorldItem] = []
        if made is not None and not by_chance:
            shown = [self.items[one.item_id] for one in made.items if one.item_id in self.items]
        recommendation_id = made.recommendation_id if made is not None and shown else None
        if not shown:
            ids = list(self.items)
            count = min(self._config.list_size, len(ids))
            chosen = random.choice(len(ids), count, replace=False)
            shown = [self.items[ids[place]] for place in chosen]
        return list(
            visit(
                person,
                self.world,
                [self.fashion.applied(one) for one in shown],
                recommendation_id,
                time_ms,
                self._new_id,
                random,
            )
        )

    def truth(self, user_id: str) -> dict[str, float]:
        """A person's true taste, subject by subject, as it is now; StopIteration if unknown."""
        person = next(one for one in self.people if one.user_id == user_id)
        return dict(zip(self.world.subject_names, np.round(person.taste, 3).tolist(), strict=True))

    def _who_comes(self, time_ms: int, random: Generator) -> Person:
        """Anyone, with the taste that they have by now."""
        number = int(random.integers(len(self.people)))
        hours = max(0, time_ms - self._as_of_ms[number]) / HOUR_MS
        self._as_of_ms[number] = time_ms
        person = self.people[number] = drift(self.people[number], hours, random)
        return person

    def _new_item(self, time_ms: int) -> Item:
        made = make_item(self.world, self._made, self._new_id(), time_ms, self._random)
        self._made += 1
        self.items[made.item.item_id] = made
        return made.item

    def _new_id(self) -> str:
        self._ids += 1
        return f"{self._run}-{self._ids}"
