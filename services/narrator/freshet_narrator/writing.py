"""Better texts of a list, by a language model: later, and only if they pass the check."""

import asyncio
import logging
import time

import msgspec
from aiokafka import AIOKafkaProducer

from freshet.contracts.narratives import NarratedItem
from freshet.domain.content.instructions import is_instruction
from freshet.domain.narrative.check import fault
from freshet.domain.narrative.known import KnownItem, Reader
from freshet.domain.narrative.texts import PersonalTexts, Texts, data, instructions
from freshet.domain.narrative.worth import MAX_AGE_MS
from freshet.kafka.client import opened, writer
from freshet.kafka.closing import close
from freshet.llm.client import LanguageModel
from freshet.llm.metrics import LlmMetrics
from freshet.llm.prompt import as_data
from freshet.llm.unanswered import Unanswered
from freshet.streaming.publishing import publish
from freshet_narrator.config import NarratorConfig
from freshet_narrator.draft import Draft, DraftItem
from freshet_narrator.metrics import NarratorMetrics

log = logging.getLogger("freshet.narrator")

#: What its calls are counted under.
NARRATIVE = "narrative"

#: Lists that wait, at most; of more the oldest keep their templates.
MAX_WAITING = 256

#: Texts that are remembered: the same item, told to the same kind of user, is not asked for again.
MAX_REMEMBERED = 4_096


class Writing:
    """Asks the language model for texts of the lists that wait, the newest first.

    What it does is lost with the process: those lists keep their templates. So does a list that
    the model has no time, no budget or no fit words for.
    """

    def __init__(
        self,
        config: NarratorConfig,
        model: LanguageModel,
        metrics: NarratorMetrics,
        llm_metrics: LlmMetrics,
    ) -> None:
        self._config = config
        self._model = model
        self._metrics = metrics
        self._fallbacks = llm_metrics.fallbacks.labels(NARRATIVE)
        self._rejected = llm_metrics.rejected.labels(NARRATIVE)
        self._waiting: dict[str, Draft] = {}
        self._arrived = asyncio.Event()
        self._remembered: dict[str, Texts] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def offer(self, draft: Draft) -> None:
        """A list that could do with better texts; it takes the place of an older of its user."""
        if not self._model.writes:
            self._fallbacks.inc()
            return
        if self._waiting.pop(draft.made.user_id, None) is not None:
            self._fallbacks.inc()
        self._waiting[draft.made.user_id] = draft
        self._arrived.set()
        if len(self._waiting) > MAX_WAITING:
            del self._waiting[next(iter(self._waiting))]
            self._fallbacks.inc()

    async def run(self) -> None:
        """Write for ever, a few lists at once."""
        try:
            async with opened(writer(self._config, "narrator")) as producer:
                at_once = self._config.llm_concurrency
                # A TaskGroup would take a CancelledError out of a client for a wish of ours.
                await asyncio.gather(*(self._work(producer) for _ in range(at_once)))
        finally:
            await close(self._model.close())

    async def _work(self, producer: AIOKafkaProducer) -> None:
        while True:
            while not self._waiting:
                self._arrived.clear()
                await self._arrived.wait()
            _, draft = self._waiting.popitem()
            items = await self.write(draft)
            if all(item.source == "template" for item in items):
                self._fallbacks.inc()
                continue
            now_ms = time.time_ns() // 1_000_000
            output = draft.output(items, 1, self._config.llm_chat_model, now_ms)
            await publish(producer, [output], self._config.topic)
            self._metrics.narratives.labels("model").inc()
            elapsed_ms = max(0, now_ms - draft.made.generated_at_ms)
            self._metrics.model_seconds.observe(elapsed_ms / 1000)

    async def write(self, draft: Draft) -> list[NarratedItem]:
        """The model's texts for each place; the template's where it has none that are fit."""
        if time.time_ns() // 1_000_000 - draft.made.generated_at_ms > MAX_AGE_MS:
            return [place.texts for place in draft.places]
        return await asyncio.gather(*map(self._write, draft.places))

    async def _write(self, place: DraftItem) -> NarratedItem:
        reader = place.reader if self._config.llm_personal_data else Reader()
        texts = await self._texts(place.item, reader)
        if texts is None:
            return place.texts
        return msgspec.structs.replace(
            place.texts,
            language=place.item.language,
            title=texts.title,
            pitch=texts.pitch,
            why=texts.why if isinstance(texts, PersonalTexts) else place.texts.why,
            source="model",
        )

    async def _texts(self, item: KnownItem, reader: Reader) -> Texts | None:
        """Fit texts by the model, or remembered ones."""
        if item.language == "und" or is_instruction(item.title):
            return None
        form = Texts if reader == Reader() else PersonalTexts
        given = as_data(data(item, reader))
        remembered = self._remembered.pop(given, None)
        texts = remembered or await self._asked(item, reader, form, given)
        if texts is not None:
            # The last one used is the last one.
            self._remembered[given] = texts
            if len(self._remembered) > MAX_REMEMBERED:
                del self._remembered[next(iter(self._remembered))]
        return texts

    async def _asked(
        self, item: KnownItem, reader: Reader, form: type[Texts], given: str
    ) -> Texts | None:
        try:
            texts = await self._model.chat(
                purpose=NARRATIVE, instructions=instructions(form), data=given, answer=form
            )
        except Unanswered as unanswered:
            log.debug("no texts by the model: %s", unanswered)
            return None
        found = fault(item, reader, texts)
        if found is not None:
            self._metrics.faults.labels(found).inc()
            self._rejected.inc()
            return None
        return texts
