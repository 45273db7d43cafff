"""How names are spelled: what differs in case, hyphens, spaces or number alone is one name."""

import re
import unicodedata
from functools import lru_cache

from freshet.domain.content.document import clean

MAX_TAG_CHARACTERS = 40

#: Letters and digits, with what tells C++ and C# from C.
_WORD = re.compile(r"[^\W_]+[+#]*")

#: Words that only look like plurals, and the shortest that is looked at.
_NO_PLURAL = frozenset(
    "always canvas christmas lens mars news perhaps series species texas".split()
)
_SHORTEST_PLURAL = 4

_IRREGULAR = {"children": "child", "men": "man", "women": "woman", "people": "person"}


def normalise(tag: str) -> str:
    """One spelling for a tag: compatibility forms, case and spaces made equal; cut to length."""
    text = clean(unicodedata.normalize("NFKC", tag[: 4 * MAX_TAG_CHARACTERS])).casefold()
    return text[:MAX_TAG_CHARACTERS].strip()


def words_of(text: str) -> list[str]:
    """Words of a case-folded text, in order."""
    return _WORD.findall(text)


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """What a word, its plural and its British spelling share; not always a word itself.

    The S-stemmer (Harman, How effective is suffixing?, 1991) with the endings -es, -ie and -our.

    >>> [stem(word) for word in ("dogs", "stories", "movies", "heroes", "glass", "tennis", "gas")]
    ['dog', 'story', 'movy', 'hero', 'glass', 'tennis', 'gas']
    >>> stem("humour") == stem("humor"), stem("children") == stem("child")
    (True, True)
    """
    if len(word) < _SHORTEST_PLURAL or word in _NO_PLURAL:
        return word
    word = _IRREGULAR.get(word, word)
    if word[-1] == "s" and word[-2] not in "sui":
        word = word[:-1]
    if len(word) >= _SHORTEST_PLURAL:
        if word.endswith("ie"):
            return f"{word[:-2]}y"
        if word.endswith("our") and len(word) > _SHORTEST_PLURAL:
            return f"{word[:-2]}r"
        if word.endswith(("che", "she", "sse", "xe", "oe")):
            return word[:-1]
    return word


@lru_cache(maxsize=65_536)
def spelling(name: str) -> str:
    """What all spellings of a name share: the stems of its words, put together.

    >>> {spelling(name) for name in ("video games", "videogame", "Video-Game".casefold())}
    {'videogame'}
    """
    return "".join(map(stem, words_of(name))) or name
