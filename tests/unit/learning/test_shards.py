"""Examples on disk: the same however often a replay was ended or killed."""

from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from freshet.contracts.inputs import Impression
from freshet.domain.learning.examples import Examples
from freshet.domain.learning.log import Entry, entry_of
from freshet.domain.learning.replay import Replay, ReplayOptions
from freshet.domain.learning.shown import stacked
from freshet.domain.ranking.inventory import Inventory
from freshet_trainer.arrays import ExamplesRefused
from freshet_trainer.shards import Shards, load
from harness.logs import MINUTE_MS, T0, catalog, logs, replayed, stock

#: So small that lists are closed early, and shards fill.
OPTIONS = ReplayOptions(max_pending=4)
SHARD_LISTS = 3


#: 26 lists, a minute apart.
MANY = [
    entry_of(
        Impression(
            event_id=f"s{n:02d}",
            event_time=T0 + n * MINUTE_MS,
            user_id=f"user-{n % 3}",
            item_ids=[f"item-{n % 5}", "item-7"],
        )
    )
    for n in range(26)
]


def run(folder: Path, log: Sequence[Entry], *, killed: bool = False, max_lists: int = 999) -> None:
    """Replay a log into the shards of a folder, from where an earlier replay had come to."""
    # Every run finds the catalog in another order.
    items = catalog()
    inventory, knowledge = stock(items if killed else items[::-1])
    shards = Shards(folder, inventory, SHARD_LISTS, max_lists)
    replay = Replay(inventory, knowledge, OPTIONS, shards.position)
    for entry in log:
        shards.add(replay.take(entry))
    if not killed:
        shards.finish(replay.finish())


def contents(folder: Path) -> dict[str, list[object]]:
    """All that the shards say, with items by their ids."""
    examples, table = load(folder)
    names = np.array([*table.ids, ""], object)
    found = {one.name: getattr(examples, one.name) for one in fields(Examples)}
    for name in ("items", "recent_items"):
        found[name] = names[found[name]]
    # float16 of vectors that were added up in another order.
    found["interest_vectors"] = np.round(found["interest_vectors"], 2)
    return {name: values.tolist() for name, values in found.items()}


def shard_names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@settings(deadline=None, max_examples=40)
@given(logs(80), st.lists(st.tuples(st.integers(0, 80), st.booleans()), max_size=3))
def test_a_replay_that_is_cut_and_resumed_gives_the_same_shards(
    log: list[Entry], cuts: list[tuple[int, bool]]
) -> None:
    with TemporaryDirectory() as name:
        folder, other = Path(name, "cut"), Path(name, "whole")
        for end, killed in sorted(cuts):
            run(folder, log[:end], killed=killed)
        run(folder, log)
        run(other, log)
        assert shard_names(folder) == shard_names(other)
        assert contents(folder) == contents(other)


@settings(deadline=None, max_examples=40)
@given(logs(80))
def test_what_is_loaded_is_what_was_replayed(log: list[Entry]) -> None:
    with TemporaryDirectory() as name:
        run(Path(name), log)
        examples, table = load(Path(name))
    expected = stacked(replayed(log, OPTIONS))
    assert examples.list_ids.tolist() == expected.list_ids.tolist()
    np.testing.assert_array_equal(examples.labels, expected.labels)
    np.testing.assert_array_equal(examples.cross, expected.cross)
    np.testing.assert_allclose(examples.interest_vectors, expected.interest_vectors, atol=1e-3)
    there = examples.items >= 0
    np.testing.assert_array_equal(there, expected.items >= 0)
    inventory, _ = stock(catalog())
    for row in np.unique(examples.items[there]).tolist():
        item_id = table.ids[row]
        if item_id in inventory.rows:
            known = inventory.rows[item_id]
            np.testing.assert_allclose(table.embedding[row], inventory.embeddings[known], atol=1e-3)
            np.testing.assert_array_equal(table.item_tokens[row], inventory.item_tokens[known])
            assert table.item_hash[row] == inventory.item_hash[known]
            assert table.tags[row] == inventory.tag_names[known]


@pytest.fixture
def full(tmp_path: Path) -> Path:
    run(tmp_path, MANY)
    return tmp_path


def test_only_the_newest_lists_are_kept_and_only_the_newest_are_loaded(tmp_path: Path) -> None:
    run(tmp_path, MANY, max_lists=6)
    assert shard_names(tmp_path) == ["00000005.npz", "00000006.npz", "items.npz", "rest.npz"]
    examples, _ = load(tmp_path, newest=7)
    assert examples.list_ids.tolist() == [f"s{n:02d}" for n in range(19, 26)]
    assert len(load(tmp_path)[0]) == 11


def test_what_an_earlier_catalog_told_of_an_item_is_remembered(full: Path) -> None:
    inventory, _ = stock(catalog()[1:])
    Shards(full, inventory).finish([])
    _, table = load(full)
    assert np.linalg.norm(table.embedding[table.ids.index("item-0")]) == pytest.approx(1, abs=0.01)


def test_examples_of_another_embedding_are_made_anew(full: Path) -> None:
    shards = Shards(full, Inventory("another-space"), SHARD_LISTS)
    assert shards.position.time_ms == -1
    assert shard_names(full) == ["items.npz"]


def test_a_damaged_file_is_refused_with_its_name(full: Path) -> None:
    path = full / "00000002.npz"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ExamplesRefused, match="00000002"):
        load(full)


def test_a_pickle_is_refused(full: Path) -> None:
    with (full / "rest.npz").open("wb") as file:
        np.savez(file, size=np.array([print], object))
    with pytest.raises(ExamplesRefused, match="rest"):
        load(full)


def test_a_folder_without_examples_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ExamplesRefused, match="replay the topics"):
        load(tmp_path)
