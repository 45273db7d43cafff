"""The prior: a scorer with weights set by hand, so that no user waits for a trained model."""

from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray

from freshet.domain.interest.knowledge import DIMENSION
from freshet_trainer.export import largest_difference
from freshet_trainer.towers import OUTPUTS, Towers
from freshet_trainer.version import write_version

#: How much each interest vector says: what the user does now leads.
INTEREST_WEIGHTS = (1.0, 0.7, 0.4)

#: Points of score for one unit of each feature.
CROSS_WEIGHTS = {
    "content_fast": 1.5,  # the session's subject
    "content_middling": 1.0,
    "content_slow": 0.8,
    "tag_match": 2.0,  # words both sides share are the surest evidence
    "tag_dislike": -3.0,  # one wrong item costs more than one right item gains
    "nearest_recent": 1.5,  # "more like this"
    "popularity": 0.15,  # log counts reach 5 to 8: orders what content cannot
    "click_rate": 3.0,  # a rate is 0 to 0.3 in practice
    "rising": 0.1,
    "freshness": 0.3,
    "query_match": 2.5,  # the user has just said so
}

#: Weight of the encoders' product beside the features.
PRODUCT_WEIGHT = 1.0

#: A candidate with nothing for or against it is clicked about once in twenty times; the top of
#: a good list (5 points) about once in three.
PROBABILITY_SLOPE = 0.45
PROBABILITY_BIAS = -2.94


#: Batch sizes and candidates that parity is shown for.
_SHAPES = ((1, 1), (7, 33), (64, 200))


@keras.saving.register_keras_serializable("freshet")
class UnitLength(keras.layers.Layer):
    """Scales vectors to unit length; a zero vector stays zero."""

    def call(self, vectors: keras.KerasTensor) -> keras.KerasTensor:
        """Along the last axis."""
        squares = keras.ops.sum(keras.ops.square(vectors), axis=-1, keepdims=True)
        return vectors * keras.ops.rsqrt(keras.ops.maximum(squares, 1e-12))


def user_encoder() -> keras.Model:
    """interest_vectors [b, 3, 128] -> user_vector [b, 128]: their weighted sum, unit length."""
    vectors = keras.Input((3, DIMENSION), name="interest_vectors")
    weights = np.array(INTEREST_WEIGHTS, np.float32).reshape(1, 3, 1)
    user = UnitLength(name="user_vector")(keras.ops.sum(vectors * weights, axis=1))
    return keras.Model(vectors, user, name="user_encoder")


def item_encoder() -> keras.Model:
    """Embedding [n, 128] -> item_vector [n, 128], unit length."""
    embedding = keras.Input((DIMENSION,), name="embedding")
    return keras.Model(embedding, UnitLength(name="item_vector")(embedding), name="item_encoder")


def scorer() -> keras.Model:
    """user_vector [b, e], item_vector [b, k, e], cross [b, k, f] -> score, probability [b, k]."""
    user = keras.Input((DIMENSION,), name="user_vector")
    items = keras.Input((None, DIMENSION), name="item_vector")
    cross = keras.Input((None, len(CROSS_WEIGHTS)), name="cross")
    product = keras.ops.squeeze(keras.ops.matmul(items, keras.ops.expand_dims(user, 2)), 2)
    weights = np.array([[weight] for weight in CROSS_WEIGHTS.values()], np.float32)
    score = PRODUCT_WEIGHT * product + keras.ops.squeeze(keras.ops.matmul(cross, weights), 2)
    probability = keras.ops.sigmoid(PROBABILITY_SLOPE * score + PROBABILITY_BIAS)
    return keras.Model([user, items, cross], [score, probability], name="scorer")


def towers() -> Towers:
    """The prior's three graphs."""
    return Towers(
        architecture="prior",
        user_encoder=user_encoder(),
        item_encoder=item_encoder(),
        scorer=scorer(),
        cross_features=tuple(CROSS_WEIGHTS),
    )


def write_prior(folder: Path, version: str) -> float:
    """Build, export and check the prior.

    Args:
        folder: made if absent; its files are replaced.
        version: of the prior.

    Returns:
        The largest difference between Keras and ONNX that was seen.
    """
    made = towers()
    # No weights to go on from and no time: the same code makes the same bytes.
    write_version(made, folder, name="prior", version=version, made_ms=0, keep_weights=False)
    return max(
        largest_difference(model, folder / f"{role}.onnx", OUTPUTS[role], random_inputs(b, k))
        for b, k in _SHAPES
        for role, model in made.graphs.items()
    )


def random_inputs(b: int, k: int) -> dict[str, NDArray[np.float32]]:
    """Arrays for all inputs of the prior, for b users with k candidates each."""
    random = np.random.default_rng(b)
    inputs = {
        "interest_vectors": random.normal(size=(b, 3, DIMENSION)),
        "embedding": random.normal(size=(b, DIMENSION)),
        "user_vector": random.normal(size=(b, DIMENSION)) / DIMENSION**0.5,
        "item_vector": random.normal(size=(b, k, DIMENSION)) / DIMENSION**0.5,
        "cross": random.uniform(-1, 1, size=(b, k, len(CROSS_WEIGHTS))),
    }
    inputs["interest_vectors"][0] = 0.0
    inputs["embedding"][0] = 0.0
    return {name: array.astype(np.float32) for name, array in inputs.items()}
