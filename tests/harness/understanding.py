"""Items as the catalog service publishes them, without a broker."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from freshet.contracts.derived import CatalogItem
from freshet.contracts.inputs import Item
from freshet.domain.content.document import content_hash
from freshet.domain.content.entry import entry_of
from freshet.domain.content.taxonomy import Taxonomy
from freshet.domain.content.understanding import Understood, understand
from freshet_catalog.word_lexicon import WordLexicon


@cache
def lexicon() -> WordLexicon:
    """The words that the catalog service knows; loaded once."""
    return WordLexicon()


def item(**fields: Any) -> Item:
    """An item with the fields that matter to a test."""
    return Item(
        **{"event_id": "e", "event_time": 1_700_000_000_000, "item_id": "i", "title": "", **fields}
    )


class Catalogue:
    """Understands items as one worker does; a content is understood once."""

    def __init__(self) -> None:
        self._lexicon = lexicon()
        self._taxonomy = Taxonomy(self._lexicon)
        self._known: dict[str, Understood] = {}

    def __call__(self, items: Sequence[Item]) -> list[CatalogItem]:
        named = {content_hash(item, ""): item for item in items}
        new = {name: item for name, item in named.items() if name not in self._known}
        found = understand([*new.values()], self._lexicon, self._taxonomy) if new else []
        self._known.update(zip(new, found, strict=True))
        return [entry_of(item, self._known[content_hash(item, "")]) for item in items]
