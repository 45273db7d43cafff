"""Two LSTM towers over words, joined by a dense layer: the simplest model that reads text.

The words of the user's search and liked tags go into one tower, the words of the content into the
other; both vectors are concatenated, and two dense layers make the score.
"""

import keras

from freshet.models.graph_inputs import ITEM_TOKENS, USER_TOKENS, VOCABULARY
from freshet_trainer.architectures.setting import Setting
from freshet_trainer.towers import Towers
from freshet_trainer.training.calibrate import Calibration
from freshet_trainer.training.recipe import Recipe

EMBEDDING = 64
UNITS = 128

RECIPE = Recipe(loss="pointwise", epochs=4, batch_lists=128, learning_rate=2e-3)


def build(setting: Setting) -> Towers:
    """New towers; nothing of the setting matters to this architecture."""
    del setting
    return Towers(
        architecture="lstm_concat",
        user_encoder=_tower("user_tokens", USER_TOKENS, "user_vector"),
        item_encoder=_tower("item_tokens", ITEM_TOKENS, "item_vector"),
        scorer=_scorer(),
        # The scorer reads words alone. A graph must have the input, so it takes one feature and
        # gives it no weight.
        cross_features=("query_match",),
    )


def _tower(name: str, words: int, output: str) -> keras.Model:
    """Word buckets [n, words] -> [n, 128]."""
    tokens = keras.Input((words,), dtype="int32", name=name)
    embedded = keras.layers.Embedding(VOCABULARY, EMBEDDING)(tokens)
    # Padding is read like a word: hiding it would need a graph that ONNX has no operator for.
    vector = keras.layers.LSTM(UNITS, name=output)(embedded)
    return keras.Model(tokens, vector)


def _scorer() -> keras.Model:
    """user_vector [b, 128], item_vector [b, k, 128] -> score, probability [b, k]."""
    user = keras.Input((UNITS,), name="user_vector")
    items = keras.Input((None, UNITS), name="item_vector")
    cross = keras.Input((None, 1), name="cross")
    # Dense over the concatenation is the sum of two: the user's half is worked out once.
    hidden = keras.layers.Dense(UNITS)(items)
    hidden += keras.ops.expand_dims(keras.layers.Dense(UNITS, use_bias=False)(user), 1)
    score = keras.layers.Dense(1)(keras.ops.relu(hidden))
    score = keras.ops.squeeze(score + 0.0 * cross, 2)
    return keras.Model([user, items, cross], [score, Calibration()(score)])
