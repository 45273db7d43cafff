"""What the trainer decides of model versions: each decision is records for the models topic."""

import numpy as np

from freshet.contracts.models import ModelRecord
from freshet.domain.learning.examples import Examples
from freshet.domain.rollout.canary import Rules, decide
from freshet.domain.rollout.click_rates import Arm
from freshet.domain.rollout.stages import Stages, promote, roll_back, start_canary
from freshet_trainer.config import TrainerConfig

BY = "trainer"


def admit(
    stages: Stages, record: ModelRecord, config: TrainerConfig, now_ms: int
) -> list[ModelRecord]:
    """Publish a new version: refused, or a candidate that becomes canary or champion at once."""
    records = [record]
    if record.stage != "refused":
        after = Stages()
        for one in (*stages.records.values(), record):
            after.take(one.model, one)
        why = "passed all gates"
        if config.canary_share:
            records += start_canary(
                after, record.model, config.canary_share, now_ms, by=BY, reason=why
            )
        else:
            records += promote(
                after,
                record.model,
                now_ms,
                by=BY,
                reason=f"{why}; no canary is asked for",
                figures={},
            )
    return records


def judge_canary(
    stages: Stages, examples: Examples, config: TrainerConfig, now_ms: int
) -> list[ModelRecord]:
    """The canary's promotion or rollback by live click rates; nothing while it is not decided."""
    canary = stages.canary
    if canary is None:
        return []
    arms = live_arms(examples, canary)
    is_over = now_ms - canary.time_ms >= config.canary_max_s * 1000
    rules = Rules(
        minimum_lists=config.canary_min_lists,
        limit_lists=0 if is_over else config.canary_max_lists,
        margin=config.canary_margin,
    )
    decision = decide(*arms, rules)
    if decision.verdict == "promote":
        return promote(
            stages,
            canary.model,
            now_ms,
            by=BY,
            reason=decision.reason,
            figures=decision.figures,
        )
    if decision.verdict == "rollback":
        return roll_back(stages, now_ms, by=BY, reason=decision.reason, figures=decision.figures)
    return []


def live_arms(examples: Examples, canary: ModelRecord) -> tuple[Arm, Arm]:
    """Lists of the canary, and all others of ours, shown since it went out."""
    ours = np.not_equal(examples.models, "") & (examples.time_ms >= canary.time_ms)
    arms = (Arm(), Arm())
    shown = examples[np.flatnonzero(ours)]
    for model, user_id, labels in zip(shown.models, shown.user_ids, shown.labels, strict=True):
        arm = arms[0] if model == canary.model else arms[1]
        arm.count(str(user_id), clicked=bool(labels.any()))
    return arms


def click_rates(examples: Examples, since_ms: int) -> dict[str, float]:
    """By model, the share of its lists with a click, of those shown since a time."""
    ours = np.not_equal(examples.models, "") & (examples.time_ms >= since_ms)
    shown = examples[np.flatnonzero(ours)]
    clicked = shown.labels.max(axis=1)
    return {str(model): float(clicked[shown.models == model].mean()) for model in set(shown.models)}
