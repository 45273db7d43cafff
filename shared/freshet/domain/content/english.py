"""Texts in English, as the embedding space knows no other language.

Chinese is read word by word with a dictionary. That makes no sentences, but a content vector is a
mean over words anyway; docs/decisions/0013 has what it brings.
"""

import re
from collections.abc import Sequence

from freshet.domain.content.lexicon import Lexicon
from freshet.domain.content.stop_words import CHINESE_STOP

_CHINESE = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]+")


def in_english(text: str, lexicon: Lexicon) -> str:
    """The text with each Chinese word replaced by its likeliest meaning, if that is known.

    What only holds a sentence together is left out.
    """
    return _CHINESE.sub(lambda run: f" {_read(run[0], lexicon)} ", text)


def readings(name: str, lexicon: Lexicon) -> Sequence[str]:
    """What a name is in English, the likeliest first: one without Chinese is itself."""
    if not _CHINESE.search(name):
        return [name]
    return lexicon.meanings(name)


def _read(run: str, lexicon: Lexicon) -> str:
    words = [word for word in lexicon.words(run) if word not in CHINESE_STOP]
    return " ".join((lexicon.meanings(word) or [word])[0] for word in words)
