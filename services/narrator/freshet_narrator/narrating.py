"""The first texts of a list: by templates, with the list, as sure as the list itself."""

from collections.abc import Callable, Sequence

from freshet.contracts.recommendations import Recommendations, RecommendedItem
from freshet.domain.narrative.known import reader_of
from freshet.domain.narrative.template import template
from freshet.domain.narrative.worth import Attention, skips
from freshet.streaming.batch import Batch, Output, Received
from freshet.streaming.headers import carried
from freshet_narrator.config import NarratorConfig
from freshet_narrator.draft import Draft, DraftItem
from freshet_narrator.known_items import KnownItems
from freshet_narrator.metrics import NarratorMetrics


class Narrating:
    """Tells the lists of a micro-batch that are worth it, and hands them on for better texts.

    Args:
        config: who is written for, and how often.
        known_items: the items.
        metrics: the narrator's.
        offer: takes each draft once the broker has its first texts.
    """

    def __init__(
        self,
        config: NarratorConfig,
        known_items: KnownItems,
        metrics: NarratorMetrics,
        offer: Callable[[Draft], None],
    ) -> None:
        self._places = config.narrative_items
        self._attention = Attention(config.narrative_interval_s * 1_000)
        self._knowledge = known_items
        self._metrics = metrics
        self._offer = offer
        self._drafts: list[Draft] = []

    def process(self, batches: Sequence[Batch], now_ms: int) -> list[Output]:
        """The narratives of a micro-batch: of each user's lists the newest alone is looked at.

        Most lists are of users who had a text lately: these are not even decoded.
        """
        newest: dict[tuple[int, bytes], Received[Recommendations]] = {}
        for batch in batches:
            for key, records in batch.by_key().items():
                if not self._attention.is_due(key.decode(errors="replace"), now_ms):
                    self._metrics.skipped.labels("lately").inc(len(records))
                    continue
                for record in batch.read(records):
                    if (batch.partition, key) in newest:
                        self._metrics.skipped.labels("newer").inc()
                    newest[batch.partition, key] = record
        self._drafts = []
        for (partition, _), record in newest.items():
            self._tell(record, partition, now_ms)
        return [
            draft.output([place.texts for place in draft.places], 0, None, now_ms)
            for draft in self._drafts
        ]

    def confirmed(self, outputs: Sequence[Output], now_ms: int) -> None:
        """The broker has the first texts: better ones cannot come before them now."""
        del outputs, now_ms
        self._metrics.narratives.labels("template").inc(len(self._drafts))
        for draft in self._drafts:
            self._offer(draft)

    def _tell(self, record: Received[Recommendations], partition: int, now_ms: int) -> None:
        made = record.message
        skipped = skips(made, now_ms)
        if skipped is not None:
            self._metrics.skipped.labels(skipped).inc()
            return
        places = [
            place
            for item in made.items[: self._places]
            if (place := self._place(made, item)) is not None
        ]
        if not places:
            self._metrics.skipped.labels("unknown_item").inc()
            return
        self._attention.given(made.user_id, now_ms)
        self._drafts.append(Draft(made, places, partition, carried(record.headers)))

    def _place(self, made: Recommendations, item: RecommendedItem) -> DraftItem | None:
        known = self._knowledge.get(item.item_id)
        if known is None:
            return None
        liked = next((reason.item_id for reason in item.reasons if reason.item_id), "")
        resembled = self._knowledge.get(liked)
        reader = reader_of(made, item, resembled.title if resembled else "")
        return DraftItem(known, reader, template(item, known, reader))
