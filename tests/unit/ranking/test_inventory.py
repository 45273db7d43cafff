"""Items as arrays: rows that stay, whatever comes, and the tags that they are found by."""

import numpy as np
import pytest

from freshet.domain.ranking.inventory import MAX_TAGS, Inventory
from freshet.models.graph_inputs import ITEM_TOKENS, VOCABULARY, item_hash
from harness.ranking import SPACE, T0, embedding, item, put, stocked


def test_what_an_item_says_stands_in_its_row_also_after_it_has_grown() -> None:
    inventory = stocked(3)
    for n in range(3, 2_060):
        assert inventory.row(f"item-{n}") == n
    put(inventory, item(2_059, category=None, published_ms=5, available=False))
    assert len(inventory) == 2_060
    assert len(inventory.available) == len(inventory.embeddings) == len(inventory.tags) == 4_096
    for n, category, published_ms, available in (
        (0, 1, T0, True),
        (2, 3, T0 - 2 * 3_600_000, True),
        (1_500, 0, 0, False),
        (2_059, 0, 5, False),
    ):
        assert inventory.ids[n] == f"item-{n}"
        assert inventory.item_hash[n] == item_hash(f"item-{n}")
        assert inventory.categories[n] == category
        assert inventory.published_ms[n] == published_ms
        assert inventory.available[n] == available
    np.testing.assert_allclose(inventory.embeddings[2], embedding(2, 2), atol=1e-3)


def test_only_what_is_known_can_be_withdrawn_and_it_can_come_back() -> None:
    inventory = stocked(2)
    inventory.withdraw("nowhere")
    inventory.withdraw("item-1")
    assert (len(inventory), inventory.available[:3].tolist()) == (2, [True, False, False])
    put(inventory, item(1))
    assert inventory.available[1]


def test_categories_are_numbered_as_they_come() -> None:
    inventory = Inventory(SPACE)
    assert [inventory.category_code(one) for one in ("a", None, "b", "a")] == [1, 0, 2, 1]


def test_an_item_is_found_by_the_tags_that_it_has_today() -> None:
    inventory = Inventory(SPACE)
    for n, tags in enumerate((["sea"], ["sea", "boat"], ["boat"], ["sea"])):
        put(inventory, item(n, tags=tags))
    sea, boat = inventory.tag_codes["sea"], inventory.tag_codes["boat"]
    everything = np.ones(4, np.bool_)
    assert inventory.rows_tagged({sea}, 9, everything) == [3, 1, 0]
    assert inventory.rows_tagged({sea, boat}, 9, everything) == [3, 1, 0, 2]
    assert inventory.rows_tagged({sea, boat}, 2, everything) == [3, 1]
    assert inventory.rows_tagged({sea}, 9, np.array([True, False, True, False])) == [0]
    assert inventory.rows_tagged({77}, 9, everything) == []
    assert inventory.carries(1, {boat})
    assert not inventory.carries(0, {boat})
    assert not inventory.carries(0, set())
    put(inventory, item(3, tags=["boat"]))
    assert inventory.tag_names[3] == ("boat",)
    assert inventory.tags[3].tolist() == [boat] + [0] * 11
    assert inventory.rows_tagged({sea}, 9, everything) == [1, 0]
    assert inventory.rows_tagged({boat}, 9, everything) == [3, 2, 1]
    # What is told again unchanged keeps its place.
    put(inventory, item(1, tags=["sea", "boat"]))
    assert inventory.rows_tagged({boat}, 9, everything) == [3, 2, 1]


def test_twelve_tags_of_an_item_are_matched() -> None:
    inventory = Inventory(SPACE)
    put(inventory, item(0, tags=[f"t{n}" for n in range(20)]))
    assert MAX_TAGS == 12
    assert inventory.tags[0].tolist() == [*range(1, 13)]


def test_tags_are_counted_however_many_there_are() -> None:
    inventory = Inventory(SPACE)
    for n in range(110):
        put(inventory, item(n, tags=["all", *(f"t{n} {k}" for k in range(11))]))
    assert len(inventory.tag_codes) == 1 + 110 * 11
    logs = inventory.tag_logs
    assert logs[1] == pytest.approx(np.log(110))
    assert (logs[2 : 1 + len(inventory.tag_codes)] == 0).all()
    assert np.isinf(logs[0])
    assert np.isinf(logs[1 + len(inventory.tag_codes) :]).all()


def test_another_name_of_a_tag_that_the_item_has_can_be_searched_for() -> None:
    inventory = Inventory(SPACE)
    put(inventory, item(0, tags=["sea"], aliases={"ocean": "sea", "vessel": "boat"}))
    assert inventory.vocabulary.named_by("ocean") == ({1}, 1)
    assert inventory.vocabulary.named_by("vessel") == (set(), 1)


def test_words_are_those_that_the_catalog_gave_cut_and_padded() -> None:
    inventory = Inventory(SPACE)
    given = np.array([7, 60_000, *range(100)], "<u2").tobytes()
    put(inventory, item(0, tokens=given))
    put(inventory, item(1, tokens=given[:5]))
    assert inventory.item_tokens[0].tolist() == [7, VOCABULARY - 1, *range(ITEM_TOKENS - 2)]
    assert inventory.item_tokens[1].tolist() == [7, VOCABULARY - 1, *[0] * (ITEM_TOKENS - 2)]
