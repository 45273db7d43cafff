"""Which model serves whom: what the records on the models topic come to, and how they change."""

from collections.abc import Mapping

import msgspec

from freshet.contracts.models import ModelRecord, Stage


class NotPossible(Exception):
    """A step of the roll-out that cannot be taken; the text says why and what can."""


class Stages:
    """The newest record of each model version, in the order of the topic.

    Attributes:
        records: by label.
    """

    def __init__(self) -> None:
        self._records: dict[str, ModelRecord] = {}

    @property
    def records(self) -> Mapping[str, ModelRecord]:
        """The newest record of each version, the one that changed last at the end."""
        return self._records

    def take(self, model: str, record: ModelRecord | None) -> None:
        """Take the next record of the topic; None withdraws the version."""
        self._records.pop(model, None)
        if record is not None:
            self._records[model] = record

    @property
    def champion(self) -> ModelRecord | None:
        """Serves everyone who sees no canary; None: the model that is built in does."""
        return self._newest("champion")

    @property
    def canary(self) -> ModelRecord | None:
        """Serves a share of the users, if there is one."""
        return self._newest("canary")

    def _newest(self, stage: Stage) -> ModelRecord | None:
        found = [one for one in self._records.values() if one.stage == stage]
        return found[-1] if found else None


def promote(
    stages: Stages, model: str, now_ms: int, *, by: str, reason: str, figures: dict[str, float]
) -> list[ModelRecord]:
    """The records that make a version the champion, in the order to be written.

    The new champion's comes first: from it on it serves, and whatever fails after changes nothing
    of that.

    Args:
        stages: of all versions now.
        model: the version, `name@version`.
        now_ms: the time now.
        by: who asks for it.
        reason: why.
        figures: that were decided by.

    Raises:
        NotPossible: the version is unknown, is the champion already, or a gate refused it.
    """
    record = _known(stages, model)
    old = stages.champion
    if old is not None and old.model == model:
        raise NotPossible(f"{model} is the champion already")
    if record.stage == "refused":
        failed = ", ".join(one.gate for one in record.gates if not one.passed)
        raise NotPossible(f"{model} was refused by its gates ({failed}): train another")
    steps = [_step(record, "champion", now_ms, by, reason, figures)]
    others = [one for one in (old, stages.canary) if one is not None and one.model != model]
    steps += [_step(one, "retired", now_ms, by, f"{model} took over", {}) for one in others]
    return steps


def roll_back(
    stages: Stages, now_ms: int, *, by: str, reason: str, figures: dict[str, float]
) -> list[ModelRecord]:
    """The records that take back the canary, or without one the champion.

    After the champion its predecessor serves: the version that was retired last, or without any
    the model that is built in.

    Args:
        stages: of all versions now.
        now_ms: the time now.
        by: who asks for it.
        reason: why.
        figures: that were decided by.

    Raises:
        NotPossible: only the model that is built in serves.
    """
    canary, champion = stages.canary, stages.champion
    if canary is not None:
        return [_step(canary, "rolled_back", now_ms, by, reason, figures)]
    if champion is None:
        raise NotPossible("no trained model serves: there is nothing to roll back")
    retired = [one for one in stages.records.values() if one.stage == "retired"]
    steps = [_step(champion, "rolled_back", now_ms, by, reason, figures)]
    if retired:
        why = f"{champion.model} was rolled back"
        # The successor first, so that some trained model serves at every moment.
        steps.insert(0, _step(retired[-1], "champion", now_ms, by, why, {}))
    return steps


def start_canary(
    stages: Stages, model: str, share: float, now_ms: int, *, by: str, reason: str
) -> list[ModelRecord]:
    """The record that shows a candidate to a share of the users.

    Args:
        stages: of all versions now.
        model: the version, `name@version`.
        share: of the users, 0..1.
        now_ms: the time now.
        by: who asks for it.
        reason: why.

    Raises:
        NotPossible: the version is no candidate, or another canary is out.
    """
    record = _known(stages, model)
    if record.stage not in ("candidate", "retired"):
        raise NotPossible(f"{model} is {record.stage}: only a candidate becomes a canary")
    if stages.canary is not None:
        raise NotPossible(f"{stages.canary.model} is the canary: promote or roll it back first")
    step = _step(record, "canary", now_ms, by, reason, {})
    return [msgspec.structs.replace(step, share=share)]


def _known(stages: Stages, model: str) -> ModelRecord:
    record = stages.records.get(model)
    if record is None:
        raise NotPossible(f"there is no model {model}: `freshet models list` shows what there is")
    return record


def _step(
    record: ModelRecord,
    stage: Stage,
    now_ms: int,
    by: str,
    reason: str,
    figures: dict[str, float],
) -> ModelRecord:
    return msgspec.structs.replace(
        record,
        event_id=f"{record.model}/{stage}/{now_ms}"[:128],
        event_time=now_ms,
        stage=stage,
        share=0.0,
        figures=figures,
        reason=reason,
        decided_by=by,
    )
