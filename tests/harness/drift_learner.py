"""The trainer of the drift benchmark: the service's parts and schedule, without topics."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from freshet.domain.learning.examples import Examples, ItemTable
from freshet.domain.learning.shown import Shown, item_table, stacked
from freshet.domain.ranking.inventory import Inventory
from freshet.domain.rollout.drift import LossTrend, drifted, observe
from freshet.domain.rollout.retrain import Schedule, reason_to_train
from freshet.models.embedding import EMBEDDING_VERSION
from freshet_trainer.config import TrainerConfig
from freshet_trainer.gating import judge
from freshet_trainer.learning import learn, slices
from freshet_trainer.losses import list_losses
from freshet_trainer.scoring import score_examples
from harness.drifting import HOUR_MS, START_MS, Model, Settings


@dataclass(frozen=True)
class Training:
    """One training: when, why, and what its gates said."""

    time_ms: int
    reason: str
    took_over: bool
    said: str

    def __str__(self) -> str:
        hour = (self.time_ms - START_MS) / HOUR_MS
        came = "takes over" if self.took_over else "is refused"
        return f"{hour:5.2f} h, for {self.reason}: {came}; {self.said}"


class Learner:
    """The trainer: the newest lists, when to train, and whether the new model takes over."""

    def __init__(
        self,
        folder: Path,
        settings: Settings,
        prior: Model,
        told: Callable[[Training], None],
    ) -> None:
        self._told = told
        self._folder = folder
        self._settings = settings
        self._champion = prior
        self._lists: list[Shown] = []
        self._trend = LossTrend()
        self._trained_ms: int | None = None
        self._learned_ms = self._observed_ms = 0
        self._config = TrainerConfig(
            architecture=settings.architecture,
            newest_share=settings.newest_share,
            gate_margin=settings.gate_margin,
            seed=settings.seed,
            latency_budget_ms=1_000,
        )
        self._schedule = Schedule(period_ms=int(settings.period_h * HOUR_MS))
        self.trainings: list[Training] = []

    @property
    def promoted(self) -> int:
        """Trainings whose model took over."""
        return sum(one.took_over for one in self.trainings)

    def take(self, closed: Sequence[Shown]) -> None:
        """Lists whose clicks are known; the oldest beyond the window are forgotten."""
        self._lists = [*self._lists, *closed][-self._settings.window :]

    def look(self, inventory: Inventory, now_ms: int) -> Model | None:
        """Train if it is time; the new champion, if there is one."""
        examples, table = stacked(self._lists), item_table(inventory)
        self._observe(examples, table)
        reason = reason_to_train(
            self._schedule,
            now_ms,
            self._trained_ms,
            int((examples.time_ms > self._learned_ms).sum()),
            drift=drifted(self._trend),
        )
        if reason is None:
            return None
        self._trained_ms, self._learned_ms = now_ms, int(examples.time_ms.max())
        self._trend = LossTrend()
        return self._train(examples, table, reason, now_ms)

    def _train(
        self, examples: Examples, table: ItemTable, reason: str, now_ms: int
    ) -> Model | None:
        version = str(len(self.trainings) + 1)
        learned, newest = slices(examples, self._settings.newest_share)
        trained = learn(
            learned,
            table,
            self._settings.architecture,
            self._folder / version,
            version=version,
            seed=self._settings.seed,
            made_ms=now_ms,
            embedding_version=EMBEDDING_VERSION,
            parent=self._champion,
        )
        # In a list that the champion ordered, what stands first is clicked most: its own order
        # would be praised for itself. Lists by chance favour nobody.
        by_chance = newest[np.flatnonzero(np.equal(newest.models, ""))]
        verdicts, _ = judge(trained, by_chance, table, self._champion, self._config)
        passed = all(one.passed for one in verdicts)
        said = "; ".join(one.detail for one in verdicts if one.gate == "better" or not one.passed)
        self.trainings.append(Training(now_ms, reason, passed, said))
        self._told(self.trainings[-1])
        if not passed:
            return None
        self._champion = (trained.manifest.label, trained.folder)
        return self._champion

    def _observe(self, examples: Examples, table: ItemTable) -> None:
        """Take in the champion's losses on the lists since the last look."""
        new = np.flatnonzero(examples.time_ms > max(self._observed_ms, self._learned_ms))
        if len(new):
            fresh = examples[new]
            _, probability = score_examples(self._champion[1], fresh, table)
            for loss in list_losses(probability, fresh).tolist():
                self._trend = observe(self._trend, loss)
            self._observed_ms = int(fresh.time_ms.max())
