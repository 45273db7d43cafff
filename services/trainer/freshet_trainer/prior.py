"""The prior: a scorer with weights set by hand, so that no user waits for a trained model."""

import keras
import numpy as np

from freshet.domain.interest.knowledge import DIMENSION
from freshet.models.features import CROSS_FEATURES

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
    cross = keras.Input((None, len(CROSS_FEATURES)), name="cross")
    product = keras.ops.squeeze(keras.ops.matmul(items, keras.ops.expand_dims(user, 2)), 2)
    weights = np.array([[CROSS_WEIGHTS[name]] for name in CROSS_FEATURES], np.float32)
    score = PRODUCT_WEIGHT * product + keras.ops.squeeze(keras.ops.matmul(cross, weights), 2)
    probability = keras.ops.sigmoid(PROBABILITY_SLOPE * score + PROBABILITY_BIAS)
    return keras.Model([user, items, cross], [score, probability], name="scorer")
