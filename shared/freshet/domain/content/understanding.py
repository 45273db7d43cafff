"""The embedded understanding of items: tags, content vector and language, without a network."""

from collections.abc import Sequence
from typing import NamedTuple

from freshet.contracts.inputs import Item
from freshet.domain.content.document import document_of
from freshet.domain.content.english import in_english
from freshet.domain.content.language import language_of
from freshet.domain.content.lexicon import Lexicon
from freshet.domain.content.tags import Tagged, names_in, tagged
from freshet.domain.content.taxonomy import Taxonomy


class Understood(NamedTuple):
    """What was understood of an item.

    Attributes:
        tagged: its tags.
        vector: content vector in the space `EMBEDDING_VERSION`, as the catalog has it.
        language: `zh`, `en` or `und`.
    """

    tagged: Tagged
    vector: bytes
    language: str


def understand(items: Sequence[Item], lexicon: Lexicon, taxonomy: Taxonomy) -> list[Understood]:
    """Understand items; names that are new to the taxonomy are added to it, in order.

    Args:
        items: to be understood.
        lexicon: of words and what they mean.
        taxonomy: of the tags that there are; learns those that are new.
    """
    documents = [document_of(item) for item in items]
    vectors = lexicon.embed([in_english(str(document), lexicon) for document in documents])
    return [
        Understood(
            tagged=tagged(names_in(document, lexicon.words), taxonomy, lexicon),
            vector=vector.tobytes(),
            language=language_of(item.title + item.text),
        )
        for item, document, vector in zip(items, documents, vectors.astype("<f2"), strict=True)
    ]
