"""What an item is about: the names it gives itself, language, the text that is embedded."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from freshet.domain.content.document import MAX_DOCUMENT_CHARACTERS, content_hash, document_of
from freshet.domain.content.language import language_of
from freshet.domain.content.spelling import MAX_TAG_CHARACTERS
from freshet.domain.content.tags import MAX_TAGS, names_in, names_of
from harness.understanding import item, lexicon


def names(**fields: object) -> list[str]:
    return names_in(document_of(item(**fields)), lexicon().words)


@given(
    st.text(max_size=3_000), st.text(max_size=3_000), st.lists(st.text(max_size=64), max_size=20)
)
def test_any_text_gives_bounded_names_and_a_bounded_document(
    title: str, text: str, tags: list[str]
) -> None:
    hostile = item(title=title[:1000], text=text, tags=tags)
    found = names_of(hostile)
    assert len(found) <= MAX_TAGS
    assert len(set(found)) == len(found)
    assert all(0 < len(name) <= MAX_TAG_CHARACTERS for name in found)
    assert len(str(document_of(hostile))) <= MAX_DOCUMENT_CHARACTERS
    assert len(content_hash(hostile, "v")) == 32


def test_the_producers_words_come_first_in_one_spelling() -> None:
    found = names(title="Sea", tags=["Deep  SEA", "deep sea", "ＷＡＲ"], category="Film")
    assert found[:3] == ["deep sea", "war", "film"]


def test_what_the_title_says_and_the_text_comes_back_to_is_a_name() -> None:
    text = "This espresso machine fits small kitchens. An espresso machine for beginners."
    assert names(title="Compact espresso machine", text=text) == ["espresso machine"]


def test_what_one_sentence_alone_repeats_is_no_name() -> None:
    text = "A lamp for the desk. Casino casino casino! The lamp has a switch."
    assert "casino" not in names(title="Desk lamp", text=text)


def test_chinese_names_are_words_of_a_dictionary() -> None:
    found = names(title="紫砂茶壶", text="手工茶壶与普洱茶。适合功夫茶，普洱茶爱好者。")
    assert {"茶壶", "普洱茶"} <= set(found)
    assert not {"砂茶", "洱茶"} & set(found), "pairs of characters that are no words"


def test_an_item_of_a_title_alone_is_told_by_its_words() -> None:
    assert {"clay", "teapot", "clay teapot"} <= set(names(title="Clay teapot"))


def test_control_characters_do_not_reach_the_document() -> None:
    document = str(document_of(item(title="a\u202eb\x00c", text="x\u200by")))
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
    chicken, stew, football, empty = lexicon().embed(texts)
    assert chicken @ stew > chicken @ football + 0.1
    assert np.linalg.norm(chicken) == pytest.approx(1, abs=1e-2)
    assert not empty.any()
