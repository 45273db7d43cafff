"""What makes a list the same list: its id, and the random numbers that follow from it."""

from hashlib import blake2b, shake_128

import numpy as np
from numpy.typing import NDArray

from freshet.domain.ranking.request import RankingRequest


def recommendation_id(request: RankingRequest, model: str) -> str:
    """The same for the same user, trigger and model: a list made again is the same list."""
    parts = (request.user_id, request.trigger.kind, request.trigger.event_id, model)
    return blake2b("\x00".join(parts).encode(), digest_size=16).hexdigest()


def uniforms(list_id: str, count: int) -> NDArray[np.float64]:
    """Numbers in [0, 1) that follow from the id alone, so that a replay explores alike."""
    digest = shake_128(list_id.encode()).digest(4 * count)
    return np.frombuffer(digest, "<u4") / 2.0**32
