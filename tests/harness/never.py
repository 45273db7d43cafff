"""Had it never happened: a town's log folded again without an act, and what a model says then.

The item is taken out of what was shown as well, as if the person had never met it. That is another
way than the one by which explanations are found, which take an act out of the folded state.
"""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np

from freshet.contracts.inputs import Impression, Query
from freshet.contracts.recommendations import Evidence, RecommendedItem
from freshet.domain.explanation.explanation import ExplainedItem, explain
from freshet.domain.explanation.occlusion import Served
from freshet.domain.interactions import UserEvent, interactions
from freshet.domain.interest.counterfactual import remembered, without_tag
from freshet.domain.interest.fold import Arrived, fold
from freshet.domain.ranking.request import RankingRequest
from freshet.domain.ranking.user_context import user_context
from freshet.models.graph_inputs import RECENT
from harness.tastes import Town, ask_of

#: Of a person with fewer acts there is little that could be left out.
ACTS = 5


class Held:
    """Of what was named, how much held: the score was lower without it.

    Args:
        town: whose people are asked about, and their lists, by the model that serves.

    Attributes:
        named, held: counts by where it was named: `explain acts` and `explain tags` are what an
            explanation names; `because_of` and `tag` are reasons of the list; `attention` is the
            act that the model's attention opens widest.
    """

    def __init__(self, town: Town) -> None:
        self.named: Counter[str] = Counter()
        self.held: Counter[str] = Counter()
        self._town = town
        served = Served(
            ranking=town.ranking,
            scorer=town.scorer,
            inventory=town.inventory,
            knowledge=town.knowledge,
            now_ms=town.now_ms,
        )
        for user_id in sorted(town.folded):
            state = town.state(user_id)
            if state is not None and len(state.recent) >= ACTS:
                request = ask_of(state)
                told = explain(request, None, served)
                for item, place in zip(told.made.items, told.places, strict=True):
                    self._look(request, item, place)

    def _look(self, request: RankingRequest, item: RecommendedItem, place: ExplainedItem) -> None:
        assert request.state is not None
        before = self._score(request, place.item_id)

        def name(what: str, less: RankingRequest) -> None:
            self.named[what] += 1
            self.held[what] += self._score(less, place.item_id) < before

        for part in place.raised_by:
            if part.act is not None:
                name("explain acts", never(self._town, request, part.act))
            elif part.tag is not None:
                name("explain tags", replace(request, state=without_tag(request.state, part.tag)))
        acts = [act for act in remembered(request.state) if act.item_id is not None]
        for reason in item.reasons:
            if reason.kind == "tag":
                name("tag", replace(request, state=without_tag(request.state, reason.tag or "")))
            elif reason.kind == "because_of":
                act = next(one for one in acts if one.item_id == reason.item_id)
                name("because_of", never(self._town, request, act))
        known = user_context(self._town.inventory, [request])
        rows = np.array([[self._town.inventory.rows[place.item_id]]])
        gates = self._town.scorer.attention(known, rows)
        if gates is not None:
            seen = gates[0, 0, ::-1][: min(RECENT, len(acts))]
            name("attention", never(self._town, request, acts[int(seen.argmax())]))

    def _score(self, request: RankingRequest, item_id: str) -> float:
        rows = np.array([[self._town.inventory.rows[item_id]]])
        town = self._town
        moment = town.ranking.moment([request], town.now_ms)
        return float(town.ranking.score(moment, rows, town.scorer)[0][0, 0])


def never(town: Town, request: RankingRequest, act: Evidence) -> RankingRequest:
    """The request, had the act not happened, and the item not been shown."""
    arrived: list[Arrived] = []
    for one in town.folded[request.user_id]:
        event = one.event
        if isinstance(event, Impression):
            shown = [item_id for item_id in event.item_ids if item_id != act.item_id]
            event = msgspec.structs.replace(event, item_ids=shown)
        if not _is(event, act):
            arrived.append(Arrived(one.source, len(arrived), one.broker_time_ms, event))
    assert len(arrived) < len(town.folded[request.user_id]), "the act is in the log"
    return replace(request, state=fold(None, arrived, town.knowledge))


def attentive(town: Town, folder: Path, epochs: int) -> Path:
    """A model with attention that learned from the lists of a town."""
    from freshet_trainer.architectures import attentive as architecture
    from freshet_trainer.architectures.setting import setting_of
    from freshet_trainer.training.fit import fit
    from freshet_trainer.version import write_version

    examples, table = town.lists()
    towers = architecture.build(setting_of(table, examples))
    fit(towers, examples, table, replace(architecture.RECIPE, epochs=epochs), seed=1)
    write_version(towers, folder, name="attentive", version="1", made_ms=0)
    return folder


def _is(event: UserEvent, act: Evidence) -> bool:
    """Whether an event is the act."""
    if event.time_ms != act.time_ms:
        return False
    if isinstance(event, Query):
        return event.text == act.query
    return (act.item_id, act.kind) in interactions(event)
