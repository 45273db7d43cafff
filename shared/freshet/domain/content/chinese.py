"""What Chinese names are in English, from the entries of a dictionary of CC-CEDICT's form."""

import itertools
import re
from collections.abc import Iterable, Sequence

#: Senses of a word, and meanings of a name of several words, that are looked at.
MAX_SENSES = 3
MAX_MEANINGS = 9

#: A sense of more words explains, it does not name.
_MAX_WORDS = 4

_ASIDE = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_ENGLISH = re.compile(r"[a-z0-9][a-z0-9 '+#-]*", re.ASCII)
_PARTICLE = re.compile(r"^(to be|to|an|a|the) ")


def senses(entry: str) -> list[str]:
    """The first senses of a dictionary entry that are plain names.

    >>> senses("coffee (loanword)/CL:杯[bei1]/")
    ['coffee']
    >>> senses("to swim/swimming/")
    ['swim', 'swimming']
    """
    found: dict[str, None] = {}
    for sense in entry.casefold().split("/"):
        name = _PARTICLE.sub("", " ".join(_ASIDE.sub(" ", sense).split()))
        if _ENGLISH.fullmatch(name) and len(name.split()) <= _MAX_WORDS:
            found[name] = None
    return list(found)[:MAX_SENSES]


def meanings(words: Iterable[Sequence[str]]) -> list[str]:
    """What a name of several words may be in English, the likeliest first.

    Args:
        words: the senses of each, the likeliest first; one without any makes the whole unknown.
    """
    ways = itertools.product(*words)
    return [" ".join(way) for way in itertools.islice(ways, MAX_MEANINGS)]
