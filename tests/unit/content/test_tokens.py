"""The words of items as models read them."""

import msgspec
import numpy as np

from freshet.contracts.inputs import Item
from freshet.domain.content.tokens import tokens_of
from freshet.models.graph_inputs import ITEM_TOKENS, tokens

ITEM = Item(
    event_id="e", event_time=5, item_id="pot", title="Clay pot", tags=["Tea"], text="From Yixing."
)


def test_an_items_words_are_those_of_title_then_tags_then_text() -> None:
    expected = tokens(["clay", "pot", "tea", "from", "yixing"], ITEM_TOKENS)
    assert np.frombuffer(tokens_of(ITEM, ["tea"]), "<u2").tolist() == expected.tolist()


def test_an_item_of_endless_text_has_48_tokens() -> None:
    long = msgspec.structs.replace(ITEM, text="word " * 20_000)
    assert len(tokens_of(long, [])) == 2 * ITEM_TOKENS
    assert np.frombuffer(tokens_of(long, []), "<u2").all()
