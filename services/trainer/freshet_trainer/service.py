"""The trainer as a service: look at the topics, judge the canary, train when it is time."""

import asyncio
import logging
import shutil
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
from prometheus_client import CollectorRegistry

from freshet.contracts.models import ModelRecord
from freshet.domain.learning.examples import Examples, ItemTable
from freshet.domain.rollout.drift import LossTrend, drifted, observe
from freshet.domain.rollout.retrain import Schedule, reason_to_train
from freshet.domain.rollout.stages import Stages
from freshet.model_log import read_stages, write_records
from freshet.models.artifacts import fetch, store
from freshet_trainer.arrays import ExamplesRefused
from freshet_trainer.config import TrainerConfig
from freshet_trainer.gating import judge
from freshet_trainer.learning import learn, slices
from freshet_trainer.losses import list_losses
from freshet_trainer.memory import Memory, recall, remember
from freshet_trainer.metrics import TrainerMetrics, trainer_metrics
from freshet_trainer.replaying import replay_topics
from freshet_trainer.rollout import BY, admit, click_rates, judge_canary
from freshet_trainer.scoring import score_examples
from freshet_trainer.told import Told
from freshet_trainer.version import with_gates

log = logging.getLogger("freshet.trainer")

_DAY_MS = 86_400_000


