"""What the items that a user encountered say of the user's taste, beyond their popularity.

A click on what everyone clicks says little, skipping it says much: what counts is the residual,
what the user did less what was to be expected. Weighted by it, the items encountered make a
direction of taste, as the gradient of a logistic regression does at its first step.
"""

from typing import NamedTuple

import numpy as np

from freshet.domain.ranking.arrays import Floats, Rows
from freshet.domain.ranking.features.feature import Feature, FeatureInputs, embeddings
from freshet.domain.ranking.features.item_tags import item_tags, sums, tag_columns
from freshet.domain.ranking.inventory import Inventory

#: Users differ in how much they click at all. What is expected of a user is moved to their own
#: mean, which is trusted after as many items.
_OWN_MEAN_PRIOR = 20.0


class Encounters(NamedTuple):
    """The items that b users acted on or skipped lately.

    Attributes:
        rows: of the items, -1 for padding and for items that are not known, [b, m].
        residual: what each says of the user, less the longer the memory is, 0 for padding, [b, m].
    """

    rows: Rows
    residual: Floats


def _encounters(inputs: FeatureInputs) -> Encounters:
    """What the users have encountered: shared work."""
    interactions, skipped = inputs.users.interactions, inputs.users.skipped
    rows = np.concatenate([interactions.rows, skipped], axis=1)
    known = rows >= 0
    residual = -inputs.popularity.click_rate[rows]
    residual[:, : interactions.rows.shape[1]] += np.clip(interactions.strength, -1, 1)
    residual *= known
    count = known.sum(axis=1, keepdims=True, dtype=np.float32)
    mean = residual.sum(axis=1, keepdims=True) / (count + np.float32(_OWN_MEAN_PRIOR))
    return Encounters(rows, (residual - mean) * known / np.sqrt(np.maximum(count, 1)))


def _content_affinity(inputs: FeatureInputs) -> Floats:
    """Product of each candidate with the user's direction in the space of content."""
    encounters = inputs.once(_encounters)
    met = inputs.inventory.embeddings[encounters.rows]
    taste: Floats = encounters.residual[:, None, :] @ met
    affinity: Floats = (taste @ inputs.once(embeddings).transpose(0, 2, 1))[:, 0]
    return affinity


def _tag_affinity(inputs: FeatureInputs) -> Floats:
    """Sum of each candidate's cosines with the items encountered, by their residuals.

    The cosines are those of tags weighted by their rarity.
    """
    inventory, encounters = inputs.inventory, inputs.once(_encounters)
    met = inventory.tags.take(encounters.rows, axis=0)
    columns = tag_columns(met.ravel(), len(inventory.tag_codes) + 1)
    width, users = len(columns.codes), len(encounters.rows)
    first = width * np.arange(users)[:, None, None]
    rare = rarity(inventory)
    share = encounters.residual / _norms(rare.take(met))
    places = columns.column.take(met) + first
    total = np.bincount(places.ravel(), share.repeat(met.shape[2]), users * width)
    taste = total.astype(np.float32)
    taste *= np.tile(rare.take(columns.codes), users)
    tags = inputs.once(item_tags)
    return sums(taste.take(columns.column.take(tags) + first)) / _norms(rare.take(tags))


def rarity(inventory: Inventory) -> Floats:
    """How much each tag tells, by its code: inverse document frequency (Sparck Jones, 1972)."""
    count = len(inventory.tag_codes) + 1
    rare: Floats = np.log(np.float32(max(len(inventory), 1))) - inventory.tag_logs[:count]
    return np.maximum(rare, np.float32(0))


def _norms(rare: Floats) -> Floats:
    """Lengths of items in the space of tags, whose squares are the rarities [..., 12]."""
    norms: Floats = np.sqrt(np.maximum(sums(rare), np.float32(1e-6)))
    return norms


TAG_AFFINITY = Feature(
    "tag_affinity",
    "likeness in tags to what was acted on, less that to what was skipped",
    _tag_affinity,
)
CONTENT_AFFINITY = Feature("content_affinity", "the same in content", _content_affinity)
