"""People who are shown lists, some by one model and some by another: what a trainer learns from."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from freshet.contracts.inputs import Impression
from freshet.contracts.recommendations import Recommendations, RecommendedItem, Trigger
from freshet.contracts.registry import RECOMMENDATIONS
from freshet_simulator.config import SimulatorConfig
from freshet_simulator.people import Person
from freshet_simulator.simulation import Simulation
from freshet_simulator.visit import Sent
from freshet_simulator.world import WorldItem

LIST = 10

#: Which model makes a user's lists, and how good they are: -1 the worst items, 0 any, 1 the best.
Maker = Callable[[str], tuple[str, float]]


def world(people: int = 300, items: int = 200) -> Simulation:
    """A shop whose people come again and again."""
    config = SimulatorConfig(people=people, items=items, random_share=1e-9)
    return Simulation(config, "learning", 1_700_000_000_000)


def visits(
    simulation: Simulation, count: int, start_ms: int, maker: Maker, name: str
) -> Iterator[Sent]:
    """What so many visits send, a second apart, with the lists that were made for them.

    Args:
        simulation: the world.
        count: of visits.
        start_ms: when the first one is.
        maker: of the lists.
        name: makes the lists' ids unique.
    """
    random = np.random.default_rng(count)
    items = list(simulation.items.values())
    for number in range(count):
        for person in simulation.people if not number else ():
            yield from _list(simulation, person, items, maker, f"{name}-{number}", start_ms, random)
        time_ms = start_ms + 1_000 * number
        sent = simulation.next_visit(time_ms)
        yield from sent
        user_id = next(one.user_id for _, one in sent if isinstance(one, Impression))
        person = next(one for one in simulation.people if one.user_id == user_id)
        yield from _list(simulation, person, items, maker, f"{name}-{number}", time_ms, random)


def _list(
    simulation: Simulation,
    person: Person,
    items: Sequence[WorldItem],
    maker: Maker,
    name: str,
    time_ms: int,
    random: np.random.Generator,
) -> Iterator[Sent]:
    model, quality = maker(person.user_id)
    some = random.choice(len(items), 4 * LIST, replace=False)
    liking = np.array([quality * (person.taste @ items[n].about) for n in some])
    best = some[np.argsort(-liking + 1e-6 * random.random(len(some)))][:LIST]
    list_id = f"{name}-{person.user_id}"
    made = Recommendations(
        event_id=list_id,
        event_time=time_ms,
        recommendation_id=list_id,
        user_id=person.user_id,
        generated_at_ms=time_ms,
        trigger=Trigger(kind="interest", event_id=list_id),
        strategy="personalised",
        model_version=model,
        interests=[],
        items=[
            RecommendedItem(
                item_id=items[n].item.item_id,
                rank=rank,
                score=0.0,
                probability=0.1,
                propensity=1.0,
                reasons=[],
            )
            for rank, n in enumerate(best)
        ],
    )
    simulation.deliver(made)
    yield RECOMMENDATIONS, made
