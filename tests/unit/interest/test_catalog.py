"""What the fold knows of items follows the catalog."""

import numpy as np

from freshet.contracts.derived import CatalogItem
from freshet.domain.interest.catalog import CatalogKnowledge


def entry(name: str, tags: list[str], embedding: bytes = b"") -> CatalogItem:
    return CatalogItem(
        event_id=name,
        event_time=1_700_000_000_000,
        item_id=name,
        title=name,
        tags=tags,
        embedding=embedding,
        embedding_version="v",
        content_hash="h",
        published_ms=1,
    )


def test_a_tag_is_found_in_a_search_as_long_as_an_item_has_it() -> None:
    knowledge = CatalogKnowledge("v")
    knowledge.put("pot", entry("pot", ["tea pot", "茶壶"]))
    knowledge.put("cup", entry("cup", ["tea pot"]))
    assert knowledge.tags_in("a Tea Pot, 紫砂茶壶") == ["tea pot", "茶壶"]
    knowledge.put("pot", entry("pot", ["clay"]))
    assert knowledge.tags_in("tea pot 茶壶 clay") == ["tea pot", "clay"]
    knowledge.put("cup", None)
    assert knowledge.tags_in("tea pot") == []
    assert len(knowledge) == 1


def test_an_item_of_no_readable_embedding_has_none() -> None:
    knowledge = CatalogKnowledge("v")
    ones = np.ones(128, "<f2").tobytes()
    knowledge.put("good", entry("good", [], ones))
    knowledge.put("bad", entry("bad", [], ones[:-1]))
    assert knowledge.embeddings_of(["good", "bad", "unknown"]).sum(axis=1).tolist() == [128, 0, 0]
