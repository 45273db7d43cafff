"""People: what they like, how that drifts, and what they do with a list."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from freshet_simulator.world import World, WorldItem

#: Favourite subjects of a person, and how much more than the rest they mean.
FAVOURITES = 2
_LIKES = 4.0

#: In an hour a taste moves by this much, and so often a favourite is dropped for another.
_STEP = 0.2
_SWITCHES = 0.2

#: How fast attention falls with rank: the chance to look at rank r is 1 / (1 + r) ** 0.7.
ATTENTION = 0.7

#: The log-odds of a click on an item that is looked at and that means nothing to the person.
_INDIFFERENT = -3.5

Reaction = Literal["like", "dislike", "rating", "dismiss", "purchase", "hide"]


@dataclass(frozen=True)
class Person:
    """Someone as the simulator knows them.

    Attributes:
        user_id: their id.
        taste: log-odds for each subject, shape [subjects]; what recommenders try to find out.
    """

    user_id: str
    taste: NDArray[np.float64]


def make_person(world: World, number: int, random: Generator) -> Person:
    """A person with favourites; one in five reads Chinese subjects rather than others.

    Args:
        world: that the person lives in.
        number: of the person.
        random: the source of chance.
    """
    reads = world.chinese == (random.random() < 0.2)
    taste = random.normal(0, 0.3, len(world.subjects)) - 2.0 * ~reads
    favourites = random.choice(np.flatnonzero(reads), FAVOURITES, replace=False)
    taste[favourites] += _LIKES
    return Person(f"{world.name}-user-{number}", taste)


def drift(person: Person, hours: float, random: Generator) -> Person:
    """The person so many hours later: a step, now and then a new favourite for an old one.

    It comes to the same whether the hours pass at once or one by one.

    Args:
        person: as before.
        hours: that have gone by.
        random: the source of chance.
    """
    taste = person.taste + random.normal(0, _STEP * hours**0.5, len(person.taste))
    for _ in range(random.poisson(_SWITCHES * hours)):
        order = np.argsort(taste)
        dropped, found = order[-1], int(random.choice(order[:-FAVOURITES]))
        taste[[dropped, found]] = taste[[found, dropped]]
    return Person(person.user_id, taste)


def attention(ranks: int) -> NDArray[np.float64]:
    """The chance that a person looks at each rank, shape [ranks]."""
    return np.power(1.0 + np.arange(ranks, dtype=np.float64), -ATTENTION)


def click_chances(person: Person, shown: Sequence[WorldItem]) -> NDArray[np.float64]:
    """The chance of a click at each rank: that it is looked at, and then liked."""
    liking = np.array([person.taste @ one.about + one.quality for one in shown])
    return attention(len(shown)) / (1.0 + np.exp(-(liking + _INDIFFERENT)))


def reaction(
    person: Person, item: WorldItem, random: Generator
) -> tuple[Reaction, float | None] | None:
    """What a person says of an item that they opened, if anything; ratings with their value.

    Args:
        person: who opened the item.
        item: that was opened.
        random: the source of chance.
    """
    liking = float(person.taste @ item.about + item.quality)
    chance = random.random()
    if chance < 0.10:
        return ("purchase" if chance < 0.03 else "like", None) if liking > 2 else ("dislike", None)
    if chance < 0.14:
        return "rating", round(1.0 / (1.0 + float(np.exp(1.5 - liking))), 2)
    if chance < 0.18 and liking < 1:
        return ("hide" if chance < 0.15 else "dismiss"), None
    return None


def search(person: Person, world: World, random: Generator) -> str:
    """What a person types: a phrase of the subject that they like best.

    Args:
        person: who searches.
        world: that the subjects are of.
        random: the source of chance.
    """
    favourite = world.subject_names[int(np.argmax(person.taste))]
    return str(random.choice(world.subjects[favourite]))
