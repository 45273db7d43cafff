"""The settings of the simulator."""

from typing import Annotated

import msgspec

from freshet.config import Positive, ServiceConfig
from freshet_simulator.world import WorldName


class SimulatorConfig(ServiceConfig, frozen=True, kw_only=True):
    """The common settings, and what the world is like.

    Attributes:
        world: shop, social, news or courses.
        people: how many.
        items: how many there are.
        visits_per_second: how often someone comes; a visit sends two or three events.
        random_share: share of visits that are shown a list by chance, to compare with.
        new_item_s: seconds between new items; for each, another goes.
        fashion: how far the appeal of a subject to everyone swings, in log-odds; that of an item
            swings half as far by itself. 0: it never does.
        fashion_h: hours after which a third of a fashion is left.
        list_size: length of a list by chance.
        seed: of all chance.
    """

    world: WorldName = WorldName.SHOP
    people: Positive = 300
    items: Positive = 500
    visits_per_second: Annotated[float, msgspec.Meta(gt=0, le=5000)] = 20.0
    random_share: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.2
    new_item_s: Annotated[float, msgspec.Meta(gt=0)] = 5.0
    fashion: Annotated[float, msgspec.Meta(ge=0, le=10)] = 0.7
    fashion_h: Annotated[float, msgspec.Meta(gt=0)] = 6.0
    list_size: Annotated[int, msgspec.Meta(ge=1, le=100)] = 10
    seed: int = 1