def run(config: TrainerConfig, metrics: TrainerMetrics, stop: threading.Event, told: Told) -> None:
    """Look at the topics every `check_s` until told to stop."""
    while not stop.is_set():
        look(config, metrics, time.time_ns() // 1_000_000, told)
        metrics.looked.set_to_current_time()
        stop.wait(config.check_s)


def look(config: TrainerConfig, metrics: TrainerMetrics, now_ms: int, told: Told) -> None:
    """One look at the topics, and all that follows from it.

    A canary that is out is judged, and nothing is trained meanwhile: its successor would be
    measured against a champion that may be about to change.
    """
    started = time.monotonic()
    replayed = replay_topics(config, told.reading)
    metrics.replay_seconds.observe(time.monotonic() - started)
    metrics.passed_over.set(replayed.passed_over)
    metrics.lists.set(len(replayed.examples))
    examples, table = closed(replayed.examples, config, now_ms), replayed.table
    if not len(examples):
        log.info("nothing to learn from yet: no list was shown whose time for clicks is over")
        return
    metrics.click_rate.clear()
    for model, rate in click_rates(examples, now_ms - _DAY_MS).items():
        metrics.click_rate.labels(model).set(rate)
    stages = asyncio.run(read_stages(config))
    work_dir = Path(config.work_dir)
    champion = _champion(stages, work_dir)
    memory = _observe(recall(work_dir), examples, table, champion)
    metrics.drift.set(memory.trend.excess)
    if stages.canary is not None:
        _publish(config, metrics, judge_canary(stages, examples, config, now_ms))
    else:
        reason = reason_to_train(
            Schedule(
                minimum_lists=config.min_lists,
                new_lists=config.retrain_after_lists,
                period_ms=int(config.retrain_after_s * 1000),
            ),
            now_ms,
            memory.trained_ms,
            int((examples.time_ms > memory.learned_ms).sum()),
            drift=drifted(memory.trend),
        )
        if reason is not None:
            metrics.trainings.labels(reason).inc()
            log.info("training begins: %s", reason)
            with metrics.training_seconds.time():
                folder = work_dir / "candidate"
                shutil.rmtree(folder, ignore_errors=True)
                record = train(config, examples, table, champion, folder, now_ms, told, metrics)
            _publish(config, metrics, admit(stages, record, config, now_ms))
            memory = msgspec.structs.replace(
                memory,
                trained_ms=now_ms,
                learned_ms=int(examples.time_ms.max()),
                trend=LossTrend(),
            )
    remember(work_dir, memory)


def train_once(
    config: TrainerConfig, folder: Path, now_ms: int, told: Told, *, publish: bool
) -> ModelRecord:
    """Replay, train and judge one model by hand; roll it out if that is asked for.

    Raises:
        ExamplesRefused: there is nothing to learn from.
    """
    metrics = trainer_metrics(CollectorRegistry())
    replayed = replay_topics(config, told.reading)
    over = closed(replayed.examples, config, now_ms)
    if not len(over):
        raise ExamplesRefused("no list was shown whose time for clicks is over: nothing to learn")
    stages = asyncio.run(read_stages(config))
    champion = _champion(stages, Path(config.work_dir))
    record = train(config, over, replayed.table, champion, folder, now_ms, told, metrics)
    if publish:
        _publish(config, metrics, admit(stages, record, config, now_ms))
    return record


def closed(examples: Examples, config: TrainerConfig, now_ms: int) -> Examples:
    """The lists that nothing more is expected to be clicked in; others say nothing yet."""
    over = examples.time_ms <= now_ms - int(config.label_window_s * 1000)
    return examples[np.flatnonzero(over)]


def train(
    config: TrainerConfig,
    examples: Examples,
    table: ItemTable,
    champion: tuple[str, Path],
    folder: Path,
    now_ms: int,
    told: Told,
    metrics: TrainerMetrics,
) -> ModelRecord:
    """Train a version, hold it against its gates, and store it: a candidate, or refused."""
    learned, newest = slices(examples, config.newest_share)
    trained = learn(
        learned,
        table,
        config.architecture,
        folder,
        version=time.strftime("%Y%m%dT%H%M%S", time.gmtime(now_ms / 1000)),
        seed=config.seed,
        made_ms=now_ms,
        embedding_version=config.embedding_version,
        parent=champion,
        checkpoints=Path(config.work_dir),
        progress=told.steps,
    )
    verdicts, figures = judge(trained, newest, table, champion, config)
    for verdict in verdicts:
        metrics.gates.labels(verdict.gate, str(verdict.passed).lower()).inc()
        log.info("gate %s %s: %s", verdict.gate, verdict.passed, verdict.detail)
    manifest = msgspec.structs.replace(
        trained.manifest, metrics={**trained.manifest.metrics, **figures}
    )
    manifest = with_gates(folder, manifest, verdicts)
    url, digest = store(folder, config.store)
    failed = [verdict.gate for verdict in verdicts if not verdict.passed]
    return ModelRecord(
        event_id=f"{manifest.label}/{now_ms}",
        event_time=now_ms,
        model=manifest.label,
        stage="refused" if failed else "candidate",
        artifact=url,
        manifest_sha256=digest,
        architecture=manifest.architecture,
        parent=manifest.parent,
        metrics=manifest.metrics,
        gates=manifest.gates,
        reason=f"refused by {', '.join(failed)}" if failed else "passed all gates",
        decided_by=BY,
    )


def _champion(stages: Stages, work_dir: Path) -> tuple[str, Path]:
    """Label and folder of the model that serves: the newest champion, or the built-in prior."""
    record = stages.champion
    if record is None:
        return built_in_prior(work_dir / "prior")
    return record.model, fetch(record.artifact, record.manifest_sha256, work_dir / "fetched")


def built_in_prior(folder: Path) -> tuple[str, Path]:
    """The prior as rankers have it, built here on first use: the same code makes the same model."""
    from freshet_trainer.prior import write_prior

    if not (folder / "manifest.json").exists():
        write_prior(folder, "1")
    return "prior@1", folder


def _observe(
    memory: Memory, examples: Examples, table: ItemTable, champion: tuple[str, Path]
) -> Memory:
    """Take in the champion's losses on lists that were shown since the last look."""
    label, folder = champion
    if label != memory.observed_model:
        memory = msgspec.structs.replace(memory, observed_model=label, trend=LossTrend())
    new = np.flatnonzero(examples.time_ms > max(memory.observed_ms, memory.learned_ms))
    if not len(new):
        return memory
    fresh = examples[new]
    _, probability = score_examples(folder, fresh, table)
    trend = memory.trend
    for loss in list_losses(probability, fresh).tolist():
        trend = observe(trend, loss)
    return msgspec.structs.replace(memory, trend=trend, observed_ms=int(fresh.time_ms.max()))


def _publish(
    config: TrainerConfig, metrics: TrainerMetrics, records: Sequence[ModelRecord]
) -> None:
    if records:
        asyncio.run(write_records(config, records))
    for record in records:
        metrics.decisions.labels(record.stage).inc()
        log.info("%s is %s: %s", record.model, record.stage, record.reason)
