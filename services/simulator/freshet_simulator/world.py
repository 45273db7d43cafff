"""A world: its subjects, and items about them."""

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files

import numpy as np
from numpy.random import Generator

from freshet.contracts.inputs import Item

#: A second subject's share of an item that mixes two.
_MIXED = 0.25

#: An item is written with so many phrases of its subject.
_PHRASES = 5


class WorldName(StrEnum):
    """The worlds."""

    SHOP = "shop"
    SOCIAL = "social"
    NEWS = "news"
    COURSES = "courses"


@dataclass(frozen=True)
class World:
    """A world as data.

    Attributes:
        name: its name.
        subjects: what its items are about, each with phrases.
        words: by language, words that say nothing of the subject.
    """

    name: WorldName
    subjects: dict[str, list[str]]
    words: dict[str, list[str]]

    @property
    def subject_names(self) -> list[str]:
        """The subjects, in the order of every taste vector."""
        return list(self.subjects)

    @property
    def chinese(self) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Which subjects are written in Chinese, shape [subjects]."""
        return np.array([is_chinese(name) for name in self.subjects])


@dataclass(frozen=True)
class WorldItem:
    """An item with what only the simulator knows.

    Attributes:
        item: as it is sent.
        about: share of each subject, shape [subjects].
        quality: how good it is, around 0.
    """

    item: Item
    about: np.ndarray[tuple[int], np.dtype[np.float64]]
    quality: float


def load_world(name: WorldName) -> World:
    """A world by its name."""
    text = files("freshet_simulator").joinpath("worlds", f"{name}.toml").read_text("utf-8")
    return World(name=name, **tomllib.loads(text))


def is_chinese(text: str) -> bool:
    """Whether a subject's name is Chinese."""
    return "\u4e00" <= text[0] <= "\u9fff"


def make_item(
    world: World, number: int, event_id: str, time_ms: int, random: Generator
) -> WorldItem:
    """Write an item: a subject, sometimes mixed with a second of the same language.

    Args:
        world: that the item is of.
        number: of the item.
        event_id: of its record.
        time_ms: when it is published.
        random: the source of chance.
    """
    names = world.subject_names
    subject = int(random.integers(len(names)))
    language = "zh" if is_chinese(names[subject]) else "en"
    about = np.zeros(len(names))
    about[subject] = 1.0
    chosen = random.choice(world.subjects[names[subject]], _PHRASES, replace=False)
    phrases = [str(phrase) for phrase in chosen]
    peers = np.flatnonzero(world.chinese == world.chinese[subject])
    second = int(random.choice(peers))
    if second != subject and random.random() < 0.3:
        about[subject], about[second] = 1 - _MIXED, _MIXED
        phrases[-1] = str(random.choice(world.subjects[names[second]]))
    word = str(random.choice(world.words[language]))
    if language == "zh":
        title = f"{word}{phrases[0]}与{phrases[1]}"
        text = f"关于{names[subject]}：{'、'.join(phrases)}。{word}，适合喜欢{phrases[2]}的人。"
    else:
        title = f"{word} {phrases[0]} and {phrases[1]}".capitalize()
        text = (
            f"All about {names[subject]}: {', '.join(phrases[:-1])} and {phrases[-1]}."
            f" For everyone who cares for {phrases[2]}."
        )
    item = Item(
        event_id=event_id,
        event_time=time_ms,
        item_id=f"{world.name}-{number}",
        title=title,
        text=text,
        tags=[names[subject], *phrases[:3]],
        category=names[subject],
        published_at=time_ms,
    )
    return WorldItem(item, about, float(random.normal(0, 0.5)))
