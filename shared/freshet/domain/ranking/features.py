"""The cross features of users and candidates, all of a micro-batch at once."""

from collections.abc import Sequence
from itertools import chain, repeat

import numpy as np
from numpy.typing import NDArray

from freshet.domain.ranking.affinity import Met, content_taste, met, rarity
from freshet.domain.ranking.ask import Floats, Rows
from freshet.domain.ranking.context import Context
from freshet.domain.ranking.inventory import MAX_TAGS, Inventory
from freshet.domain.ranking.popularity import Popularity
from freshet.models.features import CROSS_FEATURES

#: What needs everything that a user has met: worked out only for models that read it.
_AFFINITY = frozenset(("content_affinity", "tag_affinity"))

#: An item is half as new every two weeks.
FRESHNESS_HALF_LIFE_MS = 14 * 24 * 3_600_000

#: As much weight of shared tags counts about two thirds.
_TAG_SCALE = 3.0

#: Sums over an item's tags; as a product it is far quicker than a sum over a short axis.
_EACH = np.ones(MAX_TAGS, np.float32)


def cross_features(
    inventory: Inventory,
    popularity: Popularity,
    context: Context,
    rows: Rows,
    now_ms: int,
    names: Sequence[str] = CROSS_FEATURES,
) -> Floats:
    """The features of these names, in their order, shape [b, k, f].

    Args:
        inventory: the items.
        popularity: refreshed.
        context: of the b users.
        rows: candidates, [b, k]; padding has any row and is masked later.
        now_ms: for the items' age.
        names: some of `CROSS_FEATURES`; what is not asked for costs next to nothing.
    """
    if not rows.size:
        return np.zeros((*rows.shape, len(names)), np.float32)
    wanted = frozenset(names)
    found = None if wanted.isdisjoint(_AFFINITY) else met(popularity, context)
    embeddings = inventory.embeddings[rows]
    directions = [context.interests]
    if found is not None:
        directions.append(content_taste(inventory, found))
    content = np.concatenate(directions, axis=1) @ embeddings.transpose(0, 2, 1)
    liked, disliked, affinity = _tag_sums(inventory, context.tags, found, rows)
    features = {
        "content_fast": content[:, 0],
        "content_middling": content[:, 1],
        "content_slow": content[:, 2],
        "content_affinity": content[:, -1],
        "tag_match": 1.0 - np.exp(-liked / _TAG_SCALE),
        "tag_dislike": 1.0 - np.exp(-disliked / _TAG_SCALE),
        "tag_affinity": affinity,
        "nearest_recent": liked_cosines(inventory, context, embeddings).max(axis=1),
        "popularity": popularity.popularity[rows],
        "click_rate": popularity.click_rate[rows],
        "click_rate_quick": popularity.click_rate_quick[rows],
        "exposure": popularity.exposure[rows],
        "rising": popularity.rising[rows],
        "freshness": np.exp2(
            -np.maximum(now_ms - inventory.published_ms[rows], 0.0) / FRESHNESS_HALF_LIFE_MS
        ),
        "query_match": _query_match(inventory, context, rows),
    }
    if "passed_before" in wanted:
        features["passed_before"] = _passed_before(inventory, context.passed, rows)
    return np.stack([features[name] for name in names], axis=2, dtype=np.float32)


def liked_cosines(inventory: Inventory, context: Context, embeddings: Floats) -> Floats:
    """Cosines of candidates [b, k, 128] with the items liked lately: [b, 10, k]; padding is 0."""
    liked = inventory.embeddings[np.maximum(context.liked, 0)] * (context.liked >= 0)[:, :, None]
    cosines: Floats = liked.astype(np.float32) @ embeddings.transpose(0, 2, 1)
    return cosines


def _tag_sums(
    inventory: Inventory, tags: list[dict[str, float]], found: Met | None, rows: Rows
) -> tuple[Floats, Floats, Floats]:
    """What the tags of each candidate are to the user, [b, k] each.

    Only tags that matter to a user of the batch get a column, so the tables stay small however
    many tags the catalog knows.

    Returns:
        Sums of the positive and of the negative weights of its tags, and the sum of its cosines,
        in tags weighted by rarity, with the items met, by their residuals; 0 where these are not
        given.
    """
    # Tags that no item has are as if they had code 0, which pads: a column that is never read.
    named = map(inventory.tag_codes.get, chain.from_iterable(tags), repeat(0))
    codes = np.fromiter(named, np.int64)
    users = np.repeat(np.arange(len(tags)), [len(mine) for mine in tags])
    matters = np.zeros(len(inventory.tag_codes) + 1, np.bool_)
    matters[codes] = True
    if found is not None:
        theirs = inventory.tags.take(found.rows, axis=0)
        matters[theirs.ravel()] = True
    matters[0] = False
    wanted = matters.nonzero()[0]
    width = len(wanted) + 1
    column = np.zeros(len(matters), np.int64)
    column[wanted] = np.arange(1, width)
    first = width * np.arange(len(tags))

    weight = np.zeros(len(tags) * width, np.float32)
    weights = chain.from_iterable([mine.values() for mine in tags])
    weight[first[users] + column[codes]] = np.fromiter(weights, np.float32)
    weight[first] = 0

    mine = inventory.tags.take(rows, axis=0)
    mine_at = column.take(mine) + first[:, None, None]
    each = weight.take(mine_at)
    liked = np.maximum(each, 0) @ _EACH
    disliked = liked - each @ _EACH
    if found is None:
        return liked, disliked, np.zeros_like(liked)

    told = rarity(inventory)
    share = found.residual / _norms(told.take(theirs))
    theirs_at = column.take(theirs) + first[:, None, None]
    sums = np.bincount(theirs_at.ravel(), share.repeat(theirs.shape[2]), len(weight))
    taste = sums.astype(np.float32)
    taste *= np.tile(told.take(np.insert(wanted, 0, 0)), len(tags))
    return liked, disliked, (taste.take(mine_at) @ _EACH) / _norms(told.take(mine))


def _norms(told: Floats) -> Floats:
    """Lengths of items in the space of tags, whose squares are the rarities [..., 12]."""
    norms: Floats = np.sqrt(np.maximum(told @ _EACH, np.float32(1e-6)))
    return norms


def _passed_before(inventory: Inventory, passed: Rows, rows: Rows) -> NDArray[np.bool_]:
    """Whether each candidate is among what its user passed over."""
    # The last column is where -1, the padding, points.
    table = np.zeros((len(rows), len(inventory) + 1), np.bool_)
    users = np.arange(len(rows))[:, None]
    table[users, passed] = True
    return table[users, rows]


def _query_match(inventory: Inventory, context: Context, rows: Rows) -> NDArray[np.float64]:
    """Share of the search's words that name a tag of the candidate, at most 1."""
    match = np.zeros(rows.shape)
    for user, codes in enumerate(context.query_codes):
        if codes:
            hits = np.isin(inventory.tags[rows[user]], list(codes)).sum(axis=1)
            match[user] = np.minimum(1.0, hits / context.query_words[user])
    return match
