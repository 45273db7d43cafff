"""What may be shown to whom, item by item."""

from typing import Any

import numpy as np
import pytest

from freshet.domain.interest.recent_interactions import recent_interactions_of
from freshet.domain.ranking.filters import eligible
from harness.happened import click, feedback, folded
from harness.ranking import ranking_request, stocked

#: Items 0 to 9, about sea, war, love, space and food in turn; 9 is withdrawn.
INVENTORY = stocked(10)
INVENTORY.withdraw("item-9")

#: Clicked 1 and 6, hid 2, dismissed 3 that was clicked before; has heard of one that is not known.
ADA = folded(
    click(1, 1), click(6, 2), feedback(2, "hide", 3), click(3, 4), feedback(3, "dismiss", 5),
    click(999, 6),
)  # fmt: skip


def rows(known: Any, **asked: Any) -> list[int]:
    requests = [ranking_request(None), ranking_request(known, **asked), ranking_request(None)]
    found = eligible(
        INVENTORY, requests, recent_interactions_of([one.state for one in requests], INVENTORY.rows)
    )
    # Whom it is made with changes nothing for anyone.
    for stranger in (0, 2):
        np.testing.assert_array_equal(found[stranger], np.arange(10) < 9)
    shown: list[int] = found[1].nonzero()[0].tolist()
    return shown


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ({}, [0, 4, 5, 7, 8]),
        ({"seen": "allow"}, [0, 1, 4, 5, 6, 7, 8]),
        ({"seen": "again"}, [1, 6]),
        ({"category": "war"}, []),
        ({"category": "war", "seen": "allow"}, [1, 6]),
        ({"category": "food"}, [4]),
        ({"category": "unheard of"}, []),
        ({"exclude": ["item-0", "item-8", "nowhere"]}, [4, 5, 7]),
    ],
)
def test_what_may_be_shown(asked: dict[str, Any], shown: list[int]) -> None:
    assert rows(ADA, **asked) == shown


def test_nothing_comes_again_for_who_did_nothing() -> None:
    assert rows(None, seen="again") == []
    assert rows(None) == [*range(9)]
