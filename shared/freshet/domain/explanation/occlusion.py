"""What raised a score, and what lowered it: everything known is left out once, and scored again.

Occlusion (Zeiler and Fergus, 2014) through the very model that serves; for recommendations known as
counterfactual explanation (Ghazimatin et al., PRINCE, 2020). It holds for any model, and it is true
by construction: without what is named, the score is lower by what is said.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from freshet.contracts.recommendations import Evidence
from freshet.domain.interest.counterfactual import remembered, without_interaction, without_tag
from freshet.domain.interest.item_lookup import ItemLookup
from freshet.domain.ranking.arrays import Floats, Rows
from freshet.domain.ranking.inventory import Inventory
from freshet.domain.ranking.rank import Ranking
from freshet.domain.ranking.request import RankingRequest
from freshet.domain.ranking.scorer import ExplainedScorer

#: A difference of scores that is more than the rounding of 32 bits.
SURELY = 1e-4


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Something that a list was made of: an act or search, a tag, or the search of the request.

    Attributes:
        act: an act or search that the user's state remembers.
        tag: an interest tag, with all that was ever said for or against it.
        asked: text of a search that came with the request.
        raises: by how many points the score of each of k items is lower without it, [k]; negative
            where it is higher.
    """

    act: Evidence | None = None
    tag: str | None = None
    asked: str | None = None
    raises: Floats = field(default_factory=lambda: np.zeros(0, np.float32))


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """All that a list is made with.

    Attributes:
        ranking: that makes it.
        scorer: the model that serves.
        inventory: the items.
        knowledge: the same, as the fold knows them.
        now_ms: the time now.
    """

    ranking: Ranking
    scorer: ExplainedScorer
    inventory: Inventory
    knowledge: ItemLookup
    now_ms: int


def parts(request: RankingRequest, rows: Rows, served: Served) -> list[Part]:
    """What each part of all that is known of a user does to the scores of items.

    Args:
        request: for whom, with the state.
        rows: of the items, [k].
        served: all that the list is made with.
    """
    less = [*_less(request, served.knowledge)]
    requests = [request, *(one for _, one in less)]
    everywhere = np.broadcast_to(rows, (len(requests), len(rows)))
    moment = served.ranking.moment(requests, served.now_ms)
    score, _, _ = served.ranking.score(moment, everywhere, served.scorer)
    return [
        replace(part, raises=score[0] - lower)
        for (part, _), lower in zip(less, score[1:], strict=True)
    ]


def _less(request: RankingRequest, knowledge: ItemLookup) -> Iterator[tuple[Part, RankingRequest]]:
    """Each part, and the ask without it."""
    state = request.state
    if state is not None:
        for act in remembered(state):
            yield Part(act=act), replace(request, state=without_interaction(state, act, knowledge))
        for tag in state.tags:
            yield Part(tag=tag), replace(request, state=without_tag(state, tag))
    if request.query:
        yield Part(asked=request.query), replace(request, query=None)
