"""Fashion: what everyone likes just now. Tastes are followed by states, fashion by models."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from numpy.random import Generator

from freshet_simulator.world import WorldItem

HOUR_MS = 3_600_000

#: Fashion moves in steps of a minute: fine beside the hours that it is remembered.
STEP_MS = 60_000

#: Items go in and out of fashion by themselves too, half as far as their subjects.
_ITEMS = 0.5


class Fashion:
    """The appeal of subjects and items to everyone, in log-odds: 0 in the beginning.

    Each value is an Ornstein-Uhlenbeck process (1930): it wanders, is drawn back to 0, and after
    many hours has the given spread. It moves with time alone, whatever is shown or clicked.

    Args:
        subjects: how many there are.
        spread: standard deviation of a subject's appeal, in the long run; 0: there is no fashion.
        memory_h: hours after which a third of a fashion is left.
        now_ms: when it begins.
    """

    def __init__(self, subjects: int, spread: float, memory_h: float, now_ms: int) -> None:
        self._spread = spread
        self._memory_ms = memory_h * HOUR_MS
        self._as_of_ms = now_ms
        self.subjects = np.zeros(subjects)
        self._items: dict[str, float] = {}

    def move(self, now_ms: int, item_ids: Iterable[str], random: Generator) -> None:
        """Let time pass; items that are not among these are forgotten, new ones begin at 0.

        Args:
            now_ms: the time now.
            item_ids: all items that there are.
            random: the source of chance.
        """
        elapsed_ms = now_ms - self._as_of_ms
        if elapsed_ms < STEP_MS:
            return
        self._as_of_ms = now_ms
        kept = float(np.exp(-elapsed_ms / self._memory_ms))
        moved = self._spread * float(np.sqrt(1 - kept * kept))
        self.subjects = kept * self.subjects + moved * random.normal(size=len(self.subjects))
        ids = list(item_ids)
        items = np.array([self._items.get(one, 0.0) for one in ids])
        items = kept * items + _ITEMS * moved * random.normal(size=len(ids))
        self._items = dict(zip(ids, items.tolist(), strict=True))

    def applied(self, item: WorldItem) -> WorldItem:
        """An item as good as everyone finds it just now."""
        appeal = float(self.subjects @ item.about) + self._items.get(item.item.item_id, 0.0)
        return replace(item, quality=item.quality + appeal)
