"""The cross features of users and candidates, all of a micro-batch at once."""

import numpy as np
from numpy.typing import NDArray

from freshet.domain.ranking.ask import Floats, Rows
from freshet.domain.ranking.context import Context
from freshet.domain.ranking.inventory import Inventory
from freshet.domain.ranking.popularity import Popularity
from freshet.models.features import CROSS_FEATURES

#: Where the three content features are.
CONTENT = [CROSS_FEATURES.index(f"content_{pace}") for pace in ("fast", "middling", "slow")]

#: An item is half as new every two weeks.
FRESHNESS_HALF_LIFE_MS = 14 * 24 * 3_600_000

#: As much weight of shared tags counts about two thirds.
_TAG_SCALE = 3.0


def cross_features(
    inventory: Inventory, popularity: Popularity, context: Context, rows: Rows, now_ms: int
) -> Floats:
    """Features in the order of `CROSS_FEATURES`, shape [b, k, f].

    Args:
        inventory: the items.
        popularity: refreshed.
        context: of the b users.
        rows: candidates, [b, k]; padding has any row and is masked later.
        now_ms: for the items' age.
    """
    embeddings = inventory.embeddings[rows]
    content = context.interests @ embeddings.transpose(0, 2, 1)
    features = {
        "content_fast": content[:, 0],
        "content_middling": content[:, 1],
        "content_slow": content[:, 2],
        "nearest_recent": liked_cosines(inventory, context, embeddings).max(axis=1),
        "popularity": popularity.popularity[rows],
        "click_rate": popularity.click_rate[rows],
        "rising": popularity.rising[rows],
        "freshness": np.exp2(
            -np.maximum(now_ms - inventory.published_ms[rows], 0.0) / FRESHNESS_HALF_LIFE_MS
        ),
    }
    liked, disliked = _tag_sums(inventory, context.tags, rows)
    features["tag_match"] = 1.0 - np.exp(-liked / _TAG_SCALE)
    features["tag_dislike"] = 1.0 - np.exp(-disliked / _TAG_SCALE)
    features["query_match"] = _query_match(inventory, context, rows)
    return np.stack([features[name] for name in CROSS_FEATURES], axis=2, dtype=np.float32)


def liked_cosines(inventory: Inventory, context: Context, embeddings: Floats) -> Floats:
    """Cosines of candidates [b, k, 128] with the items liked lately: [b, 10, k]; padding is 0."""
    liked = inventory.embeddings[np.maximum(context.liked, 0)] * (context.liked >= 0)[:, :, None]
    cosines: Floats = liked.astype(np.float32) @ embeddings.transpose(0, 2, 1)
    return cosines


def _tag_sums(
    inventory: Inventory, tags: list[dict[str, float]], rows: Rows
) -> tuple[Floats, Floats]:
    """Sums of the positive and of the negative weights of each candidate's tags.

    Only tags that a user of the batch has get a column, so the table stays small however many
    tags the catalog knows.
    """
    code_of = inventory.tag_codes.get
    # Tags that no item has are as if they had code 0, which pads: a column that is never read.
    codes = np.array([code_of(name, 0) for mine in tags for name in mine], np.int64)
    users = np.repeat(np.arange(len(tags)), [len(mine) for mine in tags])
    wanted, columns = np.unique(codes, return_inverse=True)
    table = np.zeros((len(tags), len(wanted) + 1), np.float32)
    table[users, columns + 1] = [weight for mine in tags for weight in mine.values()]
    column = np.zeros(len(inventory.tag_codes) + 1, np.int64)
    column[wanted] = np.arange(1, len(wanted) + 1)
    column[0] = 0
    weights = table[np.arange(len(tags))[:, None, None], column[inventory.tags[rows]]]
    liked = np.maximum(weights, 0).sum(axis=2)
    return liked, liked - weights.sum(axis=2)


def _query_match(inventory: Inventory, context: Context, rows: Rows) -> NDArray[np.float64]:
    """Share of the search's words that name a tag of the candidate, at most 1."""
    match = np.zeros(rows.shape)
    for user, codes in enumerate(context.query_codes):
        if codes:
            hits = np.isin(inventory.tags[rows[user]], list(codes)).sum(axis=1)
            match[user] = np.minimum(1.0, hits / context.query_words[user])
    return match
