"""The taxonomy: one name for each thing that the catalogue speaks of, whatever items call it.

It grows from the catalogue: the first name of a thing becomes its tag, later names that mean the
same stand for that tag. Names mean the same if they

- are spelled alike: video games, videogame;
- consist of words that each have their like in the other: scary film, scary movies;
- are one short for the other, and near in embedding space: sci-fi, science fiction;
- are Chinese, and what a dictionary says of them means the same: 咖啡, coffee.
"""

from collections.abc import Iterable
from typing import NamedTuple

from freshet.domain.content.english import readings
from freshet.domain.content.lexicon import Lexicon
from freshet.domain.content.short_forms import initials_of, stands_for
from freshet.domain.content.spelling import spelling, stem, words_of

#: A short form is taken for what it may stand for from this cosine on: any number of phrases begin
#: with the same letters by chance.
SHORT_FORM_LIKENESS = 0.5

#: Names that are kept, at most; what comes then is still matched to them.
MAX_NAMES = 100_000

_SAY_NOTHING = frozenset("a an and at by for from in of on or the to with".split())


class _Reading(NamedTuple):
    """What a tag is in English, by the stems of its words."""

    stems: frozenset[str]
    tag: str


class Taxonomy:
    """The names that are known, and the tag that each stands for.

    It is rebuilt from the catalog topic by `learn`: every name that an item carries is there.
    """

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._tags: dict[str, str] = {}
        self._read: dict[str, str] = {}
        self._instead: dict[str, str] = {}
        self._by_stem: dict[str, list[_Reading]] = {}
        self._by_initials: dict[str, list[tuple[list[str], str]]] = {}

    def __len__(self) -> int:
        return len(self._tags)

    def gave_up(self, tags: Iterable[str]) -> bool:
        """Whether one of these was a tag, and another name stands in its place now."""
        return not self._instead.keys().isdisjoint(tags)

    def tag_of(self, name: str) -> str | None:
        """The tag that a name stands for; None where nothing that is known means the same."""
        tag = self._spelled(name) or self._meant(name) or self._abbreviated(name)
        return None if tag is None else self._instead.get(tag, tag)

    def coin(self, name: str) -> str:
        """The tag that a name stands for: the name itself, if it is the first for its thing."""
        tag = self.tag_of(name)
        if tag is None and len(self._tags) < MAX_NAMES:
            self._add(name)
        return self._keep(name, tag or name)

    def learn(self, name: str, tag: str) -> bool:
        """Take what an item on the catalog topic says: that a name stands for a tag.

        Two workers that coin at the same moment may give one thing two tags. Each settles it
        alike when it reads the other's: the longer name stays, of equals the later one.

        Returns:
            Whether a tag was given up.
        """
        known = self._keep(name, self.coin(tag))
        if name != tag or known == tag or self._instead.get(tag) == known:
            return False
        self._settle(known, tag)
        return True

    def _keep(self, name: str, tag: str) -> str:
        if len(self._tags) < MAX_NAMES:
            self._tags.setdefault(spelling(name), tag)
        return tag

    def _settle(self, first: str, second: str) -> None:
        loser, winner = sorted((first, second), key=lambda tag: (len(tag), tag))
        self._instead = {old: winner if new == loser else new for old, new in self._instead.items()}
        self._instead[loser] = winner
        self._instead.pop(winner, None)
        if winner == second:
            self._tags[spelling(winner)] = winner
            self._add(winner)

    def _add(self, tag: str) -> None:
        for reading in readings(tag, self._lexicon):
            self._read.setdefault(spelling(reading), tag)
        for told in self._readings(tag):
            stems = frozenset(map(stem, told))
            for one in stems:
                self._by_stem.setdefault(one, []).append(_Reading(stems, tag))
        words = words_of(tag)
        for initials in initials_of(words):
            self._by_initials.setdefault(initials, []).append((words, tag))

    def _spelled(self, name: str) -> str | None:
        """The tag that a name of this spelling, or one of its readings, stands for."""
        known = self._tags.get(spelling(name))
        if known is None:
            for one in map(spelling, readings(name, self._lexicon)):
                known = known or self._tags.get(one) or self._read.get(one)
        return known

    def _readings(self, name: str) -> list[list[str]]:
        found = [words_of(reading) for reading in readings(name, self._lexicon)]
        return [[word for word in words if word not in _SAY_NOTHING] or words for words in found]

    def _meant(self, name: str) -> str | None:
        """The tag that consists of the same words or their synonyms, if there is one."""
        for words in self._readings(name):
            near = [self._near(word) for word in words]
            if not near:
                continue
            some = min(near, key=lambda stems: sum(len(self._by_stem.get(s, ())) for s in stems))
            found = [
                reading
                for one in some
                for reading in self._by_stem.get(one, ())
                if all(not stems.isdisjoint(reading.stems) for stems in near)
                and reading.stems <= set().union(*near)
            ]
            if found:
                stems = frozenset(map(stem, words))
                return max(found, key=lambda reading: (len(stems & reading.stems), reading.tag)).tag
        return None

    def _near(self, word: str) -> set[str]:
        """The stems of a word and its synonyms."""
        own_stem = stem(word)
        if not word.isalpha():
            return {own_stem}
        # A plural and its singular have vectors of their own.
        forms = {word, own_stem, word.removesuffix("s")}
        near = {stem(one) for form in forms for one in self._lexicon.synonyms(form)}
        # What begins a word has a vector of all words that it begins: rob and robot.
        return {own_stem} | {
            one for one in near if not one.startswith(own_stem) and not own_stem.startswith(one)
        }

    def _abbreviated(self, name: str) -> str | None:
        words = words_of(name)
        for initials in initials_of(words):
            for named, tag in self._by_initials.get(initials, ()):
                if stands_for(words, named) or stands_for(named, words):
                    first, second = self._lexicon.embed([name, tag])
                    if first @ second >= SHORT_FORM_LIKENESS:
                        return tag
        return None
