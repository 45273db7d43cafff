"""Finished examples on disk: full shards that never change, and the rest of the last run."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from freshet.domain.learning.examples import Examples, ItemTable
from freshet.domain.learning.shown import START, Position, Shown, item_table, stacked
from freshet.domain.ranking.features.registry import CROSS_FEATURES
from freshet.domain.ranking.inventory import Inventory
from freshet.models.embedding import DIMENSION
from freshet.models.graph_inputs import ITEM_TOKENS, PASSED, RECENT, USER_TOKENS, item_hash
from freshet.models.item_numbers import ItemNumbers
from freshet_trainer.arrays import ExamplesRefused, opened, packed, save, texts

SHARD_LISTS = 2_048

#: Some 3 KiB each.
MAX_LISTS = 200_000

_ITEMS = "items.npz"
_REST = "rest.npz"

#: Fields that are arrays: shape after [n] (None for the items of a list), in memory and on disk.
#: Parts of unit vectors lose nothing that matters as float16.
_FIELDS: Mapping[str, tuple[tuple[int | None, ...], type[np.generic], type[np.generic]]] = {
    "time_ms": ((), np.int64, np.int64),
    "items": ((None,), np.int32, np.int32),
    "labels": ((None,), np.float32, np.uint8),
    "cross": ((None, len(CROSS_FEATURES)), np.float32, np.float32),
    "interest_vectors": ((3, DIMENSION), np.float32, np.float16),
    "recent_items": ((RECENT,), np.int32, np.int32),
    "recent_acts": ((RECENT, 3), np.float32, np.float32),
    "passed_items": ((PASSED,), np.int32, np.int32),
    "user_tokens": ((USER_TOKENS,), np.int32, np.uint16),
    "signals": ((), np.int32, np.int32),
    "item_clicks": ((None,), np.float32, np.float32),
}
_TEXTS = ("list_ids", "user_ids", "models")

_ROWS = ("items", "recent_items", "passed_items")


class Shards:
    """Writes the lists of a replay, and knows where an earlier replay had come to.

    A shard is written once it is full, in whole or not at all. What is left at the end of a run,
    and lists that were still open then, are in a file of their own that the next run makes anew.
    So the shards are the same however often a replay was ended or killed in between.

    Args:
        folder: of the shards; examples of other features or another embedding are deleted.
        inventory: the items whose rows the lists name.
        shard_lists: lists in a shard.
        max_lists: older shards are deleted, once so many lists are in newer ones.

    Attributes:
        position: of the last list that is in a full shard: where a replay goes on after.
    """

    def __init__(
        self,
        folder: Path,
        inventory: Inventory,
        shard_lists: int = SHARD_LISTS,
        max_lists: int = MAX_LISTS,
    ) -> None:
        self._folder = folder
        self._inventory = inventory
        self._shard_lists = shard_lists
        self._max_lists = max_lists
        self._waiting: list[Shown] = []
        folder.mkdir(parents=True, exist_ok=True)
        for unfinished in folder.glob("*.new"):
            unfinished.unlink()
        if not self._is_of_today():
            for other in folder.glob("*.npz"):
                other.unlink()
        self._write_items()
        full = _full(folder)
        self._next = 1 + int(full[-1].stem) if full else 0
        self.position = _last_position(full[-1]) if full else START

    def add(self, lists: Iterable[Shown]) -> None:
        """Take finished lists, in the order of their positions, all after `position`."""
        self._waiting += lists
        while len(self._waiting) >= self._shard_lists:
            shard = self._waiting[: self._shard_lists]
            del self._waiting[: self._shard_lists]
            self._write(f"{self._next:08d}.npz", shard)
            self._next += 1
            self.position = shard[-1].position
            for old in _full(self._folder)[: -max(1, self._max_lists // self._shard_lists)]:
                old.unlink()

    def finish(self, still_open: Sequence[Shown]) -> None:
        """End a run, with the lists that it left open."""
        self._write(_REST, [*self._waiting, *still_open])
        self._waiting = []
        self._write_items()

    def _write(self, name: str, lists: Sequence[Shown]) -> None:
        examples = stacked(lists)
        shown = np.unique(np.concatenate([getattr(examples, field).ravel() for field in _ROWS]))
        shown = shown[shown >= 0]
        arrays: dict[str, NDArray[Any]] = {}
        for field, (_, _, kept_as) in _FIELDS.items():
            values = getattr(examples, field)
            if field in _ROWS:
                # Rows change from run to run: a shard numbers its items for itself.
                values = np.where(values < 0, -1, np.searchsorted(shown, values))
            arrays[field] = values.astype(kept_as)
        for field in _TEXTS:
            arrays |= packed(field, getattr(examples, field).tolist())
        arrays |= packed("item_ids", [self._inventory.ids[row] for row in shown.tolist()])
        arrays["size"] = np.array(examples.items.shape)
        save(self._folder / name, arrays)

    def _is_of_today(self) -> bool:
        path = self._folder / _ITEMS
        if not path.exists():
            return False
        with opened(path) as file:
            return texts(file, "form") == self._form()

    def _form(self) -> list[str]:
        return [self._inventory.embedding_version, *CROSS_FEATURES, *_FIELDS, "number_codes"]

    def _write_items(self) -> None:
        """The items of today, and those of earlier days that the catalog has forgotten."""
        table = item_table(self._inventory)
        if (self._folder / _ITEMS).exists():
            table = _joined(table, _read_items(self._folder))
        save(
            self._folder / _ITEMS,
            {
                **packed("form", self._form()),
                **packed("ids", table.ids),
                **packed("tags", ["\x00".join(tags) for tags in table.tags]),
                **packed("number_names", list(table.numbers.names)),
                "number_codes": table.numbers.codes,
                "number_values": table.numbers.values,
                "embedding": table.embedding.astype(np.float16),
                "item_tokens": table.item_tokens.astype(np.uint16),
            },
        )


def load(folder: Path, newest: int = MAX_LISTS) -> tuple[Examples, ItemTable]:
    """The newest lists and all items.

    Args:
        folder: of the shards.
        newest: how many lists at most; bounds the memory, which one copy of them takes.

    Raises:
        ExamplesRefused: there are none, or a file is damaged.
    """
    if not (folder / _ITEMS).exists():
        raise ExamplesRefused(f"{folder} has no examples: replay the topics first")
    table = _read_items(folder)
    rows = {item_id: row for row, item_id in enumerate(table.ids)}
    files = [path for path in (*_full(folder), folder / _REST) if path.exists()]
    sizes: list[tuple[Path, int, int]] = []
    total = 0
    for path in reversed(files):
        if total >= newest:
            break
        with opened(path) as file:
            lists, longest = file["size"].tolist()
        sizes.insert(0, (path, lists, longest))
        total += lists
    surplus = max(0, total - newest)
    longest = max((size[2] for size in sizes), default=0)
    fields: dict[str, NDArray[Any]] = {
        name: np.full(
            (total, *(longest if size is None else size for size in shape)),
            -1 if name in _ROWS else 0,
            dtype,
        )
        for name, (shape, dtype, _) in _FIELDS.items()
    }
    fields |= {name: np.empty(total, object) for name in _TEXTS}
    start = 0
    for path, lists, _ in sizes:
        with opened(path) as file:
            item_ids = texts(file, "item_ids")
            # The last place, where -1 points, is that of the padding.
            row_of = np.array([rows.setdefault(one, len(rows)) for one in item_ids] + [-1])
            for name in _FIELDS:
                values = file[name]
                if name in _ROWS:
                    values = row_of[values]
                where = (slice(start, start + lists), *(slice(size) for size in values.shape[1:]))
                fields[name][where] = values
            for name in _TEXTS:
                fields[name][start : start + lists] = texts(file, name)
        start += lists
    examples = Examples(**fields)[slice(surplus, None)]
    return examples, _joined(table, _unknown(list(rows)[len(table.ids) :]))


def _full(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.npz") if path.stem.isdigit())


def _last_position(shard: Path) -> Position:
    with opened(shard) as file:
        return Position(int(file["time_ms"][-1]), texts(file, "list_ids")[-1])


def _read_items(folder: Path) -> ItemTable:
    with opened(folder / _ITEMS) as file:
        ids = texts(file, "ids")
        return ItemTable(
            ids=ids,
            embedding=file["embedding"].astype(np.float32),
            item_hash=_hashes(ids),
            item_tokens=file["item_tokens"].astype(np.int32),
            tags=[tuple(tags.split("\x00")) if tags else () for tags in texts(file, "tags")],
            numbers=ItemNumbers(
                {name: code for code, name in enumerate(texts(file, "number_names"), 1)},
                file["number_codes"],
                file["number_values"],
            ),
        )


def _unknown(ids: Sequence[str]) -> ItemTable:
    """Items that only a log knew."""
    return ItemTable(
        ids=ids,
        embedding=np.zeros((len(ids), DIMENSION), np.float32),
        item_hash=_hashes(ids),
        item_tokens=np.zeros((len(ids), ITEM_TOKENS), np.int32),
        tags=[()] * len(ids),
        numbers=ItemNumbers.none(len(ids)),
    )


def _joined(first: ItemTable, second: ItemTable) -> ItemTable:
    """All items of the first, then those of the second that the first does not have."""
    known = set(first.ids)
    more = [row for row, item_id in enumerate(second.ids) if item_id not in known]
    return ItemTable(
        ids=[*first.ids, *(second.ids[row] for row in more)],
        embedding=np.concatenate([first.embedding, second.embedding[more]]),
        item_hash=np.concatenate([first.item_hash, second.item_hash[more]]),
        item_tokens=np.concatenate([first.item_tokens, second.item_tokens[more]]),
        tags=[*first.tags, *(second.tags[row] for row in more)],
        numbers=first.numbers.joined(second.numbers[more]),
    )


def _hashes(ids: Sequence[str]) -> NDArray[np.int32]:
    return np.array([item_hash(item_id) for item_id in ids], np.int32)
