"""A model that can be read: every dimension is an interest tag.

u_i = sigmoid(W_i . u + b_i) says how much the user cares for tag i, c_j = sigmoid(W_j . c + b_j)
how much the content is about tag j, and the score is w . (u * c) + b, its probability the sigmoid
of that: each tag's share of a score can be told.
"""

import keras
import numpy as np

from freshet.models.embedding import DIMENSION
from freshet_trainer.architectures.setting import Setting
from freshet_trainer.towers import Towers
from freshet_trainer.training.calibrate import Calibration
from freshet_trainer.training.recipe import Recipe

#: How sharply a tag's dimension tells content that is about it from content that is not.
_SHARPNESS = 6.0

RECIPE = Recipe(
    loss="listwise",
    epochs=10,
    batch_lists=64,
    learning_rate=3e-3,
    weight_decay=1e-3,
    averaging=0.99,
)


def build(setting: Setting) -> Towers:
    """New towers that begin as the setting's tags: a dimension keeps the name it began with."""
    tags = len(setting.tag_names)
    begin = _SHARPNESS * setting.tag_vectors.T
    return Towers(
        architecture="interest_product",
        user_encoder=_user_encoder(begin),
        item_encoder=_item_encoder(begin),
        scorer=_scorer(tags),
        cross_features=("query_match",),
        dimension_names=setting.tag_names,
    )


def _tags_of(begin: np.ndarray, name: str) -> keras.layers.Dense:
    return keras.layers.Dense(
        begin.shape[1],
        activation="sigmoid",
        kernel_initializer=keras.initializers.Constant(begin),
        bias_initializer=keras.initializers.Constant(-1.0),
        name=name,
    )


def _user_encoder(begin: np.ndarray) -> keras.Model:
    """interest_vectors [b, 3, 128] -> user_vector [b, t]."""
    vectors = keras.Input((3, DIMENSION), name="interest_vectors")
    # The three paces become one interest u, with weights that are learned.
    paces = keras.layers.Dense(1, use_bias=False, kernel_initializer="ones")
    interest = keras.ops.squeeze(paces(keras.ops.transpose(vectors, (0, 2, 1))), 2)
    return keras.Model(vectors, _tags_of(begin, "user_vector")(interest))


def _item_encoder(begin: np.ndarray) -> keras.Model:
    """Embedding [n, 128] -> item_vector [n, t]."""
    embedding = keras.Input((DIMENSION,), name="embedding")
    return keras.Model(embedding, _tags_of(begin, "item_vector")(embedding))


def _scorer(tags: int) -> keras.Model:
    """user_vector [b, t], item_vector [b, k, t] -> score, probability [b, k]."""
    user = keras.Input((tags,), name="user_vector")
    items = keras.Input((None, tags), name="item_vector")
    cross = keras.Input((None, 1), name="cross")
    both = keras.ops.expand_dims(user, 1) * items
    score = keras.layers.Dense(1, kernel_initializer="ones")(both)
    # A graph must have the input; it is given no weight.
    score = keras.ops.squeeze(score + 0.0 * cross, 2)
    return keras.Model([user, items, cross], [score, Calibration()(score)])
