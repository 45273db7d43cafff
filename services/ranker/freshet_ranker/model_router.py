"""The models that serve: the champion, a canary beside it, and how they are changed under load."""

import logging
import time
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np

from freshet.contracts.models import ModelRecord
from freshet.domain.ranking.arrays import Rows
from freshet.domain.ranking.inventory import Inventory
from freshet.domain.rollout.canary import in_canary
from freshet.domain.rollout.stages import Stages
from freshet.models.artifacts import ArtifactUnavailable
from freshet.models.manifest import Damaged, ModelRefused
from freshet.models.store_process import STORE_TIMEOUT_S, fetch_apart
from freshet.streaming.batch import Batch
from freshet_ranker.abandonable import in_abandonable_thread
from freshet_ranker.metrics import RankerMetrics
from freshet_ranker.onnx_scorer import OnnxScorer
from freshet_ranker.retried import Retried

log = logging.getLogger("freshet.ranker")

Role = Literal["champion", "canary"]

#: A start waits for models for so long, and then serves what is built in until they are there.
START_S = 10.0

#: What was fetched is opened and learns all items within this.
OPEN_S = 300.0


class ModelRouter:
    """Follows the models topic and keeps ready what it says should serve.

    A model is fetched by another process, checked and warmed up in a thread while the old one
    serves; the change is one assignment between two micro-batches. A model that is refused changes
    nothing,
    and neither does a store, whatever it does: the old one stays.

    Args:
        inventory: the items that models are made to know.
        built_in: folder of the model that serves until another one does.
        cache: a folder for fetched models.
        threads: processor cores for one run of a model.
        metrics: of the ranker.
        timeout_s: after so long a store that has not given a model is given up, for now.

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
        timeout_s: float = STORE_TIMEOUT_S,
    ) -> None:
        self._inventory = inventory
        self._cache = cache
        self._threads = threads
        self._metrics = metrics
        self._timeout_s = timeout_s
        self._stages = Stages()
        # Event ids of records whose model is not fit: told, and among them those never tried again.
        self._unfit: set[str] = set()
        self._refused: set[str] = set()
        # Of the last try, with those that were damage.
        self._failures: list[ArtifactUnavailable] = []
        self._changes = Retried(self._try)
        # Rows that changed while a model is opened; None while none is.
        self._missed: list[Rows] | None = None
        self._built_in = self._champion = OnnxScorer(built_in, inventory, threads)
        self._canary: OnnxScorer | None = None
        self._share = 0.0
        self._shown = ("", "")
        metrics.models_missing.set_function(self._missing)
        self._show()

    def for_user(self, user_id: str) -> tuple[OnnxScorer, Role]:
        """The model that makes a user's lists, and its role: champion or canary."""
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
        self._changes.tell()

    async def prepare(self) -> None:
        """Serve from the first list on what the topic says; what is not there soon comes later."""
        await self._changes.first(START_S)

    async def follow(self) -> None:
        """Make the change whenever the topic asks for one, for ever."""
        await self._changes.follow()

    async def _try(self) -> bool:
        """Make the change; returns whether that is all, or a store is to be asked again."""
        with suppress(ArtifactUnavailable):
            await self.change()
        return not self._failures

    async def change(self) -> None:
        """Serve what the topic says now: at once what is held, then what has to be fetched.

        Raises:
            ArtifactUnavailable: the store of a model cannot be reached.
        """
        self._failures.clear()
        champion, canary = self._stages.champion, self._stages.canary
        held = [None if one is None else self._held(one) for one in (champion, canary)]
        # Whoever is canary no more is seen no more, even if its successor cannot be had.
        self._champion = self._built_in if champion is None else held[0] or self._champion
        self._canary, self._share = held[1], 0.0 if canary is None else canary.share
        self._show()
        if champion is not None and held[0] is None:
            self._champion = await self._fetched(champion) or self._champion
        if canary is not None and held[1] is None:
            self._canary = await self._fetched(canary)
        self._show()
        self._metrics.stores.show(self._failures)
        for failure in self._failures:
            if failure.cause != Damaged.__name__:
                raise failure

    def _held(self, record: ModelRecord) -> OnnxScorer | None:
        """The model of a record, if it is in memory."""
        scorers = [self._champion, self._canary]
        if not record.artifact:
            scorers.append(self._built_in)
        return next((one for one in scorers if one and one.label == record.model), None)

    async def _fetched(self, record: ModelRecord) -> OnnxScorer | None:
        """The model of a record, knowing every item; None if it is refused or cannot be had."""
        if record.event_id in self._refused:
            return None
        started = time.perf_counter()
        try:
            folder = await fetch_apart(
                record.artifact, record.manifest_sha256, self._cache, self._timeout_s
            )
            scorer = await self._opened(record, folder)
        except ModelRefused as refusal:
            self._refuse(record, refusal)
            return None
        except ArtifactUnavailable as failure:
            self._failures.append(failure)
            return None
        self._metrics.model_load_seconds.observe(time.perf_counter() - started)
        return scorer

    def _refuse(self, record: ModelRecord, refusal: ModelRefused) -> None:
        if record.event_id not in self._unfit:
            log.error("%s is refused, the model that serves stays: %s", record.model, refusal)
            self._unfit.add(record.event_id)
            self._metrics.models_refused.inc()
        if isinstance(refusal, Damaged):
            self._failures.append(
                ArtifactUnavailable(record.artifact, Damaged.__name__, str(refusal))
            )
        else:
            self._refused.add(record.event_id)

    async def _opened(self, record: ModelRecord, folder: Path) -> OnnxScorer:
        missed = self._missed = []
        try:
            opening = partial(self._open, record, folder, len(self._inventory))
            scorer = await in_abandonable_thread(opening, OPEN_S)
        except TimeoutError as error:
            late = f"{record.model} could not be opened within {OPEN_S:.0f} s"
            raise ArtifactUnavailable(record.artifact, "timeout", late) from error
        finally:
            self._missed = None
        # What changed while the thread worked it may have read half old, half new.
        for rows in missed:
            scorer.encode(rows)
        return scorer

    def _open(self, record: ModelRecord, folder: Path, items: int) -> OnnxScorer:
        try:
            scorer = OnnxScorer(folder, self._inventory, self._threads)
            if scorer.label != record.model:
                raise ModelRefused(f"{record.model} is not what its artifact holds: {scorer.label}")
            scorer.encode(np.arange(items))
        except ModelRefused:
            raise
        # Whatever it is that a graph makes onnxruntime raise: it is this model that cannot serve.
        except Exception as error:
            raise ModelRefused(f"{record.model} does not run: {error!r}") from error
        return scorer

    def _missing(self) -> int:
        """How many versions should serve and do not."""
        held = (self._champion.label, self._canary.label if self._canary else "")
        wanted = (self._stages.champion, self._stages.canary)
        return sum(record is not None and record.model not in held for record in wanted)

    def _show(self) -> None:
        serving = self._champion.label, self._canary.label if self._canary else ""
        if serving != self._shown:
            self._shown = serving
            self._metrics.model.clear()
            for label, role in zip(serving, ("champion", "canary"), strict=True):
                if label:
                    self._metrics.model.labels(label, role).set(1)
            log.info("serving %s and %s", serving[0], serving[1] or "no canary")
