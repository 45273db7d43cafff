"""The prior: a scorer with weights set by hand, so that no user waits for a trained model."""

from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray

from freshet.models.embedding import ANY_SPACE, DIMENSION
from freshet_trainer.export import largest_difference
from freshet_trainer.towers import OUTPUTS, Towers
from freshet_trainer.version import write_version

#: How much each interest vector says: what the user does now leads.
INTEREST_WEIGHTS = (1.0, 0.7, 0.4)

#: Points of score for one unit of each feature.
CROSS_WEIGHTS = {
    # The scorer takes these three, in this order, for the product as well.
    "content_fast": 0.3,  # the session's subject
    "content_middling": 0.2,
    "content_slow": 0.2,
    "tag_match": 0.5,  # words both sides share
    "tag_dislike": -3.0,  # one wrong item costs more than one right item gains
    "nearest_recent": 0.3,  # "more like this"
    "expected": 1.0,  # what is popular, and what others did next: as a logarithm
    "click_rate": 1.0,  # a rate is 0 to 0.3 in practice
    "freshness": 0.2,
    "query_match": 8.0,  # the user has just said so
}

#: Weight of the product with all interests together, beside the features.
PRODUCT_WEIGHT = 0.5

#: The top of a good list has some -3 points, as it is a hundredth of all that comes next; an item
#: with nothing for it has -10.
PROBABILITY_SLOPE = 0.5
PROBABILITY_BIAS = -0.5


#: Batch sizes and candidates that parity is shown for.
_SHAPES = ((1, 1), (7, 33), (64, 200))


def user_encoder() -> keras.Model:
    """interest_vectors [b, 3, 128] -> user_vector [b, 3]: the share of each in their sum.

    The product of an item with the sum of the interests, at unit length, is the sum of its cosines
    with each of them by these shares; the cosines are features, so no item vector is needed.
    """
    vectors = keras.Input((3, DIMENSION), name="interest_vectors")
    weights = np.array(INTEREST_WEIGHTS, np.float32)
    total = keras.ops.sum(vectors * weights.reshape(1, 3, 1), axis=1)
    squares = keras.ops.sum(keras.ops.square(total), axis=1, keepdims=True)
    # A sum of nothing has no length; its cosines are 0 whatever the shares.
    user = keras.ops.rsqrt(keras.ops.maximum(squares, 1e-4)) * weights
    return keras.Model(vectors, user, name="user_encoder")


def item_encoder() -> keras.Model:
    """Embedding [n, 128] -> item_vector [n, 1], which a graph must give and the scorer ignores."""
    embedding = keras.Input((DIMENSION,), name="embedding")
    return keras.Model(embedding, embedding[:, :1], name="item_encoder")


def scorer() -> keras.Model:
    """user_vector [b, 3], item_vector [b, k, 1], cross [b, k, f] -> score, probability [b, k]."""
    user = keras.Input((3,), name="user_vector")
    items = keras.Input((None, 1), name="item_vector")
    cross = keras.Input((None, len(CROSS_WEIGHTS)), name="cross")
    product = keras.ops.matmul(cross[:, :, :3], keras.ops.expand_dims(user, 2))
    weights = np.array([[weight] for weight in CROSS_WEIGHTS.values()], np.float32)
    total = PRODUCT_WEIGHT * product + keras.ops.matmul(cross, weights) + 0.0 * items
    score = keras.ops.squeeze(total, 2)
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
    write_version(
        made,
        folder,
        name="prior",
        version=version,
        made_ms=0,
        embedding_version=ANY_SPACE,
        keep_weights=False,
    )
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
        "user_vector": random.uniform(size=(b, 3)),
        "item_vector": random.normal(size=(b, k, 1)),
        "cross": random.uniform(-1, 1, size=(b, k, len(CROSS_WEIGHTS))),
    }
    inputs["interest_vectors"] /= DIMENSION**0.5
    inputs["interest_vectors"][0] = 0.0
    return {name: array.astype(np.float32) for name, array in inputs.items()}
