"""`freshet models` on a real broker."""

import json

import pytest

from freshet.config import ServiceConfig
from freshet.contracts.models import GateVerdict, ModelRecord
from freshet.models.registry import write_records
from harness.commands import freshet


def record(model: str, stage: str, ndcg: float) -> ModelRecord:
    return ModelRecord(
        event_id=f"{model}/{stage}",
        event_time=1_700_000_000_000,
        model=model,
        stage=stage,  # type: ignore[arg-type]
        artifact=f"file:///models/{model}",
        manifest_sha256="",
        architecture="attentive",
        metrics={"ndcg@10": ndcg},
        gates=[
            GateVerdict(gate="latency", passed=True, figures={"p99_ms": ndcg * 10}, detail="fast")
        ],
    )


@pytest.fixture
async def registry(config: ServiceConfig) -> ServiceConfig:
    versions = [record("m@1", "retired", 0.6), record("m@2", "champion", 0.62)]
    await write_records(config, [*versions, record("m@3", "candidate", 0.64)])
    return config


def listed(config: ServiceConfig) -> dict[str, str]:
    code, said = freshet(config, "models", "list", "--json")
    assert code == 0
    return {one["model"]: one["stage"] for one in map(json.loads, said.splitlines()) if one}


def test_a_version_is_promoted_and_taken_back_by_hand(registry: ServiceConfig) -> None:
    code, said = freshet(registry, "models", "promote", "m@3", "--reason", "a try")
    assert (code, "m@3 is champion: a try" in said) == (0, True)
    assert listed(registry) == {"m@1": "retired", "m@2": "retired", "m@3": "champion"}
    code, said = freshet(registry, "models", "rollback")
    assert code == 0
    assert listed(registry) == {"m@1": "retired", "m@2": "champion", "m@3": "rolled_back"}


def test_versions_are_shown_and_compared(registry: ServiceConfig) -> None:
    code, said = freshet(registry, "models", "show", "m@2")
    assert code == 0
    assert json.loads(said)["metrics"] == {"ndcg@10": 0.62}
    code, said = freshet(registry, "models", "diff", "m@2", "m@3")
    assert code == 0
    assert all(part in said for part in ("metrics.ndcg@10", "+0.02", "gate latency.p99_ms"))
    code, said = freshet(registry, "models", "list")
    assert (code, "0.640" in said) == (0, True)


def test_what_cannot_be_done_is_said_with_an_exit_code(registry: ServiceConfig) -> None:
    code, said = freshet(registry, "models", "promote", "m@9")
    assert (code, "there is no model m@9" in said) == (1, True)
    code, said = freshet(registry, "models", "promote", "m@2")
    assert (code, "is the champion already" in said) == (1, True)


def test_without_any_model_the_list_says_what_serves(config: ServiceConfig) -> None:
    code, said = freshet(config, "models", "list")
    assert (code, "rankers serve the prior" in said) == (0, True)
    code, said = freshet(config, "models", "rollback")
    assert (code, "nothing to roll back" in said) == (1, True)
