"""The words of items as models read them."""

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray
from prometheus_client import CollectorRegistry

from freshet.contracts.codec import encode
from freshet.contracts.derived import CatalogItem
from freshet.contracts.inputs import Item
from freshet.contracts.registry import CATALOG, ITEMS
from freshet.domain.content.tokens import tokens_of
from freshet.models.inputs import ITEM_TOKENS, tokens
from freshet.streaming.batch import Batch, Received
from freshet.streaming.state import PartitionedState
from freshet_catalog.metrics import catalog_metrics
from freshet_catalog.service import Reading

ITEM = Item(
    event_id="e", event_time=5, item_id="pot", title="Clay pot", tags=["Tea"], text="From Yixing."
)


def nowhere(texts: Sequence[str]) -> NDArray[np.float16]:
    return np.zeros((len(texts), 128), np.float16)


def test_an_items_words_are_those_of_title_then_tags_then_text() -> None:
    expected = tokens(["clay", "pot", "tea", "from", "yixing"], ITEM_TOKENS)
    assert np.frombuffer(tokens_of(ITEM, ["tea"]), "<u2").tolist() == expected.tolist()


def test_an_item_of_endless_text_has_48_tokens() -> None:
    long = msgspec.structs.replace(ITEM, text="word " * 20_000)
    assert len(tokens_of(long, [])) == 2 * ITEM_TOKENS
    assert np.frombuffer(tokens_of(long, []), "<u2").all()


def test_an_unchanged_entry_that_has_no_tokens_gets_them() -> None:
    state = PartitionedState(CATALOG)
    state.begin([0])
    reading = Reading(state, nowhere, catalog_metrics(CollectorRegistry()))
    batch = Batch(ITEMS, 0, [Received(ITEM, b"pot", 0, 5, ())])

    def entry() -> CatalogItem:
        (output,) = reading.process([batch], 9)
        assert output.value is not None
        return msgspec.json.decode(output.value, type=CatalogItem)

    made = entry()
    older = msgspec.structs.replace(made, tokens=b"", tags=["kept"])
    state.put(0, b"pot", encode(older))
    again = entry()
    assert again.tags == ["kept"], "the entry was kept"
    assert again.tokens == tokens_of(ITEM, ["kept"])
