"""A model version is served only if it is what its manifest says."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from freshet.domain.ranking.inventory import Inventory
from freshet.domain.ranking.request import RankingRequest
from freshet.domain.ranking.user_context import user_context
from freshet.models.manifest import ModelRefused, read_manifest
from freshet_ranker.config import PRIOR, RankerConfig
from freshet_ranker.onnx_scorer import OnnxScorer

SPACE = RankerConfig().embedding_version


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(PRIOR, tmp_path / "model"))


def change(folder: Path, **fields: Any) -> None:
    path = folder / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **fields}))


def test_the_prior_is_served(folder: Path) -> None:
    assert OnnxScorer(folder, Inventory(SPACE), threads=1).label == "prior@1"


def test_the_prior_serves_in_any_space_as_it_reads_cosines_alone(folder: Path) -> None:
    assert OnnxScorer(folder, Inventory("another"), threads=1).label == "prior@1"


def test_a_model_of_another_space_is_refused(folder: Path) -> None:
    change(folder, embedding_version=SPACE)
    with pytest.raises(ModelRefused, match="the catalog is in"):
        OnnxScorer(folder, Inventory("another"), threads=1)


def test_a_model_that_asks_for_an_unknown_feature_is_refused(folder: Path) -> None:
    change(folder, cross_features=["rising", "luck"])
    with pytest.raises(ModelRefused, match="features that are not served: luck"):
        OnnxScorer(folder, Inventory(SPACE), threads=1)


def test_a_changed_graph_is_refused(folder: Path) -> None:
    graph = folder / "scorer.onnx"
    graph.write_bytes(graph.read_bytes() + b"\x00")
    with pytest.raises(ModelRefused, match="changed"):
        read_manifest(folder)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"contract": 3}, "contract 3"),
        ({"scorer": None}, "cannot be read"),
    ],
)
def test_an_unknown_manifest_is_refused(folder: Path, fields: dict[str, Any], why: str) -> None:
    change(folder, **fields)
    with pytest.raises(ModelRefused, match=why):
        read_manifest(folder)


@pytest.mark.parametrize("name", ["../scorer.onnx", "/etc/passwd", "a/b.onnx"])
def test_a_file_outside_of_the_folder_is_refused(folder: Path, name: str) -> None:
    scorer = json.loads((folder / "manifest.json").read_text())["scorer"]
    change(folder, scorer={**scorer, "file": name})
    with pytest.raises(ModelRefused, match="not the name"):
        read_manifest(folder)


def test_a_missing_file_and_a_missing_manifest_are_refused(folder: Path) -> None:
    (folder / "scorer.onnx").unlink()
    with pytest.raises(ModelRefused, match="cannot be read"):
        read_manifest(folder)
    with pytest.raises(ModelRefused, match="cannot be read"):
        read_manifest(folder / "nowhere")


def test_a_graph_of_another_shape_is_refused(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    change(folder, scorer=manifest["item_encoder"])
    with pytest.raises(ModelRefused, match="a scorer that reads"):
        read_manifest(folder)


def test_a_graph_that_is_not_what_the_manifest_says_is_refused(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    encoder = manifest["item_encoder"]
    change(folder, scorer={**manifest["scorer"], **{k: encoder[k] for k in ("file", "sha256")}})
    with pytest.raises(ModelRefused, match="reads or gives"):
        OnnxScorer(folder, Inventory(SPACE), threads=1)


def feature(**values: float) -> np.ndarray[tuple[int, int, int], np.dtype[np.float32]]:
    """Two items that are each a hundredth of all that comes next; the second has more of these."""
    names = read_manifest(PRIOR).cross_features
    cross = np.zeros((1, 2, len(names)), np.float32)
    cross[:, :, names.index("expected")] = np.log(0.01)
    for name, value in values.items():
        cross[0, 1, names.index(name)] += value
    return cross


@pytest.mark.parametrize(
    ("name", "better"),
    [("tag_match", True), ("expected", True), ("query_match", True), ("tag_dislike", False)],
)
def test_the_prior_orders_as_it_says(name: str, better: bool) -> None:
    inventory = Inventory(SPACE)
    scorer = OnnxScorer(PRIOR, inventory, threads=1)
    nobody = user_context(inventory, [RankingRequest.nobody()])
    score, probability = scorer.score(nobody, np.zeros((1, 2), np.int64), feature(**{name: 0.5}))
    assert (score[0, 1] > score[0, 0]) == better
    assert (probability[0, 1] > probability[0, 0]) == better


@pytest.mark.parametrize(("share", "chance"), [(1e-5, 0.002), (0.05, 0.12)])
def test_a_chance_of_the_prior_follows_the_share_that_is_expected(
    share: float, chance: float
) -> None:
    """sigmoid(0.5 * log(share) - 0.5): root of the share, by e ** 0.5, for small ones."""
    inventory = Inventory(SPACE)
    scorer = OnnxScorer(PRIOR, inventory, threads=1)
    cross = feature(expected=float(np.log(share / 0.01)))
    _, probability = scorer.score(
        user_context(inventory, [RankingRequest.nobody()]), np.zeros((1, 2), np.int64), cross
    )
    assert probability[0, 1] == pytest.approx(chance, rel=0.05)
