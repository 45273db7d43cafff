"""Names in use for tags, and how a text is looked through for them without a dictionary."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from freshet.domain.content.spelling import spelling, stem, words_of

#: Longest name that a text is looked through for, in words or, in Chinese, characters.
_MAX_WORDS = 4
_MAX_CHARACTERS = 6

_CHINESE = re.compile(r"[\u4e00-\u9fff]+")

S = TypeVar("S", str, Sequence[str])


class TagNames:
    """What the tags of items are called, as long as an item says so."""

    def __init__(self) -> None:
        self._tags: dict[str, Counter[str]] = {}

    def add(self, tags: Sequence[str], aliases: Mapping[str, str]) -> None:
        """An item has these tags, and other names for some of them."""
        for name, tag in _named(tags, aliases):
            self._tags.setdefault(name, Counter())[tag] += 1

    def remove(self, tags: Sequence[str], aliases: Mapping[str, str]) -> None:
        """The item has them no more."""
        for name, tag in _named(tags, aliases):
            counts = self._tags[name]
            counts[tag] -= 1
            if not counts[tag]:
                del counts[tag]
                if not counts:
                    del self._tags[name]

    def tags_in(self, text: str) -> list[str]:
        """Tags that a text names, in any spelling, in English or Chinese; the longest first."""
        text = text.casefold()
        stems = [stem(word) for word in words_of(text)]
        names = {
            "".join(run) for length in range(1, _MAX_WORDS + 1) for run in _runs(stems, length)
        }
        for chinese in _CHINESE.findall(text):
            for length in range(1, _MAX_CHARACTERS + 1):
                names.update(_runs(chinese, length))
        # Of a name for several tags, the one that most items mean.
        found = {self._tags[name].most_common(1)[0][0] for name in names & self._tags.keys()}
        return sorted(found, key=lambda tag: (-len(tag), tag))


def _named(tags: Sequence[str], aliases: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for tag in tags:
        yield spelling(tag), tag
    for name, tag in aliases.items():
        yield spelling(name), tag


def _runs(whole: S, length: int) -> Iterator[S]:
    for start in range(len(whole) - length + 1):
        yield whole[start : start + length]
