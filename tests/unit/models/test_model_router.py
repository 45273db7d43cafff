"""What serves follows the models topic; whatever is wrong with a model changes nothing."""

import asyncio
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from prometheus_client import CollectorRegistry

from freshet.contracts.models import ModelRecord
from freshet.contracts.registry import MODELS
from freshet.domain.ranking.inventory import Inventory
from freshet.models.artifacts import ArtifactUnavailable, store
from freshet.models.manifest import CONTRACT, read_manifest, sha256_of, write_manifest
from freshet.streaming.batch import Batch, Received
from freshet_ranker import model_router, retried
from freshet_ranker.config import PRIOR, RankerConfig
from freshet_ranker.metrics import ranker_metrics
from freshet_ranker.model_router import ModelRouter
from freshet_ranker.onnx_scorer import OnnxScorer
from harness.bad_stores import bad_store
from harness.ranking import item, put

SPACE = RankerConfig().embedding_version


@pytest.fixture(autouse=True)
def own_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))


@pytest.fixture
def inventory() -> Inventory:
    made = Inventory(SPACE)
    for n in range(20):
        put(made, item(n, embedding_version=SPACE))
    return made


@pytest.fixture
def router(inventory: Inventory, tmp_path: Path) -> ModelRouter:
    metrics = ranker_metrics(CollectorRegistry())
    return ModelRouter(inventory, PRIOR, tmp_path / "cache", 1, metrics)


@pytest.fixture
def stored(tmp_path: Path) -> Callable[..., ModelRecord]:
    """Stores the prior under another version, and gives its record."""

    def make(version: str, stage: str = "champion", **fields: Any) -> ModelRecord:
        folder = tmp_path / version
        shutil.copytree(PRIOR, folder)
        manifest = msgspec.structs.replace(read_manifest(folder), version=version)
        write_manifest(folder, manifest)
        url, digest = store(folder, f"file://{tmp_path}/store")
        given: dict[str, Any] = {
            "event_id": f"{version}/{stage}",
            "event_time": 1,
            "model": f"prior@{version}",
            "stage": stage,
            "artifact": url,
            "manifest_sha256": digest,
            "architecture": "prior",
        }
        return ModelRecord(**{**given, **fields})

    return make


def batch(*records: ModelRecord) -> Batch:
    received: list[Any] = [
        Received(one, one.model.encode(), place, 0, ()) for place, one in enumerate(records)
    ]
    return Batch(MODELS, 0, received)


def tell(router: ModelRouter, *records: ModelRecord) -> None:
    router.apply(batch(*records))
    asyncio.run(router.change())


def labels(router: ModelRouter) -> set[tuple[str, str]]:
    """Who serves whom, over many users."""
    served = [router.for_user(f"user-{n}") for n in range(200)]
    return {(scorer.label, role) for scorer, role in served}


def test_until_the_topic_names_a_model_the_built_in_one_serves(router: ModelRouter) -> None:
    assert labels(router) == {("prior@1", "champion")}


def test_a_champion_serves_everyone_and_a_canary_its_share(
    router: ModelRouter, stored: Callable[..., ModelRecord]
) -> None:
    tell(router, stored("2"), stored("3", "canary", share=0.25))
    assert labels(router) == {("prior@2", "champion"), ("prior@3", "canary")}
    served = [router.for_user(f"user-{n}")[1] for n in range(2_000)]
    assert 400 < served.count("canary") < 600
    assert served == [router.for_user(f"user-{n}")[1] for n in range(2_000)]


def test_a_rollback_brings_the_one_before_back(
    router: ModelRouter, stored: Callable[..., ModelRecord]
) -> None:
    first, second = stored("2"), stored("3")
    tell(router, first, second)
    assert labels(router) == {("prior@3", "champion")}
    tell(router, msgspec.structs.replace(second, stage="rolled_back"))
    assert labels(router) == {("prior@2", "champion")}
    tell(router, msgspec.structs.replace(first, stage="rolled_back"))
    assert labels(router) == {("prior@1", "champion")}


