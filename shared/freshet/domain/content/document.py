"""The text of an item that is embedded, and the hash that tells whether it has changed."""

import re
from hashlib import blake2b

from freshet.contracts.inputs import Item

#: A content vector is a mean over tokens: more text than this only blurs it.
MAX_DOCUMENT_CHARACTERS = 2_000

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]+")
_SPACE = re.compile(r"\s+")


def clean(text: str) -> str:
    """The text without control and direction characters, white space collapsed."""
    return _SPACE.sub(" ", _CONTROL.sub(" ", text)).strip()


def document_of(item: Item) -> str:
    """Title, tags and text of an item, in this order, bounded in length."""
    parts = [clean(item.title), ", ".join(map(clean, item.tags)), item.category or ""]
    head = ". ".join(part for part in parts if part)[:MAX_DOCUMENT_CHARACTERS]
    return f"{head}. {clean(item.text[: 2 * MAX_DOCUMENT_CHARACTERS])}"[:MAX_DOCUMENT_CHARACTERS]


def content_hash(item: Item, embedding_version: str) -> str:
    """Names what an item's understanding depends on: 32 hex digits."""
    digest = blake2b(digest_size=16)
    for part in (embedding_version, item.title, item.text, item.category or "", *item.tags):
        digest.update(part.encode("utf-8", "surrogatepass"))
        digest.update(b"\x00")
    return digest.hexdigest()
