"""What serves follows the models topic; whatever is wrong with a model changes nothing."""

import asyncio
import shutil
import threading
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
from freshet_ranker.config import PRIOR, RankerConfig
from freshet_ranker.metrics import ranker_metrics
from freshet_ranker.serving import Serving
from harness.ranking import item, put

SPACE = RankerConfig().embedding_version


@pytest.fixture
def inventory() -> Inventory:
    made = Inventory(SPACE)
    for n in range(20):
        put(made, item(n, embedding_version=SPACE))
    return made


@pytest.fixture
def serving(inventory: Inventory, tmp_path: Path) -> Serving:
    metrics = ranker_metrics(CollectorRegistry())
    return Serving(inventory, PRIOR, tmp_path / "cache", 1, metrics)


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


def tell(serving: Serving, *records: ModelRecord) -> None:
    received: list[Any] = [
        Received(one, one.model.encode(), place, 0, ()) for place, one in enumerate(records)
    ]
    serving.apply(Batch(MODELS, 0, received))
    asyncio.run(serving.change())


def labels(serving: Serving) -> set[tuple[str, str]]:
    """Who serves whom, over many users."""
    served = [serving.for_user(f"user-{n}") for n in range(200)]
    return {(scorer.label, role) for scorer, role in served}


def test_until_the_topic_names_a_model_the_built_in_one_serves(serving: Serving) -> None:
    assert labels(serving) == {("prior@1", "champion")}


def test_a_champion_serves_everyone_and_a_canary_its_share(
    serving: Serving, stored: Callable[..., ModelRecord]
) -> None:
    tell(serving, stored("2"), stored("3", "canary", share=0.25))
    assert labels(serving) == {("prior@2", "champion"), ("prior@3", "canary")}
    served = [serving.for_user(f"user-{n}")[1] for n in range(2_000)]
    assert 400 < served.count("canary") < 600
    assert served == [serving.for_user(f"user-{n}")[1] for n in range(2_000)]


def test_a_rollback_brings_the_one_before_back(
    serving: Serving, stored: Callable[..., ModelRecord]
) -> None:
    first, second = stored("2"), stored("3")
    tell(serving, first, second)
    assert labels(serving) == {("prior@3", "champion")}
    tell(serving, msgspec.structs.replace(second, stage="rolled_back"))
    assert labels(serving) == {("prior@2", "champion")}
    tell(serving, msgspec.structs.replace(first, stage="rolled_back"))
    assert labels(serving) == {("prior@1", "champion")}


def _truncate(folder: Path) -> None:
    graph = folder / "scorer.onnx"
    graph.write_bytes(graph.read_bytes()[:1000])


def _change(folder: Path) -> None:
    graph = folder / "scorer.onnx"
    graph.write_bytes(graph.read_bytes().replace(b"score", b"scare"))


@pytest.mark.parametrize("damage", [_truncate, _change])
def test_a_damaged_artifact_is_refused_and_the_serving_model_stays(
    damage: Callable[[Path], None], serving: Serving, stored: Callable[..., ModelRecord]
) -> None:
    tell(serving, stored("2"))
    bad = stored("3")
    damage(Path(bad.artifact.removeprefix("file://")))
    tell(serving, bad)
    assert labels(serving) == {("prior@2", "champion")}


def test_an_artifact_of_an_unknown_contract_is_refused(
    serving: Serving, stored: Callable[..., ModelRecord], tmp_path: Path
) -> None:
    folder = tmp_path / "future"
    shutil.copytree(PRIOR, folder)
    url, _ = store(folder, f"file://{tmp_path}/store")
    there = Path(url.removeprefix("file://"))
    write_manifest(there, msgspec.structs.replace(read_manifest(there), contract=CONTRACT + 1))
    record = stored("2", artifact=url, manifest_sha256=sha256_of(there / "manifest.json"))
    tell(serving, record)
    assert labels(serving) == {("prior@1", "champion")}


def test_a_store_that_cannot_be_reached_is_asked_again(
    serving: Serving, stored: Callable[..., ModelRecord], tmp_path: Path
) -> None:
    record = stored("2")
    (tmp_path / "store").rename(tmp_path / "away")
    with pytest.raises(ArtifactUnavailable):
        tell(serving, record)
    assert labels(serving) == {("prior@1", "champion")}
    (tmp_path / "away").rename(tmp_path / "store")
    asyncio.run(serving.change())
    assert labels(serving) == {("prior@2", "champion")}


def test_items_that_come_while_a_model_is_opened_are_known_to_it(
    serving: Serving, stored: Callable[..., ModelRecord], inventory: Inventory
) -> None:
    record = stored("2")
    opened = serving._open

    def slow(*arguments: Any) -> Any:
        scorer = opened(*arguments)
        # As the loop would, while this thread works.
        late = item(99, embedding_version=SPACE)
        vector = inventory.readable(late)
        assert vector is not None
        serving.learn(inventory.put([late], vector[None]))
        return scorer

    serving._open = slow  # type: ignore[method-assign, assignment]
    tell(serving, record)
    scorer, _ = serving.for_user("ada")
    row = inventory.rows["item-99"]
    np.testing.assert_allclose(scorer._vectors[row], inventory.embeddings[row][:1], atol=1e-3)


def test_a_promoted_canary_is_not_opened_again(
    serving: Serving, stored: Callable[..., ModelRecord], monkeypatch: pytest.MonkeyPatch
) -> None:
    canary = stored("2", "canary", share=0.5)
    tell(serving, canary)
    scorer = next(one for n in range(99) if (one := serving.for_user(f"u{n}"))[1] == "canary")[0]
    monkeypatch.setattr(serving, "_open", None)
    tell(serving, msgspec.structs.replace(canary, stage="champion", share=0.0))
    assert serving.for_user("ada") == (scorer, "champion")
    assert labels(serving) == {("prior@2", "champion")}


def test_a_store_that_stays_silent_holds_up_nothing(
    serving: Serving, stored: Callable[..., ModelRecord], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, silent = serving._open, threading.Event()

    def hangs(*arguments: Any) -> Any:
        silent.wait(60)
        return opened(*arguments)

    monkeypatch.setattr(serving, "_open", hangs)
    received: Any = Received(stored("2"), b"prior@2", 0, 0, ())
    serving.apply(Batch(MODELS, 0, [received]))
    started = time.monotonic()
    with pytest.raises(ArtifactUnavailable, match="gave no model within"):
        asyncio.run(serving.change(timeout_s=0.1))
    assert time.monotonic() - started < 30, "the hung thread was waited for"
    assert labels(serving) == {("prior@1", "champion")}
    silent.set()
    monkeypatch.setattr(serving, "_open", opened)
    asyncio.run(serving.change())
    assert labels(serving) == {("prior@2", "champion")}
