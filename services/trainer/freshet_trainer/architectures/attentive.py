"""Attention of a candidate over what the user did and passed over: the strongest that serves fast.

Every remembered item, acted on or passed over, has a key and a value that depend on what it is
and on what was done. A candidate opens each of them by a gate, the sigmoid of its query's product
with the key (gates instead of a softmax, so that much of the same interest counts for more: Zhou
et al., Deep Interest Network, 2018), and takes the sum of the values. Beside it stands a direction
of taste: the sum of all remembered items, weighted by what each says of the user. A small network
joins both with the cross features.

Ids are the weakest evidence and overfit first: their vectors begin at zero, are held down, and
are left out at random, so that the model can do without them for an item that is new.
"""

import keras

from freshet.domain.ranking.features.registry import CROSS_FEATURES
from freshet.models.embedding import DIMENSION
from freshet.models.graph_inputs import ITEM_BUCKETS, NUMBERS, PASSED, RECENT
from freshet_trainer.architectures.setting import Setting
from freshet_trainer.architectures.standard import Standard
from freshet_trainer.towers import Towers
from freshet_trainer.training.calibrate import Calibration
from freshet_trainer.training.recipe import Recipe

#: Lengths of the part of an item's vector that is learned, of keys, and of values.
ITEM = 24
KEY = 16
VALUE = 8

HIDDEN = 64
DROPOUT = 0.2

#: Length of an id's vector, how often it is left out, and how much it costs.
ID = 4
ID_DROPOUT = 0.5
ID_COST = 1e-3

#: What is expected of a user moves to their own mean as they are known by more items than this.
_OWN_MEAN_PRIOR = 20.0

#: Gates begin nearly closed.
_CLOSED = -2.0

_VECTOR = ITEM + NUMBERS
_MEMORY = RECENT + PASSED

RECIPE = Recipe(
    loss="pairwise",
    epochs=12,
    batch_lists=64,
    learning_rate=2e-3,
    warm_up_steps=50,
    averaging=0.995,
    forgetting=0.2,
    position_bias=True,
)

ops = keras.ops


def build(setting: Setting) -> Towers:
    """New towers, which read numbers in the measure of the setting."""
    scorer, attention = _scorer(setting)
    return Towers(
        architecture="attentive",
        user_encoder=_user_encoder(),
        item_encoder=_item_encoder(setting),
        scorer=scorer,
        attention=attention,
        cross_features=CROSS_FEATURES,
        numbers=setting.numbers,
    )


def _item_encoder(setting: Setting) -> keras.Model:
    """Embedding, item_hash, item_numbers -> item_vector [n, 24 + 8]."""
    embedding = keras.Input((DIMENSION,), name="embedding")
    bucket = keras.Input((), dtype="int32", name="item_hash")
    numbers = keras.Input((NUMBERS,), name="item_numbers")
    own = keras.layers.Embedding(
        ITEM_BUCKETS,
        ID,
        embeddings_initializer="zeros",
        embeddings_regularizer=keras.regularizers.L2(ID_COST),
        name="own",
    )(bucket)
    own = keras.layers.Dropout(ID_DROPOUT, noise_shape=(None, 1))(own)
    own = keras.layers.Dense(ITEM, use_bias=False)(own)
    content = keras.layers.Dense(ITEM, use_bias=False)(keras.layers.Dropout(DROPOUT)(embedding))
    parts = [content + own, Standard(setting.number_scale)(numbers)]
    vector = keras.layers.Concatenate(name="item_vector")(parts)
    return keras.Model([embedding, bucket, numbers], vector)


def _user_encoder() -> keras.Model:
    """What was done and passed over -> user_vector: keys and values of all of it, and a taste."""
    recent = keras.Input((RECENT, _VECTOR), name="recent_vectors")
    acts = keras.Input((RECENT, 3), name="recent_acts")
    passed = keras.Input((PASSED, _VECTOR), name="passed_vectors")
    passed_there = keras.Input((PASSED,), name="passed_there")
    passed_over = ops.expand_dims(passed_there, 2)
    nothing = ops.zeros_like(passed_over)
    # Of each item: 1 if it was acted on, the act's strength, its age, 1 if it was passed over.
    signals = ops.concatenate(
        [
            ops.concatenate([acts, ops.zeros_like(acts[:, :, :1])], axis=2),
            ops.concatenate([nothing, nothing, nothing, passed_over], axis=2),
        ],
        axis=1,
    )
    there = signals[:, :, :1] + signals[:, :, 3:]
    count = ops.sum(there, axis=1, keepdims=True)
    vectors = ops.concatenate([recent, passed], axis=1)
    memory = ops.concatenate([keras.layers.Dropout(DROPOUT)(vectors), signals], axis=2)
    keys = keras.layers.Dense(KEY)(memory)
    share = there / ops.sqrt(1.0 + count)
    values = keras.layers.Dense(VALUE)(memory) * share
    says = keras.layers.Dense(1)(memory) * there
    says = says - ops.sum(says, axis=1, keepdims=True) / (count + _OWN_MEAN_PRIOR)
    taste = ops.sum(vectors * says * share, axis=1)
    sums = ops.sum(signals, axis=1)
    counts = ops.log(1.0 + ops.concatenate([sums[:, :1], sums[:, 3:]], axis=1))
    user = keras.layers.Concatenate(name="user_vector")(
        [
            keras.layers.Flatten()(ops.concatenate([keys, values], axis=2)),
            taste,
            counts,
        ]
    )
    return keras.Model([recent, acts, passed, passed_there], user)


def _scorer(setting: Setting) -> tuple[keras.Model, keras.Model]:
    """user_vector, item_vector [b, k, e], cross [b, k, f] -> score, probability [b, k].

    Beside it the gates of the last acts alone, a model of the same layers.
    """
    slots = _MEMORY * (KEY + VALUE)
    user = keras.Input((slots + _VECTOR + 2,), name="user_vector")
    items = keras.Input((None, _VECTOR), name="item_vector")
    cross = keras.Input((None, len(CROSS_FEATURES)), name="cross")
    memory = ops.reshape(user[:, :slots], (-1, _MEMORY, KEY + VALUE))
    queries = keras.layers.Dense(KEY)(keras.layers.Dropout(DROPOUT)(items))
    likeness = ops.matmul(queries, ops.transpose(memory[:, :, :KEY], (0, 2, 1)))
    gates = ops.sigmoid(likeness / KEY**0.5 + _CLOSED)
    found = ops.matmul(gates, memory[:, :, KEY:])
    agreement = items * ops.expand_dims(user[:, slots : slots + _VECTOR], 1)
    known = ops.concatenate(
        [
            Standard(setting.cross_scale)(cross),
            found,
            ops.sum(agreement[:, :, :ITEM], axis=2, keepdims=True),
            agreement[:, :, ITEM:],
            items[:, :, ITEM:],
        ],
        axis=2,
    )
    # What is the same for all candidates only bends the hidden units: it is worked out once.
    counts = keras.layers.Dense(HIDDEN, use_bias=False)(user[:, slots + _VECTOR :])
    hidden = keras.layers.Dense(HIDDEN)(known) + ops.expand_dims(counts, 1)
    hidden = keras.layers.Dropout(DROPOUT)(ops.gelu(hidden))
    score = keras.layers.Dense(1)(hidden) + keras.layers.Dense(1, use_bias=False)(known)
    score = ops.squeeze(score, 2)
    scorer = keras.Model([user, items, cross], [score, Calibration()(score)])
    return scorer, keras.Model([user, items], gates[:, :, :RECENT])
