"""The manifest of a model version, and the checks before its files are opened."""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import msgspec

from freshet.contracts.models import GateVerdict
from freshet.models.graph_inputs import ITEM_INPUTS, NUMBERS, SCORER_INPUTS, USER_INPUTS

#: What this library reads and writes. A folder of another contract is refused.
CONTRACT = 2

MANIFEST = "manifest.json"
MAX_MANIFEST_BYTES = 1_048_576
MAX_FILE_BYTES = 512 * 1_048_576

_SAFE_NAME = re.compile(r"^[A-Za-z0-9_-]{1,64}\.(onnx|npz)$")

#: Of each graph: the inputs that it may read, those that it must, and its outputs.
GRAPHS: Mapping[str, tuple[frozenset[str], frozenset[str], frozenset[str]]] = {
    "user_encoder": (frozenset(USER_INPUTS), frozenset(), frozenset({"user_vector"})),
    "item_encoder": (frozenset(ITEM_INPUTS), frozenset(), frozenset({"item_vector"})),
    "scorer": (
        frozenset(SCORER_INPUTS),
        frozenset(SCORER_INPUTS),
        frozenset({"score", "probability"}),
    ),
    "attention": (
        frozenset({"user_vector", "item_vector"}),
        frozenset({"user_vector", "item_vector"}),
        frozenset({"attention"}),
    ),
}


class ModelRefused(Exception):
    """A model folder that must not serve; the text says what is wrong with it."""


class Damaged(ModelRefused):
    """Files that are not what their hashes say, or cannot be read: another copy may be sound."""


class File(msgspec.Struct, frozen=True, kw_only=True):
    """A file of the folder: its name and the sha256 of its bytes, hexadecimal."""

    file: str
    sha256: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]


class Graph(File, frozen=True, kw_only=True):
    """One ONNX file.

    Attributes:
        inputs, outputs: names to shapes; a text is a dynamic dimension.
    """

    inputs: dict[str, list[int | str]]
    outputs: dict[str, list[int | str]]


class Manifest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a model version is.

    Attributes:
        contract: version of this form.
        name, version: of the model; messages carry `name@version`.
        architecture: how it is built; the name of its file in the trainer.
        parent: label of the version that its training started from.
        embedding_version: the space of content vectors that it reads; `ANY_SPACE` if it reads
            nothing of them but cosines.
        cross_features: names, in the order of the scorer's last dimension.
        numbers: names of the attributes in `item_numbers`, in its order.
        user_encoder: some of `USER_INPUTS` -> user_vector [b, u].
        item_encoder: some of `ITEM_INPUTS` -> item_vector [n, e].
        scorer: user_vector, item_vector [b, k, e], cross [b, k, f] -> score, probability [b, k].
        attention: user_vector, item_vector [b, k, e] -> attention [b, k, 32], how much of each of
            the last acts a candidate looks at; for explanations, serving never runs it.
        metrics: figures measured before it was published.
        gates: what the gates said.
        dimension_names: of a readable model, the interest tag that each dimension stands for.
        weights: what a later training can start from; serving never reads it.
        made_ms: when it was made.
    """

    contract: int
    name: str
    version: str
    architecture: str
    embedding_version: str
    cross_features: list[str]
    user_encoder: Graph
    item_encoder: Graph
    scorer: Graph
    attention: Graph | None = None
    parent: str | None = None
    metrics: dict[str, float] = {}
    gates: list[GateVerdict] = []
    dimension_names: list[str] = []
    numbers: Annotated[list[str], msgspec.Meta(max_length=NUMBERS)] = []
    weights: File | None = None
    made_ms: int = 0

    @property
    def label(self) -> str:
        """`name@version`, as messages carry it."""
        return f"{self.name}@{self.version}"

    @property
    def graphs(self) -> tuple[Graph, Graph, Graph]:
        """User encoder, item encoder, scorer."""
        return self.user_encoder, self.item_encoder, self.scorer

    @property
    def file_names(self) -> list[str]:
        """The files of the folder, beside the manifest."""
        others = [one for one in (self.attention, self.weights) if one is not None]
        return [one.file for one in (*self.graphs, *others)]


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a folder, with each file's sha256 checked.

    Raises:
        ModelRefused: the manifest is not of this contract, or a file is outside of the folder, too
            large, or of other inputs and outputs.
        Damaged: the manifest or a file is missing, cannot be read or was changed.
    """
    path = folder / MANIFEST
    try:
        if path.stat().st_size > MAX_MANIFEST_BYTES:
            raise ModelRefused(f"{path} is larger than {MAX_MANIFEST_BYTES} bytes")
        manifest = msgspec.json.decode(path.read_bytes(), type=Manifest)
    except (OSError, msgspec.DecodeError) as error:
        raise Damaged(f"{path} cannot be read: {error}") from error
    if manifest.contract != CONTRACT:
        raise ModelRefused(f"{path} is of contract {manifest.contract}, {CONTRACT} is served here")
    graphs = manifest.graphs + (() if manifest.attention is None else (manifest.attention,))
    # The attention comes last, and may be absent.
    for (role, (may, must, gives)), graph in zip(GRAPHS.items(), graphs, strict=False):
        if not must <= graph.inputs.keys() <= may or graph.outputs.keys() != gives:
            raise ModelRefused(f"{path} has a {role} that reads or gives something else")
        _check_file(folder, graph)
    if manifest.weights is not None:
        _check_file(folder, manifest.weights)
    return manifest


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest beside its graphs."""
    text = msgspec.json.format(msgspec.json.encode(manifest), indent=2)
    (folder / MANIFEST).write_bytes(text + b"\n")


def sha256_of(path: Path) -> str:
    """The sha256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def file_name_is_safe(name: str) -> bool:
    """Whether a name can only be that of a file in the model's own folder."""
    return bool(_SAFE_NAME.match(name))


def _check_file(folder: Path, one: File) -> None:
    if not file_name_is_safe(one.file):
        raise ModelRefused(f"{one.file!r} is not the name of a file of this folder")
    path = folder / one.file
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise ModelRefused(f"{path} is larger than {MAX_FILE_BYTES} bytes")
        actual = sha256_of(path)
    except OSError as error:
        raise Damaged(f"{path} cannot be read: {error}") from error
    if actual != one.sha256:
        raise Damaged(f"{path} was changed: its sha256 is {actual}, not {one.sha256}")
