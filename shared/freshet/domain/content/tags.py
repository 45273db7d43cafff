"""Interest tags of an item: the names that it gives itself, by the catalogue's names for them."""

from collections.abc import Iterable
from typing import NamedTuple

from freshet.contracts.inputs import Item
from freshet.domain.content.document import Document, document_of
from freshet.domain.content.english import readings
from freshet.domain.content.lexicon import Lexicon
from freshet.domain.content.phrases import Segment, character_pairs, key_phrases
from freshet.domain.content.spelling import normalise
from freshet.domain.content.taxonomy import Taxonomy

MAX_TAGS = 12
MAX_ALIASES = 24

#: Phrases of the text are looked for only where the producer gave fewer tags than this, and so
#: many are taken.
_ENOUGH = 5
_PHRASES = 6


class Tagged(NamedTuple):
    """The tags of an item.

    Attributes:
        tags: at most 12, strongest first, each once.
        aliases: other names for them: the item's own, and what Chinese ones are in English.
    """

    tags: list[str]
    aliases: dict[str, str]


def names_of(item: Item) -> list[str]:
    """As `names_in`, of an item as its producer sent it, where there is no dictionary."""
    return names_in(document_of(item), character_pairs)


def names_in(document: Document, segment: Segment) -> list[str]:
    """The names that an item gives itself: its producer's words, then phrases of its text.

    At most 12, the strongest first, each once, none longer than 40 characters.

    Args:
        document: what the item says of itself.
        segment: finds the words of Chinese.
    """
    names = said_in(document)
    if len(names) < _ENOUGH:
        names = _unique([*names, *key_phrases(document, segment)[:_PHRASES]])
    return names[:MAX_TAGS]


def said_in(document: Document) -> list[str]:
    """The producer's own words for an item, normalised, each once."""
    return _unique(document.said)


def tagged(names: Iterable[str], taxonomy: Taxonomy, lexicon: Lexicon) -> Tagged:
    """The tags that names stand for, in their order; a name that is new becomes a tag.

    Args:
        names: normalised, the most telling first.
        taxonomy: of the tags that there are; learns those that are new.
        lexicon: of words and what they mean.
    """
    tags: dict[str, None] = {}
    aliases: dict[str, str] = {}
    for name in names:
        tag = taxonomy.coin(name)
        tags[tag] = None
        if name != tag:
            aliases[name] = tag
        # What a Chinese name is in English may be several things, and others be called so.
        for reading in readings(name, lexicon):
            if reading not in (name, tag) and taxonomy.tag_of(reading) == tag:
                aliases[reading] = tag
    kept = list(tags)[:MAX_TAGS]
    known = [(name, tag) for name, tag in aliases.items() if tag in kept]
    return Tagged(kept, dict(known[:MAX_ALIASES]))


def _unique(names: Iterable[str]) -> list[str]:
    return [name for name in dict.fromkeys(map(normalise, names)) if name]
