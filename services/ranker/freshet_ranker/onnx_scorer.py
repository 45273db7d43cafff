"""A model version that serves: its graphs, and its vectors of all items."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from freshet.domain.ranking.arrays import Floats, Rows
from freshet.domain.ranking.features.registry import UnknownFeature, features_named
from freshet.domain.ranking.inventory import Inventory
from freshet.domain.ranking.model_inputs import user_inputs, user_tokens
from freshet.domain.ranking.request import RankingRequest
from freshet.domain.ranking.user_context import UserContext, user_context
from freshet.models.embedding import ANY_SPACE
from freshet.models.graph_inputs import ITEM_INPUTS
from freshet.models.graphs import Graphs
from freshet.models.manifest import ModelRefused

#: Items encoded at once.
_GROUP = 4_096

#: Where the inventory holds what an item encoder reads.
_COLUMNS = {
    "embedding": "embeddings",
    "item_hash": "item_hash",
    "item_tokens": "item_tokens",
}


class OnnxScorer:
    """Scores the items of an inventory with the graphs of one model folder.

    Attributes:
        label: `name@version`.
        features: names of the cross features that it reads, in their order.
    """

    def __init__(self, folder: Path, inventory: Inventory, threads: int) -> None:
        """Open a model folder, knowing no item yet: see `encode`.

        Raises:
            ModelRefused: a file is missing or changed, a graph is not what the manifest says, or
                the model reads content vectors of another space.
        """
        self._graphs = Graphs(folder, threads)
        manifest = self._graphs.manifest
        if manifest.embedding_version not in (ANY_SPACE, inventory.embedding_version):
            raise ModelRefused(
                f"{manifest.label} reads {manifest.embedding_version}, the catalog is in"
                f" {inventory.embedding_version}"
            )
        self.label = manifest.label
        try:
            features_named(manifest.cross_features)
        except UnknownFeature as error:
            raise ModelRefused(f"{manifest.label} asks for {error}") from error
        self.features = tuple(manifest.cross_features)
        self._inventory = inventory
        self._vectors = np.zeros((0, 0), np.float32)
        self._warm_up()

    def encode(self, rows: Rows) -> None:
        """Learn the items of these rows, [n]: new ones, and those whose content has changed."""
        inventory = self._inventory
        for start in range(0, len(rows), _GROUP):
            some = rows[start : start + _GROUP]
            inputs: dict[str, NDArray[Any]] = {
                name: getattr(inventory, column)[some].astype(ITEM_INPUTS[name].dtype, copy=False)
                for name, column in _COLUMNS.items()
                if name in self._graphs.item_inputs
            }
            if "item_numbers" in self._graphs.item_inputs:
                names = self._graphs.manifest.numbers
                inputs["item_numbers"] = inventory.numbers.read(some, names)
            vectors = self._graphs.encode_items(inputs)
            self._reserve(vectors.shape[1])
            self._vectors[some] = vectors

    def score(self, users: UserContext, rows: Rows, cross: Floats) -> tuple[Floats, Floats]:
        """Scores and chances of a click of candidates [b, k].

        Args:
            users: the b users.
            rows: their candidates, [b, k].
            cross: the features that the model reads, in their order, [b, k, f].
        """
        if not rows.size:
            # A shop without items; a graph cannot be run on nothing.
            return np.zeros(rows.shape, np.float32), np.zeros(rows.shape, np.float32)
        self._reserve(self._vectors.shape[1])
        return self._graphs.score(
            self._user_inputs(users),
            self._vectors[rows],
            cross,
        )

    def attention(self, users: UserContext, rows: Rows) -> Floats | None:
        """How far each candidate looks at each of the last interactions, [b, k, 32], oldest first.

        None of a model without attention. For explanations: nothing that serves asks for it.
        """
        return self._graphs.attention(self._user_inputs(users), self._vectors[rows])

    def _user_inputs(self, users: UserContext) -> dict[str, NDArray[Any]]:
        """What this model reads of the users; what costs something only if it is read."""
        wanted = self._graphs.user_inputs
        inputs: dict[str, NDArray[Any]] = {"interest_vectors": users.interests}
        if wanted & {"recent_vectors", "recent_acts", "passed_vectors", "passed_there"}:
            interactions = user_inputs(users)
            inputs["recent_acts"] = interactions.recent_acts
            inputs["recent_vectors"] = self._vectors_of(interactions.recent_rows)
            inputs["passed_vectors"] = self._vectors_of(interactions.skipped_rows)
            inputs["passed_there"] = (interactions.skipped_rows >= 0).astype(np.float32)
        if "user_tokens" in wanted:
            inputs["user_tokens"] = user_tokens(users)
        return inputs

    def _vectors_of(self, rows: Rows) -> Floats:
        """Vectors of rows [b, n], zero where there is none."""
        vectors: Floats = self._vectors[rows] * (rows >= 0)[:, :, None]
        return vectors

    def _reserve(self, dimension: int) -> None:
        """Have a vector for each row of the inventory; zero for an item not yet known."""
        capacity = len(self._inventory.available)
        if len(self._vectors) < capacity:
            grown = np.zeros((capacity, dimension), np.float32)
            grown[: len(self._vectors), : self._vectors.shape[1]] = self._vectors
            self._vectors = grown

    def _warm_up(self) -> None:
        """The first run of a graph lays out its memory: no user should wait for that."""
        self.encode(np.zeros(1, np.int64))
        cross = np.zeros((1, 1, len(self.features)), np.float32)
        rows = np.zeros((1, 1), np.int64)
        score, probability = self.score(
            user_context(self._inventory, [RankingRequest.nobody()]), rows, cross
        )
        if score.shape != (1, 1) or probability.shape != (1, 1):
            raise ModelRefused(f"the scorer of {self.label} answers in shape {score.shape}")
