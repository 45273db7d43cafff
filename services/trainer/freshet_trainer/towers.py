"""The three graphs of a model version, as Keras models."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import keras

#: What each graph answers, in the order of the Keras model's outputs.
OUTPUTS = {
    "user_encoder": ("user_vector",),
    "item_encoder": ("item_vector",),
    "scorer": ("score", "probability"),
    "attention": ("attention",),
}


@dataclass(frozen=True, kw_only=True)
class Towers:
    """A model that can be trained, exported and served.

    Inputs carry the names of `freshet.models.graph_inputs`; every dimension but the fixed ones
    there is dynamic.

    Attributes:
        architecture: how it is built.
        user_encoder: some of `USER_INPUTS` -> user_vector [b, u].
        item_encoder: some of `ITEM_INPUTS` -> item_vector [n, e].
        scorer: user_vector [b, u], item_vector [b, k, e], cross [b, k, f] -> score, probability
            [b, k].
        cross_features: names, in the order of the scorer's last dimension.
        attention: user_vector, item_vector -> attention [b, k, 32], how far a candidate opens each
            of the last acts; only explanations ask for it. It has no weights of its own.
        numbers: names of the attributes that `item_numbers` has, in its order.
        dimension_names: of a readable model, the interest tag of each dimension.
    """

    architecture: str
    user_encoder: keras.Model
    item_encoder: keras.Model
    scorer: keras.Model
    cross_features: Sequence[str]
    attention: keras.Model | None = None
    numbers: Sequence[str] = ()
    dimension_names: list[str] = field(default_factory=list)

    @property
    def graphs(self) -> dict[str, keras.Model]:
        """Those that serve, by the name that the manifest has for each."""
        return {
            "user_encoder": self.user_encoder,
            "item_encoder": self.item_encoder,
            "scorer": self.scorer,
        }
