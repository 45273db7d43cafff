"""What an item is about: tags, language, the text that is embedded."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from freshet.contracts.inputs import Item
from freshet.domain.content.document import MAX_DOCUMENT_CHARACTERS, content_hash, document_of
from freshet.domain.content.language import language_of
from freshet.domain.content.tags import MAX_TAG_CHARACTERS, MAX_TAGS, key_phrases, tags_of
from freshet_catalog.embedding import Embedder


def item(**fields: object) -> Item:
    return Item(**{"event_id": "e", "event_time": 1, "item_id": "i", "title": "", **fields})  # type: ignore[arg-type]


@given(
    st.text(max_size=3_000), st.text(max_size=3_000), st.lists(st.text(max_size=64), max_size=20)
)
def test_any_text_gives_bounded_tags_and_a_bounded_document(
    title: str, text: str, tags: list[str]
) -> None:
    hostile = item(title=title[:1000], text=text, tags=tags)
    found = tags_of(hostile)
    assert len(found) <= MAX_TAGS
    assert len(set(found)) == len(found)
    assert all(0 < len(tag) <= MAX_TAG_CHARACTERS for tag in found)
    assert len(document_of(hostile)) <= MAX_DOCUMENT_CHARACTERS
    assert len(content_hash(hostile, "v")) == 32


def test_the_producers_words_come_first_in_one_spelling() -> None:
    tags = tags_of(item(title="Sea", tags=["Deep  SEA", "deep sea", "ＷＡＲ"], category="Film"))
    assert tags[:3] == ["deep sea", "war", "film"]


def test_a_text_without_tags_gives_its_own_phrases() -> None:
    text = "Espresso machine. The espresso machine makes espresso at home."
    assert "espresso machine" in tags_of(item(title="Espresso machine", text=text))
    assert "普洱" in key_phrases("普洱茶与普洱茶具，普洱")


def test_control_characters_do_not_reach_the_document() -> None:
    document = document_of(item(title="a\u202eb\x00c", text="x\u200by"))
    assert not any(ord(letter) < 32 or letter in "\u202e\u200b" for letter in document)


def test_a_changed_text_or_model_is_a_changed_content() -> None:
    hashes = {
        content_hash(item(title="a"), "v1"),
        content_hash(item(title="a"), "v2"),
        content_hash(item(title="b"), "v1"),
        content_hash(item(title="", text="a"), "v1"),
    }
    assert len(hashes) == 4


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("A film about the sea", "en"),
        ("手工制作的 iPhone 保护壳", "zh"),
        ("カメラ", "und"),
        ("123", "und"),
    ],
)
def test_the_script_tells_the_language(text: str, language: str) -> None:
    assert language_of(text) == language


def test_like_texts_have_like_vectors() -> None:
    texts = [
        "grilled chicken recipe with garlic and herbs",
        "slow cooked beef stew with vegetables",
        "the football match ended in a draw after extra time",
        "",
    ]
    chicken, stew, football, empty = Embedder()(texts).astype(np.float32)
    assert chicken @ stew > chicken @ football + 0.1
    assert np.linalg.norm(chicken) == pytest.approx(1, abs=1e-2)
    assert not empty.any()
