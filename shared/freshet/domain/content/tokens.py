"""The words of an item as models read them."""

from collections.abc import Sequence

from freshet.contracts.inputs import Item
from freshet.domain.content.words import words
from freshet.models.graph_inputs import ITEM_TOKENS, tokens

#: More text than this never reaches the first words.
_MAX_TEXT_CHARACTERS = 2_000


def tokens_of(item: Item, tags: Sequence[str]) -> bytes:
    """Buckets of the first 48 words of title, tags and text: little-endian uint16, 0 pads.

    Args:
        item: as its producer sent it.
        tags: its interest tags, strongest first.
    """
    text = " ".join([item.title, *tags, item.text[:_MAX_TEXT_CHARACTERS]])
    return tokens(words(text), ITEM_TOKENS).astype("<u2").tobytes()
