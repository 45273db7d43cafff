"""The interest tags of the catalog as numbers, and which of them a search names."""

from freshet.domain.content.spelling import stem
from freshet.domain.content.words import words

#: Searches whose tags are remembered: the same few come again and again.
_REMEMBERED = 10_000


class Vocabulary:
    """Tags, each with a code that it keeps.

    Attributes:
        codes: code of each tag, from 1.
        names: tag of each code; 0 is none.
    """

    def __init__(self) -> None:
        self.codes: dict[str, int] = {}
        self.names = [""]
        self._called: list[list[frozenset[str]]] = [[]]
        self._by_word: dict[str, set[int]] = {}
        self._spelled: dict[str, tuple[int, ...]] = {}

    def code(self, name: str) -> int:
        """The code of a tag; a new one where it has none."""
        code = self.codes.get(name)
        if code is None:
            code = self.codes[name] = len(self.names)
            self.names.append(name)
            self._called.append([])
            self.call(name, name)
        return code

    def call(self, tag: str, name: str) -> None:
        """A tag has another name: a search may use it."""
        code, said = self.code(tag), _said(name)
        if said and said not in self._called[code]:
            self._called[code].append(said)
            for word in said:
                self._by_word.setdefault(word, set()).add(code)
            self._spelled.clear()

    def named_by(self, text: str) -> tuple[set[int], int]:
        """Codes of the tags that share a word with a search, and how many words it has."""
        named = _said(text)
        codes = [self._by_word.get(word, set()) for word in named]
        return set().union(*codes), max(1, len(named))

    def spelled_by(self, text: str) -> tuple[int, ...]:
        """Codes of the tags that a search has all words of, the longest first."""
        codes = self._spelled.get(text)
        if codes is None:
            if len(self._spelled) >= _REMEMBERED:
                self._spelled.clear()
            named = _said(text)
            whole = [
                code
                for code in self.named_by(text)[0]
                if any(said <= named for said in self._called[code])
            ]
            codes = tuple(sorted(whole, key=lambda code: (-len(self.names[code]), code)))
            self._spelled[text] = codes
        return codes

    def best_named(self, text: str, count: int) -> list[str]:
        """The tags that a search has all words of; without any, the largest share of the words."""
        codes = self.spelled_by(text)
        if not codes:
            named = _said(text)

            def order(code: int) -> tuple[float, str]:
                shares = [len(said & named) / len(said) for said in self._called[code]]
                return -max(shares), self.names[code]

            codes = tuple(sorted(self.named_by(text)[0], key=order))
        return [self.names[code] for code in codes[:count]]


def _said(text: str) -> frozenset[str]:
    return frozenset(map(stem, words(text)))
