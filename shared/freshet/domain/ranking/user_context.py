"""What the features and reasons need to know of each user, worked out once a micro-batch."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from freshet.domain.interest.recent_interactions import (
    RecentInteractions,
    recent_interactions_of,
    skipped_rows,
)
from freshet.domain.interest.tags import current_tags
from freshet.domain.interest.vectors import interest_vectors
from freshet.domain.ranking.arrays import Floats, Rows
from freshet.domain.ranking.inventory import Inventory
from freshet.domain.ranking.request import RankingRequest

#: The newest liked items that candidates are compared with one by one.
LIKED = 10

#: The newest interactions whose neighbours are looked up.
LATEST = 16

#: A search is looked at as long as nothing else was done for this time.
QUERY_MEMORY_MS = 30 * 60_000


@dataclass(frozen=True, slots=True)
class UserContext:
    """What is known of the users of a micro-batch.

    Attributes:
        interactions: what they did lately.
        skipped: rows of what they were shown lately and did not act on, newest last, -1 pads,
            [b, p].
        interests: fast, middling and slow content vectors, [b, 3, 128].
        liked: rows of the items liked lately, newest first, padded with -1, [b, 10].
        latest: the same of the last 16, [b, 16].
        tags: each user's tag weights now.
        queries: what each user is looking for; an empty text for nothing.
        query_codes: tags that the query names.
        query_words: how many words it has.
        signals: how many interactions speak for something.
    """

    interactions: RecentInteractions
    skipped: Rows
    interests: Floats
    liked: Rows
    latest: Rows
    tags: list[dict[str, float]]
    queries: list[str]
    query_codes: list[set[int]]
    query_words: list[int]
    signals: list[int]


def user_context(inventory: Inventory, requests: Sequence[RankingRequest]) -> UserContext:
    """Work out the context of a micro-batch of users."""
    states = [request.state for request in requests]
    interactions = recent_interactions_of(states, inventory.rows)
    latest, signals = _latest(interactions)
    queries = [_query(request) for request in requests]
    named = [inventory.vocabulary.named_by(query) if query else (set(), 1) for query in queries]
    return UserContext(
        interactions=interactions,
        skipped=skipped_rows(states, inventory.rows),
        interests=interest_vectors(
            states, interactions, inventory.embeddings, inventory.embedding_version
        ),
        liked=latest[:, :LIKED],
        latest=latest,
        tags=[current_tags(request.state) if request.state else {} for request in requests],
        queries=queries,
        query_codes=[codes for codes, _ in named],
        query_words=[words for _, words in named],
        signals=[
            count + (len(state.queries) if state else 0)
            for count, state in zip(signals, states, strict=True)
        ],
    )


def _latest(interactions: RecentInteractions) -> tuple[Rows, list[int]]:
    """Rows of what speaks for something, newest first, [b, 16], and how many there are."""
    speaks = interactions.strength > 0
    nth = speaks[:, ::-1].cumsum(axis=1)[:, ::-1]
    users, places = (speaks & (nth <= LATEST)).nonzero()
    latest = np.full((len(speaks), LATEST), -1)
    latest[users, nth[users, places] - 1] = interactions.rows[users, places]
    return latest, speaks.sum(axis=1).tolist()


def _query(request: RankingRequest) -> str:
    if request.query:
        return request.query
    state = request.state
    if state is None or not state.queries:
        return ""
    newest = state.queries[-1]
    fresh = state.caused_at.event_time_ms - newest.time_ms <= QUERY_MEMORY_MS
    return newest.text if fresh else ""
