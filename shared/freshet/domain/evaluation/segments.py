"""Parts of the lists that are worth a look of their own."""

import numpy as np
from numpy.typing import NDArray

from freshet.domain.learning.examples import Examples
from freshet.domain.ranking.strategy import FEW_SIGNALS

#: An item with fewer (decayed) clicks than this is cold.
COLD_CLICKS = 1.0

ALL = "all"

#: What each segment is, for a person.
MEANINGS: dict[str, str] = {
    ALL: "every list in which something was clicked",
    "new users": f"fewer than {FEW_SIGNALS} acts and searches of the user were known",
    "known users": f"{FEW_SIGNALS} or more were known",
    "cold items": "an item was clicked that hardly anybody had clicked before",
}


def segments(examples: Examples) -> dict[str, NDArray[np.bool_]]:
    """Which lists are in each segment, [n]; segments may overlap or be empty."""
    clicked = (examples.labels > 0) & (examples.items >= 0)
    new = examples.signals < FEW_SIGNALS
    cold = np.any(clicked & (examples.item_clicks < COLD_CLICKS), axis=1)
    masks: tuple[NDArray[np.bool_], ...] = (np.ones(len(examples), np.bool_), new, ~new, cold)
    return dict(zip(MEANINGS, masks, strict=True))
