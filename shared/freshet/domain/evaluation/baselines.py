"""What needs no model: every figure is shown beside these."""

import numpy as np
from numpy.typing import NDArray

from freshet.domain.learning.examples import Examples
from freshet.domain.ranking.features.registry import CROSS_FEATURES

_CONTENT = ("content_fast", "content_middling", "content_slow")

#: What each baseline is, for a person.
MEANINGS: dict[str, str] = {
    "random": "an order by chance",
    "shown order": "as the list was shown",
    "popularity": "decayed clicks of the item",
    "click rate": "decayed clicks an impression, smoothed",
    "content": "likeness of the item's content to the three interests of the user",
}


def baselines(examples: Examples, seed: int) -> dict[str, NDArray[np.float64]]:
    """Scores [n, k] of each baseline, of what was known before the lists were shown.

    Args:
        examples: the lists.
        seed: of the order by chance.
    """
    n, k = examples.items.shape
    scores = (
        np.random.default_rng(seed).random((n, k)),
        np.broadcast_to(-np.arange(k, dtype=np.float64), (n, k)),
        _feature(examples, "popularity"),
        _feature(examples, "click_rate"),
        np.sum([_feature(examples, name) for name in _CONTENT], axis=0),
    )
    return dict(zip(MEANINGS, scores, strict=True))


def _feature(examples: Examples, name: str) -> NDArray[np.float64]:
    return examples.cross[:, :, CROSS_FEATURES.index(name)].astype(np.float64)
