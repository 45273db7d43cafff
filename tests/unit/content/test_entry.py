"""Entries of the catalog keep what was understood, and take on more."""

import msgspec
import numpy as np
import pytest

from freshet.domain.content.entry import MAX_MORE, entry_of, is_of, sent_again, with_vectors
from freshet.domain.content.projection import projected, space_of
from freshet.domain.content.tags import Tagged
from freshet.domain.content.understanding import Understood
from freshet.models.embedding import EMBEDDING_VERSION
from harness.understanding import item

UNDERSTOOD = Understood(Tagged(["tea"], {"茶": "tea"}), b"v", "en")
TEA = item(title="Tea", text="Green.", tags=["tea"])


def test_an_entry_is_of_its_content_alone() -> None:
    entry = entry_of(TEA, UNDERSTOOD)
    assert is_of(entry, msgspec.structs.replace(TEA, available=False, event_id="other"))
    assert not is_of(entry, msgspec.structs.replace(TEA, text="Black."))


def test_what_is_sent_again_keeps_all_that_was_understood() -> None:
    entry = msgspec.structs.replace(
        with_vectors(entry_of(TEA, UNDERSTOOD), {"other": b"w"}), tagged_by="m", tokens=b""
    )
    again = sent_again(entry, msgspec.structs.replace(TEA, available=False, event_time=9))
    assert (again.available, again.event_time) == (False, 9)
    assert (again.tags, again.aliases, again.tagged_by) == (["tea"], {"茶": "tea"}, "m")
    assert (again.vector(EMBEDDING_VERSION), again.vector("other")) == (b"v", b"w")
    assert again.tokens, "what was not there before is there now"
    assert is_of(again, TEA)


def test_a_new_space_leaves_the_old_ones_readable() -> None:
    old = msgspec.structs.replace(
        entry_of(TEA, UNDERSTOOD), embedding=b"o", embedding_version="old"
    )
    entry = with_vectors(with_vectors(old, {EMBEDDING_VERSION: b"n"}), {"endpoint": b"e"})
    vectors = [entry.vector(one) for one in ("old", EMBEDDING_VERSION, "endpoint", "unknown")]
    assert vectors == [b"o", b"n", b"e", b""]
    assert with_vectors(entry, {"old": b"p"}).vector("old") == b"o", "its own space stays its own"


def test_spaces_that_came_and_went_do_not_add_up() -> None:
    entry = entry_of(TEA, UNDERSTOOD)
    for n in range(10):
        entry = with_vectors(entry, {f"v{n}": b"x"})
    assert list(entry.embeddings) == [f"v{n}" for n in range(10 - MAX_MORE, 10)]
    assert entry.vector(EMBEDDING_VERSION)


@pytest.mark.parametrize("length", [8, 128, 384, 1536])
def test_vectors_of_any_length_keep_their_cosines(length: int) -> None:
    random = np.random.default_rng(length)
    shared = random.normal(size=(1, length))
    vectors = (random.normal(size=(40, length)) + 1.5 * shared).astype(np.float32)
    vectors[0] = 0
    made = projected(vectors)
    assert made.shape == (40, 128)
    assert not made[0].any()
    np.testing.assert_allclose(np.linalg.norm(made[1:], axis=1), 1, atol=1e-5)
    unit = vectors[1:] / np.linalg.norm(vectors[1:], axis=1, keepdims=True)
    difference = np.abs(made[1:] @ made[1:].T - unit @ unit.T)
    assert difference.mean() < 0.08


def test_a_projection_is_the_same_on_every_machine() -> None:
    made = projected(np.ones((1, 200), np.float32))
    np.testing.assert_allclose(made[0, :3], [-0.063, 0.025, -0.119], atol=1e-3)
    assert space_of("m") == "m-128"
