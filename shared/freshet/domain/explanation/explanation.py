"""All that `freshet explain` says, as one message."""

from collections.abc import Sequence

import msgspec
import numpy as np

from freshet.contracts.recommendations import Evidence, Recommendations
from freshet.domain.explanation.occlusion import SURELY, Part, Served, parts
from freshet.domain.explanation.standing import Standing, better_than, standing
from freshet.domain.ranking.rank import Considered
from freshet.domain.ranking.request import RankingRequest

#: Parts named of each item of a list, and each way of the one that is asked for.
LISTED_PARTS = 3
ITEM_PARTS = 10


class Contribution(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one part of all that is known did to a score.

    Attributes:
        raises: the score is so many points lower without it; negative: higher.
        act: an act or search that is remembered.
        tag: an interest tag, with all that was ever said for or against it.
        asked: the search that came with the request.
        attention: of an act, how far the model's attention opens it, 0..1; none where the model
            has no attention, or looks at newer acts alone.
    """

    raises: float
    act: Evidence | None = None
    tag: str | None = None
    asked: str | None = None
    attention: float | None = None


class ExplainedItem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One place of the list: its item, and the strongest parts its score is lower without."""

    item_id: str
    raised_by: list[Contribution] = []


class AboutItem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The item that was asked for.

    Attributes:
        standing: where it stands, or why it is not in the list.
        score, probability: what the model says of it.
        better, of: candidates that score more, and all that may be shown.
        tags: its interest tags, strongest first.
        features: what the model read of it and the user together.
        raised_by, lowered_by: parts that its score would be lower, or higher, without.
    """

    item_id: str
    standing: Standing
    score: float
    probability: float
    better: int
    of: int
    tags: list[str]
    features: dict[str, float]
    raised_by: list[Contribution]
    lowered_by: list[Contribution]


class Explanation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why a list is as it is.

    Attributes:
        made: the list, as it is made of what is known now.
        places: of its items, in their order, what raised their scores.
        item: the one that was asked for.
        published: the newest list of the user on the topic.
        differs: in what that is not the list of now.
        titles: of the items that are named here, as far as the catalog has them.
    """

    made: Recommendations
    places: list[ExplainedItem]
    item: AboutItem | None = None
    published: Recommendations | None = None
    differs: list[str] = []
    titles: dict[str, str] = {}


def explain(request: RankingRequest, item_id: str | None, served: Served) -> Explanation:
    """Make a list, and say why it is as it is.

    Args:
        request: for the list.
        item_id: that is asked for, one of the inventory's; None for none.
        served: all that the list is made with.
    """
    (made,) = served.ranking.rank([request], served.scorer, served.now_ms)
    ids = [one.item_id for one in made.items] + ([] if item_id is None else [item_id])
    if not ids:
        return Explanation(made=made, places=[])
    rows = np.array([served.inventory.rows[one] for one in ids], np.int64)
    considered = served.ranking.consider([request], served.scorer, served.now_ms)
    gates = served.scorer.attention(considered.users, rows[None])
    found = parts(request, rows, served)
    told = [
        _told(found, place, [] if gates is None else gates[0, place].tolist())
        for place in range(len(rows))
    ]
    places = [
        ExplainedItem(item_id=one.item_id, raised_by=_raising(contributions)[:LISTED_PARTS])
        for one, contributions in zip(made.items, told, strict=False)
    ]
    about = None
    if item_id is not None:
        about = _about(int(rows[-1]), request, made, considered, told[-1], served)
    return Explanation(made=made, places=places, item=about)


def _about(
    row: int,
    request: RankingRequest,
    made: Recommendations,
    considered: Considered,
    told: list[Contribution],
    served: Served,
) -> AboutItem:
    """What is to be said of the item in a row."""
    inventory, scorer = served.inventory, served.scorer
    score, probability, cross = served.ranking.score(considered.moment, np.array([[row]]), scorer)
    return AboutItem(
        item_id=inventory.ids[row],
        standing=standing(row, request, made.items, considered, inventory),
        score=round(float(score[0, 0]), 5),
        probability=round(float(probability[0, 0]), 5),
        better=better_than(float(score[0, 0]) + SURELY, considered),
        of=int(np.count_nonzero(considered.allowed[0])),
        tags=list(inventory.tag_names[row]),
        features={
            name: round(value, 4)
            for name, value in zip(scorer.features, cross[0, 0].tolist(), strict=True)
        },
        raised_by=_raising(told)[:ITEM_PARTS],
        lowered_by=[one for one in told[::-1] if one.raises < -SURELY][:ITEM_PARTS],
    )


def _told(found: Sequence[Part], item: int, gates: Sequence[float]) -> list[Contribution]:
    """What each part did to the score of an item, from what raised it to what lowered it most."""
    # Acts come first in `found`, the newest first; of gates the newest is the last.
    opened = dict(enumerate(reversed(gates)))
    told = [
        Contribution(
            raises=round(float(part.raises[item]), 5),
            act=part.act,
            tag=part.tag,
            asked=part.asked,
            attention=_rounded(opened.get(place)) if part.act and part.act.item_id else None,
        )
        for place, part in enumerate(found)
    ]
    return sorted(told, key=lambda one: -one.raises)


def _raising(told: Sequence[Contribution]) -> list[Contribution]:
    """What surely raised a score, the strongest first."""
    return [one for one in told if one.raises > SURELY]


def _rounded(gate: float | None) -> float | None:
    return None if gate is None else round(gate, 4)