def _truncate(folder: Path) -> None:
    graph = folder / "scorer.onnx"
    graph.write_bytes(graph.read_bytes()[:1000])


def _change(folder: Path) -> None:
    graph = folder / "scorer.onnx"
    graph.write_bytes(graph.read_bytes().replace(b"score", b"scare"))


@pytest.mark.parametrize("damage", [_truncate, _change])
def test_a_damaged_artifact_is_refused_and_the_serving_model_stays(
    damage: Callable[[Path], None], router: ModelRouter, stored: Callable[..., ModelRecord]
) -> None:
    tell(router, stored("2"))
    bad = stored("3")
    damage(Path(bad.artifact.removeprefix("file://")))
    tell(router, bad)
    assert labels(router) == {("prior@2", "champion")}


def test_an_artifact_of_an_unknown_contract_is_refused(
    router: ModelRouter, stored: Callable[..., ModelRecord], tmp_path: Path
) -> None:
    folder = tmp_path / "future"
    shutil.copytree(PRIOR, folder)
    url, _ = store(folder, f"file://{tmp_path}/store")
    there = Path(url.removeprefix("file://"))
    write_manifest(there, msgspec.structs.replace(read_manifest(there), contract=CONTRACT + 1))
    record = stored("2", artifact=url, manifest_sha256=sha256_of(there / "manifest.json"))
    tell(router, record)
    assert labels(router) == {("prior@1", "champion")}


def test_a_store_that_cannot_be_reached_is_asked_again(
    router: ModelRouter, stored: Callable[..., ModelRecord], tmp_path: Path
) -> None:
    record = stored("2")
    (tmp_path / "store").rename(tmp_path / "away")
    with pytest.raises(ArtifactUnavailable):
        tell(router, record)
    assert labels(router) == {("prior@1", "champion")}
    (tmp_path / "away").rename(tmp_path / "store")
    asyncio.run(router.change())
    assert labels(router) == {("prior@2", "champion")}


def test_items_that_come_while_a_model_is_opened_are_known_to_it(
    router: ModelRouter, stored: Callable[..., ModelRecord], inventory: Inventory
) -> None:
    record = stored("2")
    opened = router._open

    def slow(*arguments: Any) -> Any:
        scorer = opened(*arguments)
        # As the loop would, while this thread works.
        late = item(99, embedding_version=SPACE)
        vector = inventory.readable(late)
        assert vector is not None
        router.learn(inventory.put([late], vector[None]))
        return scorer

    router._open = slow  # type: ignore[method-assign, assignment]
    tell(router, record)
    scorer, _ = router.for_user("ada")
    row = inventory.rows["item-99"]
    np.testing.assert_allclose(scorer._vectors[row], inventory.embeddings[row][:1], atol=1e-3)


def test_a_promoted_canary_is_not_opened_again(
    router: ModelRouter, stored: Callable[..., ModelRecord], monkeypatch: pytest.MonkeyPatch
) -> None:
    canary = stored("2", "canary", share=0.5)
    tell(router, canary)
    scorer = next(one for n in range(99) if (one := router.for_user(f"u{n}"))[1] == "canary")[0]
    monkeypatch.setattr(router, "_open", None)
    tell(router, msgspec.structs.replace(canary, stage="champion", share=0.0))
    assert router.for_user("ada") == (scorer, "champion")
    assert labels(router) == {("prior@2", "champion")}


