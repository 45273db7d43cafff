"""What makes entries say more: the embedded understanding of today, and a language model."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TypeVar

from freshet.contracts.derived import CatalogItem
from freshet.contracts.inputs import Item
from freshet.domain.content.document import Document, document_of
from freshet.domain.content.entry import with_tags, with_vectors
from freshet.domain.content.lexicon import Lexicon
from freshet.domain.content.naming import INSTRUCTIONS, TagAnswer, grounded_tags, item_prompt
from freshet.domain.content.projection import projected, space_of
from freshet.domain.content.tags import said_in, tagged
from freshet.domain.content.taxonomy import Taxonomy
from freshet.domain.content.understanding import Understood, understand
from freshet.llm.client import EMBEDDING, LanguageModel
from freshet.llm.metrics import LlmMetrics
from freshet.llm.prompt import as_data
from freshet.llm.unanswered import Unanswered
from freshet.models.embedding import EMBEDDING_VERSION
from freshet_catalog.enrichment import Change

#: What tags are asked for as, in the metrics.
TAGS = "tags"

#: Reasons for no answer that lie in the question: asking again would bring the same.
_FINAL = ("refused", "malformed", "off")

#: How long to wait for an endpoint that does not answer, or a budget that is used up.
_PATIENCE_S = (1.0, 30.0)

T = TypeVar("T")


class EmbeddedUnderstanding:
    """The embedded understanding of today, where an entry has an older one or a tag given up."""

    name = "embedded"

    def __init__(self, lexicon: Lexicon, taxonomy: Taxonomy) -> None:
        self._lexicon = lexicon
        self._taxonomy = taxonomy

    def wants(self, entry: CatalogItem) -> bool:
        """Whether today's understanding would say something else."""
        return not entry.vector(EMBEDDING_VERSION) or self._taxonomy.gave_up(entry.tags)

    async def changes(self, items: Sequence[Item]) -> list[Change | None]:
        """Tags and vector of each item, at once."""
        found = understand(items, self._lexicon, self._taxonomy)
        return [self._change(item, one) for item, one in zip(items, found, strict=True)]

    def _change(self, item: Item, understood: Understood) -> Change:
        def change(entry: CatalogItem) -> CatalogItem:
            found = understood.tagged
            if entry.tagged_by:
                found = tagged(entry.tags, self._taxonomy, self._lexicon)
            changed = with_tags(entry, item, found, entry.tagged_by)
            return with_vectors(changed, {EMBEDDING_VERSION: understood.vector})

        return change


class EndpointVectors:
    """Content vectors of a language model, in a space of their own."""

    def __init__(
        self, name: str, model: LanguageModel, model_name: str, metrics: LlmMetrics
    ) -> None:
        self.name = name
        self._model = model
        self._without = metrics.fallbacks.labels(EMBEDDING)
        self._model_name = model_name
        self._space = space_of(model_name)

    def wants(self, entry: CatalogItem) -> bool:
        """Whether the model's space has no vector of it."""
        return not entry.vector(self._space)

    async def changes(self, items: Sequence[Item]) -> list[Change | None]:
        """The model's vector of each item, all by one call."""
        texts = [str(document_of(item)) for item in items]
        vectors = await patiently(lambda: self._model.embed(texts, self._model_name))
        if vectors is None and len(items) > 1:
            # One text that an endpoint does not like must not cost the others theirs.
            return [change for item in items for change in await self.changes([item])]
        if vectors is None:
            self._without.inc()
            return [None]
        return [
            partial(with_vectors, vectors={self._space: vector.tobytes()})
            for vector in projected(vectors).astype("<f2")
        ]


class EndpointTags:
    """Tags of a language model, as far as the items give grounds for them."""

    name = "tags"

    def __init__(
        self,
        model: LanguageModel,
        model_name: str,
        lexicon: Lexicon,
        taxonomy: Taxonomy,
        metrics: LlmMetrics,
        at_once: int,
    ) -> None:
        self._model = model
        self._model_name = model_name
        self._lexicon = lexicon
        self._taxonomy = taxonomy
        self._rejected = metrics.rejected.labels(TAGS)
        self._without = metrics.fallbacks.labels(TAGS)
        self._places = asyncio.Semaphore(at_once)

    def wants(self, entry: CatalogItem) -> bool:
        """Whether the model has not been asked about it."""
        return entry.tagged_by != self._model_name

    async def changes(self, items: Sequence[Item]) -> list[Change | None]:
        """The model's tags of each item, by a call each."""
        documents = [document_of(item) for item in items]
        # One item a question: what is written in one cannot change the answer for another.
        answers = await asyncio.gather(*map(self._ask, documents))
        self._without.inc(answers.count(None))
        return [
            self._change(item, document, answer) if answer is not None else None
            for item, document, answer in zip(items, documents, answers, strict=True)
        ]

    async def _ask(self, document: Document) -> TagAnswer | None:
        data = as_data(item_prompt(document))
        async with self._places:
            return await patiently(
                lambda: self._model.chat(
                    purpose=TAGS, instructions=INSTRUCTIONS, data=data, answer=TagAnswer
                )
            )

    def _change(self, item: Item, document: Document, answer: TagAnswer) -> Change:
        names = grounded_tags(answer, document, self._lexicon)
        if answer.tags and not names:
            self._rejected.inc()

        def change(entry: CatalogItem) -> CatalogItem:
            all_names = [*said_in(document), *names, *entry.tags]
            found = tagged(all_names, self._taxonomy, self._lexicon)
            return with_tags(entry, item, found, self._model_name)

        return change


async def patiently(ask: Callable[[], Awaitable[T]]) -> T | None:
    """Ask until there is an answer; None where there will never be one."""
    wait_s, longest_s = _PATIENCE_S
    while True:
        try:
            return await ask()
        except Unanswered as unanswered:
            if unanswered.reason in _FINAL:
                return None
        await asyncio.sleep(wait_s)
        wait_s = min(2 * wait_s, longest_s)
