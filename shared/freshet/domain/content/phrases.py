"""Phrases of a text: what it may be about."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from freshet.domain.content.document import Document
from freshet.domain.content.stop_words import CHINESE_STOP, STOP

#: The longest phrase, in words.
MAX_WORDS = 3

_RUN = re.compile(r"[a-z0-9][a-z0-9'+#-]*(?: [a-z0-9][a-z0-9'+#-]*)*|[\u4e00-\u9fff]+")
_HAN = "\u4e00"
_WORD = re.compile(r"(?=.*[a-z])[a-z0-9].{2,}|[\u4e00-\u9fff]{2,}")

#: Finds the words of a run of Chinese, in order.
Segment = Callable[[str], Sequence[str]]


def character_pairs(run: str) -> list[str]:
    """What stands for the words of Chinese where there is no dictionary.

    Each character with the next: most words are of two.
    """
    return [first + second for first, second in pairwise(run)] or [run]


def phrases(sentence: str, segment: Segment, longest: int = MAX_WORDS) -> Iterator[str]:
    """All phrases of a case-folded sentence that have no stop word in them and no comma.

    Args:
        sentence: one.
        segment: finds the words of Chinese.
        longest: in words.
    """
    for run in _RUN.findall(sentence):
        is_chinese = run[0] >= _HAN
        words, stop = (segment(run), CHINESE_STOP) if is_chinese else (run.split(), STOP)
        between = "" if is_chinese else " "
        for start in range(len(words)):
            for end in range(start + 1, min(start + longest, len(words)) + 1):
                if words[end - 1] in stop:
                    break
                phrase = between.join(words[start:end])
                if _WORD.fullmatch(phrase):
                    yield phrase


def key_phrases(document: Document, segment: Segment) -> list[str]:
    """The phrases that an item comes back to, the most telling first.

    What stands in one sentence alone says nothing of the whole, however often it stands there; the
    title is one. Of a phrase and a part of it that comes no more often, the whole is told. An item
    that comes back to nothing is told by the words and pairs of its title.
    """
    title = document.title.casefold()
    counts: Counter[str] = Counter()
    for sentence in (title, *document.sentences):
        counts.update(set(phrases(sentence.casefold(), segment)))
    found = [phrase for phrase, count in counts.items() if count > 1]
    if not found:
        return list(dict.fromkeys(phrases(title, segment, 2)))
    parts = {
        part
        for whole in found
        for part in phrases(whole, segment)
        if part != whole and counts[part] <= counts[whole]
    }
    told = [phrase for phrase in found if phrase not in parts]
    # Sets have no order: of equals the longer, then the one that comes first in the alphabet.
    return sorted(told, key=lambda phrase: (-counts[phrase], -len(phrase), phrase))
