"""Whether a tag that a language model made up has grounds in what the item says of itself."""

import re
from collections.abc import Sequence

from freshet.domain.content.document import Document
from freshet.domain.content.english import in_english
from freshet.domain.content.lexicon import Lexicon
from freshet.domain.content.spelling import stem, words_of

#: A sentence belongs to the item that is as near to the rest of it: eight of ten sentences of
#: honest texts, one in twenty of those slipped into a text about something else.
BELONGS = 0.15

#: A tag that is not named must be as near to the item: two in a hundred tags of other items are.
NEAR = 0.25

_CHINESE = re.compile(r"[\u4e00-\u9fff]")


def grounded(tags: Sequence[str], document: Document, lexicon: Lexicon) -> list[str]:
    """Those of the tags that the item gives grounds for, in their order.

    It does if it names the tag or is near to it in embedding space. Sentences that are far from
    the rest of the item do not count: what is slipped into a text to make a model say something
    speaks of something else. The limits were measured (docs/decisions/0013-content.md).

    Args:
        tags: normalised.
        document: what the item says of itself.
        lexicon: embeds it.
    """
    heading = " ".join([document.title, *document.said])
    parts = [heading, *_belonging(heading, document.sentences, lexicon)]
    named = [_plain(part) for part in parts]
    texts = [in_english(text, lexicon) for text in [". ".join(parts), *tags]]
    whole, *vectors = lexicon.embed(texts)
    return [
        tag
        for tag, vector in zip(tags, vectors, strict=True)
        if any(_plain(tag) in part for part in named) or vector @ whole >= NEAR
    ]


def _belonging(heading: str, sentences: Sequence[str], lexicon: Lexicon) -> list[str]:
    english = [in_english(part, lexicon) for part in (heading, *sentences)]
    rests = [". ".join(english[:n] + english[n + 1 :]) for n in range(1, len(english))]
    vectors = lexicon.embed([*english[1:], *rests])
    likeness = (vectors[: len(rests)] * vectors[len(rests) :]).sum(axis=1)
    return [one for one, near in zip(sentences, likeness, strict=True) if near >= BELONGS]


def _plain(text: str) -> str:
    """The stems of a text between spaces: whole words are found in it, Chinese anywhere."""
    text = _CHINESE.sub(lambda one: f" {one[0]} ", text.casefold())
    return " ".join(["", *map(stem, words_of(text)), ""])
