"""What the tags of a candidate are to the user: liked, or disliked."""

from itertools import chain, repeat

import numpy as np

from freshet.domain.ranking.arrays import Floats
from freshet.domain.ranking.features.feature import Feature, FeatureInputs
from freshet.domain.ranking.features.item_tags import item_tags, sums, tag_columns

#: As much weight of shared tags counts about two thirds.
_TAG_SCALE = 3.0


def _weights(inputs: FeatureInputs) -> Floats:
    """The user's weight of each tag of each candidate, [b, k, 12]: shared work."""
    inventory, tags = inputs.inventory, inputs.users.tags
    # Tags that no item has are as if they had code 0, which pads: a column that is never read.
    named = map(inventory.tag_codes.get, chain.from_iterable(tags), repeat(0))
    codes = np.fromiter(named, np.int64)
    columns = tag_columns(codes, len(inventory.tag_codes) + 1)
    width = len(columns.codes)
    first = width * np.arange(len(tags))
    table = np.zeros(len(tags) * width, np.float32)
    users = np.repeat(np.arange(len(tags)), [len(one) for one in tags])
    weights = chain.from_iterable([one.values() for one in tags])
    table[first[users] + columns.column[codes]] = np.fromiter(weights, np.float32)
    table[first] = 0
    places = columns.column.take(inputs.once(item_tags)) + first[:, None, None]
    found: Floats = table.take(places)
    return found


def _liked(inputs: FeatureInputs) -> Floats:
    """Sum of the positive weights, [b, k]: shared work."""
    return sums(np.maximum(inputs.once(_weights), 0))


def _disliked(inputs: FeatureInputs) -> Floats:
    """Sum of the negative weights, as a positive number, [b, k]."""
    return inputs.once(_liked) - sums(inputs.once(_weights))


def _squashed(total: Floats) -> Floats:
    """0 to 0, more and more to 1."""
    squashed: Floats = 1.0 - np.exp(-total / _TAG_SCALE)
    return squashed


TAG_MATCH = Feature(
    "tag_match",
    "weights of the liked tags that it shares, squashed to 0..1",
    lambda inputs: _squashed(inputs.once(_liked)),
)
TAG_DISLIKE = Feature(
    "tag_dislike",
    "weights of the disliked tags that it shares, squashed to 0..1",
    lambda inputs: _squashed(_disliked(inputs)),
)
