"""What the alerts rest on is measured, and is there before there is anything to count."""

import asyncio
import dataclasses
import shutil
from pathlib import Path
from typing import get_args
from urllib.request import urlopen

import numpy as np
import pytest
from prometheus_client import CollectorRegistry

from freshet.config import ServiceConfig
from freshet.contracts.derived import DeadLetterReason
from freshet.contracts.models import ModelRecord, Stage
from freshet.contracts.registry import MODELS
from freshet.domain.ranking.inventory import Inventory
from freshet.models.artifacts import ArtifactUnavailable, store
from freshet.streaming.batch import Batch, Received
from freshet.streaming.health import HealthServer
from freshet.streaming.metrics import streaming_metrics
from freshet_ranker.config import PRIOR, RankerConfig
from freshet_ranker.metrics import ranker_metrics
from freshet_ranker.model_router import ModelRouter
from freshet_trainer.metrics import trainer_metrics
from freshet_trainer.rollout import click_rates
from harness.models import examples


def test_counters_are_there_before_their_first_event() -> None:
    registry = CollectorRegistry()
    streaming_metrics(registry, ["clicks"])
    trainer_metrics(registry)
    for reason in get_args(DeadLetterReason):
        labels = {"topic": "clicks", "reason": reason}
        assert registry.get_sample_value("freshet_dead_letters_total", labels) == 0
    assert registry.get_sample_value("freshet_records_total", {"topic": "clicks"}) == 0
    for stage in get_args(Stage):
        assert registry.get_sample_value("freshet_trainer_decisions_total", {"stage": stage}) == 0


async def test_a_process_says_whether_it_is_ready_since_when_and_which_version() -> None:
    waiting = ["partitions"]
    health = HealthServer(
        ServiceConfig(), CollectorRegistry(), lambda: "".join(waiting), lambda: None
    )
    port = await health.start()

    def metrics() -> dict[str, str]:
        with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
            lines = answer.read().decode().splitlines()
        return dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))

    before = await asyncio.to_thread(metrics)
    waiting.clear()
    after = await asyncio.to_thread(metrics)
    await health.stop()
    assert (before["freshet_ready"], after["freshet_ready"]) == ("0.0", "1.0")
    assert float(before["process_start_time_seconds"]) > 1e9
    assert any(line.startswith("freshet_build_info{version=") for line in before)


@pytest.mark.parametrize("fault", ["refused", "unavailable"])
def test_a_model_that_should_serve_and_does_not_is_missing(fault: str, tmp_path: Path) -> None:
    registry = CollectorRegistry()
    inventory = Inventory(RankerConfig().embedding_version)
    router = ModelRouter(inventory, PRIOR, tmp_path / "cache", 1, ranker_metrics(registry))
    url, digest = store(PRIOR, f"file://{tmp_path}/store")
    record = ModelRecord(
        event_id="1",
        event_time=1,
        model="prior@2",
        stage="champion",
        artifact=url,
        manifest_sha256=digest if fault == "unavailable" else "0" * 64,
        architecture="prior",
    )

    def missing() -> float | None:
        return registry.get_sample_value("freshet_models_missing")

    assert missing() == 0
    if fault == "unavailable":
        shutil.rmtree(tmp_path / "store")
    router.apply(Batch(MODELS, 0, [Received(record, b"prior@2", 0, 0, ())]))
    try:
        asyncio.run(router.change())
    except ArtifactUnavailable:
        assert fault == "unavailable"
    assert missing() == 1
    router.apply(Batch(MODELS, 0, [Received(None, b"prior@2", 1, 0, ())]))
    asyncio.run(router.change())
    assert missing() == 0


def test_the_click_rate_is_of_each_models_own_lists_since_a_time() -> None:
    made = examples(lists=8, k=2)
    clicked = np.array([1, 1, 0, 1, 0, 0, 1, 1], np.float32)
    lists = dataclasses.replace(
        made,
        models=np.array(["a", "a", "a", "b", "b", "b", "", ""], object),
        labels=np.stack([clicked, np.zeros_like(clicked)], axis=1),
        time_ms=np.arange(8),
    )
    assert click_rates(lists, 1) == pytest.approx({"a": 1 / 2, "b": 1 / 3})
    assert click_rates(lists, 9) == {}
