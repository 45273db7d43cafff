"""What a model's attention looks at is exported beside the graphs that serve."""

from pathlib import Path

import keras
import msgspec
import numpy as np
import pytest

from freshet.models.graph_inputs import RECENT
from freshet.models.graphs import Graphs
from freshet.models.manifest import ModelRefused, read_manifest, write_manifest
from freshet_ranker.config import PRIOR
from freshet_trainer.architectures.catalogue import Architecture, blueprint
from freshet_trainer.architectures.setting import setting_of
from freshet_trainer.export import run
from freshet_trainer.towers import Towers
from freshet_trainer.version import weights_of, write_version
from harness.models import examples, table

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]


@pytest.fixture(scope="module")
def towers() -> Towers:
    keras.utils.set_random_seed(1)
    return blueprint(Architecture.ATTENTIVE).build(setting_of(table(), examples()))


@pytest.fixture
def folder(towers: Towers, tmp_path: Path) -> Path:
    write_version(towers, tmp_path, name="attentive", version="1", made_ms=0)
    return tmp_path


def user(b: int, e: int) -> dict[str, np.ndarray]:
    random = np.random.default_rng(2)
    return {
        "recent_vectors": random.normal(size=(b, RECENT, e)).astype(np.float32),
        "recent_acts": random.uniform(size=(b, RECENT, 3)).astype(np.float32),
        "passed_vectors": np.zeros((b, 64, e), np.float32),
        "passed_there": np.zeros((b, 64), np.float32),
    }


def test_the_exported_attention_is_that_of_keras(towers: Towers, folder: Path) -> None:
    items = np.random.default_rng(3).normal(size=(4, 7, 32)).astype(np.float32)
    acts = user(4, 32)
    gates = Graphs(folder, 1).attention(acts, items)
    assert gates is not None
    assert gates.shape == (4, 7, RECENT)
    assert ((gates > 0) & (gates < 1)).all()
    assert towers.attention is not None
    (users,) = run(towers.user_encoder, [acts[one.name] for one in towers.user_encoder.inputs])
    (expected,) = run(towers.attention, [np.asarray(users), items])
    np.testing.assert_allclose(gates, expected, atol=1e-5)


def test_attention_has_no_weights_of_its_own(towers: Towers) -> None:
    assert towers.attention is not None
    inner = {id(one) for one in towers.scorer.weights}
    assert {id(one) for one in towers.attention.weights} <= inner
    assert not any(name.startswith("attention") for name in weights_of(towers))


def test_a_model_without_attention_looks_at_nothing_that_could_be_told() -> None:
    assert Graphs(PRIOR, 1).attention({}, np.zeros((1, 1, 1), np.float32)) is None


def test_a_changed_attention_is_refused_like_any_other_file(folder: Path) -> None:
    graph = folder / "attention.onnx"
    graph.write_bytes(graph.read_bytes() + b"\x00")
    with pytest.raises(ModelRefused, match=r"attention\.onnx was changed"):
        read_manifest(folder)


def test_an_attention_of_another_form_is_refused(folder: Path) -> None:
    manifest = read_manifest(folder)
    write_manifest(folder, msgspec.structs.replace(manifest, attention=manifest.scorer))
    with pytest.raises(ModelRefused, match="attention that reads or gives something else"):
        read_manifest(folder)
    assert "attention.onnx" in manifest.file_names
