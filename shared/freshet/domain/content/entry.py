"""The catalog's entry of an item: made of what was understood of it, and added to later."""

from collections.abc import Mapping

import msgspec

from freshet.contracts.derived import CatalogItem
from freshet.contracts.envelope import to_ms
from freshet.contracts.inputs import Item
from freshet.domain.content.document import content_hash
from freshet.domain.content.numbers import numbers_of
from freshet.domain.content.tags import Tagged
from freshet.domain.content.tokens import tokens_of
from freshet.domain.content.understanding import Understood
from freshet.models.embedding import EMBEDDING_VERSION

#: Spaces that an entry has a vector in beside its own, at most: the newest stay.
MAX_MORE = 4


def entry_of(item: Item, understood: Understood) -> CatalogItem:
    """The entry of an item of which nothing was known."""
    return CatalogItem(
        event_id=item.event_id,
        event_time=item.event_time,
        item_id=item.item_id,
        title=item.title,
        tags=understood.tagged.tags,
        aliases=understood.tagged.aliases,
        embedding=understood.vector,
        embedding_version=EMBEDDING_VERSION,
        content_hash=content_hash(item, EMBEDDING_VERSION),
        tokens=tokens_of(item, understood.tagged.tags),
        numbers=numbers_of(item),
        published_ms=to_ms(item.published_at) if item.published_at is not None else item.time_ms,
        category=item.category,
        language=item.language or understood.language,
        available=item.available,
    )


def is_of(entry: CatalogItem, item: Item) -> bool:
    """Whether the entry was made of this very content."""
    return entry.content_hash == content_hash(item, entry.embedding_version)


def sent_again(entry: CatalogItem, item: Item) -> CatalogItem:
    """The entry of an item that came again with the same content: the rest may have changed."""
    found = Understood(Tagged(entry.tags, entry.aliases), b"", entry.language or "")
    again = entry_of(item, found)
    return msgspec.structs.replace(
        again,
        tagged_by=entry.tagged_by,
        embedding=entry.embedding,
        embedding_version=entry.embedding_version,
        embeddings=entry.embeddings,
        content_hash=entry.content_hash,
    )


def with_tags(entry: CatalogItem, item: Item, found: Tagged, tagged_by: str) -> CatalogItem:
    """The entry with other tags, found by a language model or, with "", without one.

    Args:
        entry: as before.
        item: that it is of.
        found: the tags and their other names.
        tagged_by: the language model that found them, or "".
    """
    return msgspec.structs.replace(
        entry,
        tags=found.tags,
        aliases=found.aliases,
        tagged_by=tagged_by,
        tokens=tokens_of(item, found.tags),
    )


def with_vectors(entry: CatalogItem, vectors: Mapping[str, bytes]) -> CatalogItem:
    """The entry with content vectors in more spaces, by their versions.

    Those that it had stay, so readers go on until they are switched.
    """
    more = {version: one for version, one in entry.embeddings.items() if version not in vectors}
    more |= {version: one for version, one in vectors.items() if version != entry.embedding_version}
    return msgspec.structs.replace(entry, embeddings=dict(list(more.items())[-MAX_MORE:]))
