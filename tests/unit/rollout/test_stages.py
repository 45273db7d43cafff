"""Which model serves follows from the topic alone, and every step of the roll-out from that."""

from typing import Any

import pytest

from freshet.contracts.models import GateVerdict, ModelRecord
from freshet.domain.rollout.stages import NotPossible, Stages, promote, roll_back, start_canary


def record(model: str, stage: str, **fields: Any) -> ModelRecord:
    given: dict[str, Any] = {
        "event_id": f"{model}/{stage}",
        "event_time": 1,
        "model": model,
        "stage": stage,
        "artifact": f"file:///models/{model}",
        "manifest_sha256": "",
        "architecture": "attentive",
    }
    return ModelRecord(**{**given, **fields})


def stages(*records: ModelRecord) -> Stages:
    made = Stages()
    write(made, list(records))
    return made


def write(made: Stages, records: list[ModelRecord]) -> None:
    for one in records:
        made.take(one.model, one)


def serving(made: Stages) -> tuple[str | None, str | None]:
    champion, canary = made.champion, made.canary
    return champion.model if champion else None, canary.model if canary else None


def said(by: str = "ada") -> dict[str, Any]:
    return {"by": by, "reason": "because", "figures": {}}


def test_before_any_model_the_built_in_one_serves() -> None:
    assert serving(stages(record("m@1", "candidate"))) == (None, None)


def test_the_champion_written_last_serves() -> None:
    # What a promotion that was cut off after its first record leaves behind.
    made = stages(record("m@1", "champion"), record("m@2", "champion"))
    assert serving(made) == ("m@2", None)


def test_a_canary_that_is_promoted_takes_over_and_the_old_champion_retires() -> None:
    made = stages(record("m@1", "champion"), record("m@2", "candidate"))
    write(made, start_canary(made, "m@2", 0.1, 5, by="trainer", reason="gates passed"))
    assert serving(made) == ("m@1", "m@2")
    assert made.canary is not None
    assert made.canary.share == 0.1
    write(made, promote(made, "m@2", 6, **said()))
    assert serving(made) == ("m@2", None)
    assert made.records["m@1"].stage == "retired"


def test_a_rollback_takes_back_the_canary_first_then_the_champion_then_nothing() -> None:
    made = stages(
        record("m@1", "retired"), record("m@2", "champion"), record("m@3", "canary", share=0.5)
    )
    write(made, roll_back(made, 5, **said()))
    assert serving(made) == ("m@2", None)
    write(made, roll_back(made, 6, **said()))
    assert serving(made) == ("m@1", None)
    assert made.records["m@2"].stage == "rolled_back"
    write(made, roll_back(made, 7, **said()))
    assert serving(made) == (None, None)
    with pytest.raises(NotPossible, match="nothing to roll back"):
        roll_back(made, 8, **said())


def test_a_cut_off_rollback_never_leaves_a_version_that_was_taken_back_in_service() -> None:
    made = stages(record("m@1", "retired"), record("m@2", "champion"))
    write(made, roll_back(made, 5, **said())[:1])
    assert serving(made) == ("m@1", None)


def test_what_a_gate_refused_is_never_promoted() -> None:
    verdict = GateVerdict(gate="parity", passed=False, figures={}, detail="")
    made = stages(record("m@1", "refused", gates=[verdict]))
    with pytest.raises(NotPossible, match="parity"):
        promote(made, "m@1", 5, **said())


def test_two_canaries_are_never_out_at_once() -> None:
    made = stages(record("m@1", "canary"), record("m@2", "candidate"))
    with pytest.raises(NotPossible, match="m@1 is the canary"):
        start_canary(made, "m@2", 0.1, 5, by="trainer", reason="")


def test_an_unknown_model_is_named() -> None:
    with pytest.raises(NotPossible, match="there is no model m@9"):
        promote(stages(), "m@9", 5, **said())
