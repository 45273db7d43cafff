"""How near a candidate is to one of the items that the user liked lately."""

import numpy as np

from freshet.domain.ranking.arrays import Floats
from freshet.domain.ranking.features.feature import Feature, FeatureInputs, embeddings
from freshet.domain.ranking.inventory import Inventory
from freshet.domain.ranking.user_context import UserContext


def liked_cosines(inventory: Inventory, users: UserContext, vectors: Floats) -> Floats:
    """Cosines of items with those that their user liked lately; 0 for padding.

    Args:
        inventory: the items.
        users: the b users.
        vectors: content vectors of k items for each of them, [b, k, 128].

    Returns:
        Shape [b, 10, k].
    """
    liked = inventory.embeddings[np.maximum(users.liked, 0)] * (users.liked >= 0)[:, :, None]
    cosines: Floats = liked.astype(np.float32) @ vectors.transpose(0, 2, 1)
    return cosines


def _nearest(inputs: FeatureInputs) -> Floats:
    cosines = liked_cosines(inputs.inventory, inputs.users, inputs.once(embeddings))
    nearest: Floats = cosines.max(axis=1)
    return nearest


NEAREST_RECENT = Feature("nearest_recent", "largest cosine with an item liked lately", _nearest)
