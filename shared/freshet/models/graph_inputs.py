"""What a model may read: the named inputs that serving and training both know how to make."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Literal
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

#: Buckets that words are hashed into; 0 pads.
VOCABULARY = 10_000

#: Buckets that item ids are hashed into; 0 pads.
ITEM_BUCKETS = 16_384

#: Words of an item and of a user that a model reads.
ITEM_TOKENS = 48
USER_TOKENS = 24

#: The newest acts that a model reads one by one.
RECENT = 32

#: What was shown lately and passed over, as far as a model reads it.
PASSED = 64

#: Numeric attributes that a model may name.
NUMBERS = 8

#: Stands for a number that an item does not have. Not NaN: graphs are full of products by masks of
#: 0, which NaN survives.
ABSENT = -1e38


@dataclass(frozen=True)
class Input:
    """One named input of a graph.

    Attributes:
        dtype: of its elements.
        shape: a text is a dynamic dimension: n items, b users, k candidates, e and u lengths of
            the model's own vectors, f cross features.
        meaning: one sentence for the documents.
    """

    dtype: Literal["float32", "int32"]
    shape: tuple[int | str, ...]
    meaning: str


ITEM_INPUTS: Mapping[str, Input] = {
    "embedding": Input("float32", ("n", 128), "content vector, unit length"),
    "item_hash": Input("int32", ("n",), "bucket of the item's id, 1 to 16383"),
    "item_tokens": Input("int32", ("n", ITEM_TOKENS), "buckets of the content's words, 0 pads"),
    "item_numbers": Input(
        "float32",
        ("n", NUMBERS),
        "the attributes that the manifest names, -1e38 where the item has none; 0 pads",
    ),
}
USER_INPUTS: Mapping[str, Input] = {
    "interest_vectors": Input("float32", ("b", 3, 128), "fast, middling and slow interest"),
    "recent_vectors": Input(
        "float32", ("b", RECENT, "e"), "item vectors of the last acts, newest last, 0 pads"
    ),
    "recent_acts": Input(
        "float32",
        ("b", RECENT, 3),
        "of each act: 1 if it is there, its strength / 3, log(1 + age in hours) / 8",
    ),
    "passed_vectors": Input(
        "float32", ("b", PASSED, "e"), "item vectors of what was passed over, newest last, 0 pads"
    ),
    "passed_there": Input("float32", ("b", PASSED), "1 where `passed_vectors` has an item"),
    "user_tokens": Input(
        "int32", ("b", USER_TOKENS), "buckets of the search's words, then of the liked tags'"
    ),
}
SCORER_INPUTS: Mapping[str, Input] = {
    "user_vector": Input("float32", ("b", "u"), "what the user encoder made"),
    "item_vector": Input("float32", ("b", "k", "e"), "what the item encoder made"),
    "cross": Input("float32", ("b", "k", "f"), "the features that the manifest names"),
}


def item_hash(item_id: str) -> int:
    """The bucket of an item id, 1 to 16383: the same on every machine and for ever."""
    digest = blake2b(item_id.encode(), digest_size=8).digest()
    return 1 + int.from_bytes(digest, "little") % (ITEM_BUCKETS - 1)


def tokens(words: Sequence[str], count: int) -> NDArray[np.int32]:
    """The buckets of the first `count` words, 1 to 9999, padded with 0."""
    row = np.zeros(count, np.int32)
    some = words[:count]
    row[: len(some)] = [1 + crc32(word.encode()) % (VOCABULARY - 1) for word in some]
    return row
