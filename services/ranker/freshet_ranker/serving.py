"""The models that serve: the champion, a canary beside it, and how they are changed under load."""

import asyncio
import logging
import time
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np

from freshet.contracts.models import ModelRecord
from freshet.domain.ranking.ask import Rows
from freshet.domain.ranking.inventory import Inventory
from freshet.domain.rollout.canary import in_canary
from freshet.domain.rollout.stages import Stages
from freshet.models.artifacts import ArtifactUnavailable, fetch
from freshet.models.manifest import ModelRefused
from freshet.streaming.batch import Batch
from freshet_ranker.abandonable import in_abandonable_thread
from freshet_ranker.metrics import RankerMetrics
from freshet_ranker.scoring import OnnxScorer

log = logging.getLogger("freshet.ranker")

Role = Literal["champion", "canary"]

#: How long until a store that could not be reached is asked again.
RETRY_S = 10.0

#: How long a model may take to be fetched and opened. A start waits for a moment only, and serves
#: the built-in model until the store has answered.
FETCH_TIMEOUT_S = 300.0
START_TIMEOUT_S = 15.0


class Serving:
    """Follows the models topic and keeps ready what it says should serve.

    A model is fetched, checked and warmed up in a thread while the old one serves; the change is
    one assignment between two sets. A model that is refused changes nothing: the old one stays.

    Args:
        inventory: the items that models are made to know.
        built_in: folder of the model that serves until another one does.
        cache: a folder for fetched models.
        threads: processor cores for one run of a model.
        metrics: of the ranker.

    Raises:
        ModelRefused: the built-in model is not fit to serve.
    """

    def __init__(
        self,
        inventory: Inventory,
        built_in: Path,
        cache: Path,
        threads: int,
        metrics: RankerMetrics,
    ) -> None:
        self._inventory = inventory
        self._cache = cache
        self._threads = threads
        self._metrics = metrics
        self._stages = Stages()
        self._news = asyncio.Event()
        self._refused: set[str] = set()
        # Rows that changed while a model is opened; None while none is.
        self._missed: list[Rows] | None = None
        self._built_in = self._champion = OnnxScorer(built_in, inventory, threads)
        self._canary: OnnxScorer | None = None
        self._share = 0.0
        metrics.models_missing.set_function(self._missing)
        self._show()

    def for_user(self, user_id: str) -> tuple[OnnxScorer, Role]:
        """The model that a user's lists are made with, and as what it serves."""
        canary = self._canary
        if canary is not None and in_canary(user_id, canary.label, self._share):
            return canary, "canary"
        return self._champion, "champion"

    def learn(self, rows: Rows) -> None:
        """Items are new or have changed: every model that is held learns them."""
        if self._missed is not None:
            self._missed.append(rows)
        for scorer in {self._built_in, self._champion, self._canary}:
            if scorer is not None:
                scorer.encode(rows)

    def apply(self, batch: Batch) -> None:
        """Take a batch of the models topic."""
        for record in batch.records:
            self._stages.take(record.key.decode(errors="replace"), record.message)
        self._news.set()

    async def prepare(self) -> None:
        """Serve from the first list on what the topic says; what cannot be reached comes later."""
        if self._news.is_set():
            with suppress(ArtifactUnavailable):
                await self.change(START_TIMEOUT_S)

    async def follow(self) -> None:
        """Make the change whenever the topic asks for one, for ever."""
        while True:
            await self._news.wait()
            self._news.clear()
            try:
                await self.change()
            except ArtifactUnavailable as error:
                log.error("%s; asked again in %.0f s", error, RETRY_S)
                await asyncio.sleep(RETRY_S)
                self._news.set()

    async def change(self, timeout_s: float = FETCH_TIMEOUT_S) -> None:
        """Serve what the topic says now.

        Args:
            timeout_s: for each model to be fetched and opened.

        Raises:
            ArtifactUnavailable: the store of a model cannot be reached.
        """
        champion, canary = self._stages.champion, self._stages.canary
        if champion is None:
            self._champion = self._built_in
        else:
            self._champion = await self._ready(champion, timeout_s) or self._champion
        if canary is None:
            self._canary = None
        else:
            # Share and model change together: nobody sees one canary by the share of another.
            self._canary, self._share = await self._ready(canary, timeout_s), canary.share
        self._show()

    async def _ready(self, record: ModelRecord, timeout_s: float) -> OnnxScorer | None:
        """The model of a record, knowing every item; None if it is refused."""
        for held in (self._champion, self._canary):
            if held is not None and held.label == record.model:
                return held
        if record.event_id in self._refused:
            return None
        started = time.perf_counter()
        missed = self._missed = []
        try:
            opening = partial(self._open, record, len(self._inventory))
            scorer = await in_abandonable_thread(opening, timeout_s)
        except TimeoutError as error:
            raise ArtifactUnavailable(
                f"{record.artifact} gave no model within {timeout_s:.0f} s"
            ) from error
        except ModelRefused as refusal:
            log.error("%s is refused, the model that serves stays: %s", record.model, refusal)
            self._refused.add(record.event_id)
            self._metrics.models_refused.inc()
            return None
        finally:
            self._missed = None
        # What changed while the thread worked it may have read half old, half new.
        for rows in missed:
            scorer.encode(rows)
        self._metrics.model_load_seconds.observe(time.perf_counter() - started)
        return scorer

    def _open(self, record: ModelRecord, items: int) -> OnnxScorer:
        folder = fetch(record.artifact, record.manifest_sha256, self._cache)
        scorer = OnnxScorer(folder, self._inventory, self._threads)
        if scorer.label != record.model:
            raise ModelRefused(f"{record.artifact} holds {scorer.label}")
        scorer.encode(np.arange(items))
        return scorer

    def _missing(self) -> int:
        """How many versions should serve and do not."""
        held = (self._champion.label, self._canary.label if self._canary else "")
        wanted = (self._stages.champion, self._stages.canary)
        return sum(record is not None and record.model not in held for record in wanted)

    def _show(self) -> None:
        self._metrics.model.clear()
        self._metrics.model.labels(self._champion.label, "champion").set(1)
        if self._canary is not None:
            self._metrics.model.labels(self._canary.label, "canary").set(1)
        serving = [self._champion.label, self._canary.label if self._canary else "no canary"]
        log.info("serving %s and %s", *serving)
