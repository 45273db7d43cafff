"""The manifest of a model version, and the checks before its graphs are opened."""

import hashlib
import re
from pathlib import Path
from typing import Annotated

import msgspec

from freshet.models.features import CROSS_FEATURES

#: What this library reads and writes. A folder of another contract is refused.
CONTRACT = 1

MANIFEST = "manifest.json"
MAX_MANIFEST_BYTES = 1_048_576
MAX_GRAPH_BYTES = 512 * 1_048_576

_SAFE_NAME = re.compile(r"^[A-Za-z0-9_-]{1,64}\.onnx$")


#: Of each graph: its inputs and its outputs.
GRAPHS = {
    "user_encoder": ({"interest_vectors"}, {"user_vector"}),
    "item_encoder": ({"embedding"}, {"item_vector"}),
    "scorer": ({"user_vector", "item_vector", "cross"}, {"score", "probability"}),
}


class ModelRefused(Exception):
    """A model folder that must not serve; the text says what is wrong with it."""


class Graph(msgspec.Struct, frozen=True, kw_only=True):
    """One ONNX file.

    Attributes:
        file: its name in the folder.
        sha256: of its bytes, hexadecimal.
        inputs, outputs: names to shapes; a text is a dynamic dimension. All are float32.
    """

    file: str
    sha256: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
    inputs: dict[str, list[int | str]]
    outputs: dict[str, list[int | str]]


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a model version is.

    Attributes:
        contract: version of this form.
        name, version: of the model; messages carry `name@version`.
        parent: the version that it was trained from.
        embedding_version: the space of content vectors that it reads.
        cross_features: names, in the order of the scorer's last dimension.
        user_encoder: interest_vectors [b, 3, d] -> user_vector [b, e].
        item_encoder: embedding [n, d] -> item_vector [n, e].
        scorer: user_vector, item_vector [b, k, e], cross [b, k, f] -> score, probability [b, k].
        metrics: figures measured before it was published.
    """

    contract: int
    name: str
    version: str
    parent: str | None
    embedding_version: str
    cross_features: list[str]
    user_encoder: Graph
    item_encoder: Graph
    scorer: Graph
    metrics: dict[str, float]

    @property
    def label(self) -> str:
        """`name@version`, as messages carry it."""
        return f"{self.name}@{self.version}"

    @property
    def graphs(self) -> tuple[Graph, Graph, Graph]:
        """User encoder, item encoder, scorer."""
        return self.user_encoder, self.item_encoder, self.scorer


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a folder, with each file's sha256 checked.

    Raises:
        ModelRefused: the manifest is missing or not of this contract, or a file is missing,
            outside of the folder, too large, changed, or of other inputs and outputs.
    """
    path = folder / MANIFEST
    try:
        if path.stat().st_size > MAX_MANIFEST_BYTES:
            raise ModelRefused(f"{path} is larger than {MAX_MANIFEST_BYTES} bytes")
        manifest = msgspec.json.decode(path.read_bytes(), type=Manifest)
    except (OSError, msgspec.DecodeError) as error:
        raise ModelRefused(f"{path} cannot be read: {error}") from error
    if manifest.contract != CONTRACT:
        raise ModelRefused(f"{path} is of contract {manifest.contract}, {CONTRACT} is served here")
    if tuple(manifest.cross_features) != CROSS_FEATURES:
        raise ModelRefused(f"{path} asks for features {manifest.cross_features}, not those served")
    for (role, (inputs, outputs)), graph in zip(GRAPHS.items(), manifest.graphs, strict=True):
        if graph.inputs.keys() != inputs or graph.outputs.keys() != outputs:
            raise ModelRefused(f"{path} has a {role} that reads or gives something else")
        _check_file(folder, graph)
    return manifest


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest beside its graphs."""
    text = msgspec.json.format(msgspec.json.encode(manifest), indent=2)
    (folder / MANIFEST).write_bytes(text + b"\n")


def sha256_of(path: Path) -> str:
    """The sha256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _check_file(folder: Path, graph: Graph) -> None:
    if not _SAFE_NAME.match(graph.file):
        raise ModelRefused(f"{graph.file!r} is not the name of a graph in this folder")
    path = folder / graph.file
    try:
        if path.stat().st_size > MAX_GRAPH_BYTES:
            raise ModelRefused(f"{path} is larger than {MAX_GRAPH_BYTES} bytes")
        actual = sha256_of(path)
    except OSError as error:
        raise ModelRefused(f"{path} cannot be read: {error}") from error
    if actual != graph.sha256:
        raise ModelRefused(f"{path} was changed: its sha256 is {actual}, not {graph.sha256}")