async def test_news_do_not_wait_for_a_store_that_is_silent(
    router: ModelRouter, stored: Callable[..., ModelRecord], tmp_path: Path
) -> None:
    sound = stored("2")
    with bad_store(tmp_path / "store", "silent") as bad:
        silent = msgspec.structs.replace(stored("3"), artifact=bad.of(stored("3a").artifact))
        router.apply(batch(silent))
        following = asyncio.create_task(router.follow())
        while not bad.asked:
            assert not following.done()
            await asyncio.sleep(0.05)
        assert labels(router) == {("prior@1", "champion")}
        router.apply(batch(msgspec.structs.replace(silent, stage="rolled_back"), sound))
        while labels(router) != {("prior@2", "champion")}:
            assert not following.done()
            await asyncio.sleep(0.05)
        following.cancel()
        await asyncio.wait({following})


async def test_a_start_waits_for_a_silent_store_a_moment_only(
    router: ModelRouter,
    stored: Callable[..., ModelRecord],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(model_router, "START_S", 0.5)
    record = stored("2")
    with bad_store(tmp_path / "store", "silent") as bad:
        router.apply(batch(msgspec.structs.replace(record, artifact=bad.of(record.artifact))))
        started = time.monotonic()
        await router.prepare()
        assert time.monotonic() - started < 30
        assert labels(router) == {("prior@1", "champion")}


async def test_a_store_is_asked_again_until_it_gives_what_it_should_and_told_of_once(
    inventory: Inventory,
    stored: Callable[..., ModelRecord],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    registry = CollectorRegistry()
    router = ModelRouter(inventory, PRIOR, tmp_path / "cache", 1, ranker_metrics(registry))
    monkeypatch.setattr(retried, "RETRY_S", 0.01)
    monkeypatch.setattr(retried, "LONGEST_RETRY_S", 0.01)
    record = stored("2")
    with bad_store(tmp_path / "store", "short") as bad:
        router.apply(batch(msgspec.structs.replace(record, artifact=bad.of(record.artifact))))
        following = asyncio.create_task(router.follow())

        async def asked(more: int) -> None:
            wanted = bad.asked + more
            while bad.asked < wanted:
                assert not following.done()
                await asyncio.sleep(0.02)

        def failing() -> float | None:
            return registry.get_sample_value("freshet_store_unavailable", {"store": bad.url})

        # Each try asks for the manifest, some twice.
        await asked(6)
        assert failing() == 1
        assert registry.get_sample_value("freshet_models_refused_total") == 1
        bad.manner = "denied"
        await asked(6)
        said = [one.getMessage() for one in caplog.records if bad.url in one.getMessage()]
        assert len(said) == 3, said
        bad.manner = "well"
        while labels(router) != {("prior@2", "champion")}:
            assert not following.done()
            await asyncio.sleep(0.05)
        assert failing() is None
        following.cancel()
        await asyncio.wait({following})


def test_a_canary_is_seen_no_more_though_the_champions_store_is_dead(
    router: ModelRouter, stored: Callable[..., ModelRecord]
) -> None:
    canary = stored("3", "canary", share=0.5)
    tell(router, canary)
    dead = msgspec.structs.replace(stored("2"), artifact="file:///nowhere/2")
    with pytest.raises(ArtifactUnavailable):
        tell(router, dead, msgspec.structs.replace(canary, stage="rolled_back"))
    assert labels(router) == {("prior@1", "champion")}


def test_a_canary_is_served_though_the_champions_store_is_dead(
    router: ModelRouter, stored: Callable[..., ModelRecord]
) -> None:
    dead = msgspec.structs.replace(stored("2"), artifact="file:///nowhere/2")
    with pytest.raises(ArtifactUnavailable):
        tell(router, dead, stored("3", "canary", share=0.5))
    assert labels(router) == {("prior@1", "champion"), ("prior@3", "canary")}


def test_a_model_that_makes_the_engine_raise_is_refused(
    router: ModelRouter, stored: Callable[..., ModelRecord], monkeypatch: pytest.MonkeyPatch
) -> None:
    def raises(*_: object) -> None:
        raise RuntimeError("as onnxruntime does")

    record = stored("2")
    monkeypatch.setattr(OnnxScorer, "encode", raises)
    tell(router, record)
    assert labels(router) == {("prior@1", "champion")}
