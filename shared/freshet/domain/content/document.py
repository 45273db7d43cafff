"""What an item says of itself, and the hash that tells whether it has changed."""

import re
from hashlib import blake2b
from typing import NamedTuple

from freshet.contracts.inputs import Item
from freshet.domain.content.instructions import before_instructions, is_order

#: A content vector is a mean over tokens: more text than this only blurs it.
MAX_DOCUMENT_CHARACTERS = 2_000

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]+")
_SPACE = re.compile(r"\s+")
_SENTENCE = re.compile(r"[.!?;]+\s|[。！？；\n]+")


class Document(NamedTuple):
    """The text of an item, without what gives orders to a language model; see `instructions`.

    Attributes:
        title: cleaned.
        said: the producer's own words for it: tags, then category; cleaned.
        sentences: of its text, cleaned.
    """

    title: str
    said: list[str]
    sentences: list[str]

    def __str__(self) -> str:
        """Title, the producer's words and the text, in this order, bounded in length."""
        parts = (self.title, ", ".join(self.said), *self.sentences)
        return ". ".join(part for part in parts if part)[:MAX_DOCUMENT_CHARACTERS]


def clean(text: str) -> str:
    """The text without control and direction characters, white space collapsed."""
    return _SPACE.sub(" ", _CONTROL.sub(" ", text)).strip()


def document_of(item: Item) -> Document:
    """What an item says of itself."""
    trusted, _ = before_instructions(item.text[: 2 * MAX_DOCUMENT_CHARACTERS], is_order)
    sentences = map(clean, _SENTENCE.split(trusted))
    return Document(
        title="" if is_order(item.title) else clean(item.title),
        said=[clean(tag) for tag in [*item.tags, item.category or ""] if tag and not is_order(tag)],
        sentences=[sentence for sentence in sentences if sentence],
    )


def content_hash(item: Item, embedding_version: str) -> str:
    """Names what an item's understanding depends on: 32 hex digits."""
    digest = blake2b(digest_size=16)
    for part in (embedding_version, item.title, item.text, item.category or "", *item.tags):
        digest.update(part.encode("utf-8", "surrogatepass"))
        digest.update(b"\x00")
    return digest.hexdigest()
