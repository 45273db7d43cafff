"""A rating file as lists with one hidden item each."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from freshet.domain.evaluation.leave_one_out import (
    MAX_USERS,
    BadRatings,
    held_out_lists,
    hold_out,
    read_ratings,
)
from freshet.domain.interest.catalog import CatalogKnowledge
from freshet.domain.learning.examples import Examples, ItemTable
from freshet.domain.learning.past import Past
from freshet.domain.learning.shown import item_table
from freshet.domain.ranking.inventory import Inventory


@dataclass(frozen=True, slots=True, kw_only=True)
class RatedLists:
    """What a rating file gave.

    Attributes:
        examples: a list a tested user.
        table: the items of the file.
        ratings: how many each item has, by row.
    """

    examples: Examples
    table: ItemTable
    ratings: NDArray[np.float64]


def rated_lists(
    file: Path,
    inventory: Inventory,
    knowledge: CatalogKnowledge,
    max_lists: int,
    seed: int,
    progress: Callable[[int, int], None],
) -> RatedLists:
    """Read, hide and fold.

    Args:
        file: CSV, as `read_ratings` says.
        inventory: what is known of items; without it models know nothing of the content.
        knowledge: the same, as the fold asks for it.
        max_lists: users that are tested, at most.
        seed: of the users and the other items.
        progress: told of events that are folded, and how many there are.

    Raises:
        BadRatings: the file cannot be used.
        OSError: it cannot be read.
    """
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            ratings = read_ratings(lines)
    except UnicodeDecodeError as error:
        raise BadRatings(f"it is not UTF-8: {error}") from error
    held = hold_out(ratings, seed, max_lists)
    past = Past(inventory, knowledge, MAX_USERS)
    for step in held_out_lists(held, past):
        if isinstance(step, Examples):
            counts = Counter(one.item for one in ratings)
            return RatedLists(
                examples=step,
                table=item_table(inventory),
                ratings=np.array([counts[item_id] for item_id in inventory.ids], np.float64),
            )
        progress(step, len(held.entries))
    raise AssertionError("the lists come last")
