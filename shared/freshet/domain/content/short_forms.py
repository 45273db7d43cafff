"""Short forms: sci-fi for science fiction, AI for artificial intelligence."""

from collections.abc import Sequence

#: The longest word that may be initials.
_MAX_INITIALS = 4


def initials_of(words: Sequence[str]) -> list[str]:
    """Under which letters a name and its short forms are both found; none for a longer word.

    >>> initials_of(["science", "fiction"]), initials_of(["ai"]), initials_of(["sea", "view"])
    (['sf'], ['ai'], ['sv'])
    """
    if len(words) > 1:
        return ["".join(word[0] for word in words)]
    return [word for word in words if 2 <= len(word) <= _MAX_INITIALS]


def stands_for(short: Sequence[str], words: Sequence[str]) -> bool:
    """Whether the parts of a short form begin the words, and are shorter, one by one.

    >>> stands_for(["sci", "fi"], ["science", "fiction"])
    True
    >>> stands_for(["ai"], ["artificial", "intelligence"])
    True
    >>> stands_for(["science", "film"], ["science", "fiction"])
    False
    """
    parts = list(short[0]) if len(short) == 1 else short
    return len(parts) == len(words) > 1 and all(
        word.startswith(part) and len(part) < len(word)
        for part, word in zip(parts, words, strict=True)
    )
