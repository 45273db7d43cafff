"""The trainer as a service: look at the topics, judge the canary, train when it is time."""

import asyncio
import logging
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
from freshet.models.artifacts import ArtifactUnavailable
from freshet.models.manifest import Manifest, ModelRefused
from freshet.models.registry import read_stages, write_records
from freshet.models.store_process import fetch_apart, store_apart
from freshet_trainer import candidate
from freshet_trainer.arrays import ExamplesRefused
from freshet_trainer.config import TrainerConfig
from freshet_trainer.gating import judge
from freshet_trainer.learning import learn, slices
from freshet_trainer.losses import list_losses
from freshet_trainer.memory import Memory, recall, remember
from freshet_trainer.metrics import TrainerMetrics, trainer_metrics
from freshet_trainer.replaying import replay_topics
from freshet_trainer.rollout import admit, click_rates, judge_canary
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
    measured against a champion that may be about to change. A store that fails costs what it is
    needed for, and no more: without the champion nothing is trained, and what is trained waits.
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
    memory = recall(work_dir)
    failures: list[ArtifactUnavailable] = []
    champion = None
    try:
        champion = _champion(stages, config)
        memory = _observe(memory, examples, table, champion)
    except ArtifactUnavailable as failure:
        failures.append(failure)
    except ModelRefused as refusal:
        where = stages.champion.artifact if stages.champion is not None else ""
        failures.append(ArtifactUnavailable(where, type(refusal).__name__, str(refusal)))
        champion = None
    metrics.drift.set(memory.trend.excess)
    if stages.canary is not None:
        _publish(config, metrics, judge_canary(stages, examples, config, now_ms))
    elif champion is not None and candidate.waiting(work_dir) is None:
        memory = _train_if_due(config, examples, table, champion, memory, now_ms, told, metrics)
    # Before anything that may fail: what was trained is not trained again.
    remember(work_dir, memory)
    try:
        _hand_over(config, metrics, now_ms)
    except ArtifactUnavailable as failure:
        failures.append(failure)
    metrics.stores.show(failures)


def _train_if_due(
    config: TrainerConfig,
    examples: Examples,
    table: ItemTable,
    champion: tuple[str, Path],
    memory: Memory,
    now_ms: int,
    told: Told,
    metrics: TrainerMetrics,
) -> Memory:
    """Train a version if there is a reason to; what is remembered then."""
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
    if reason is None:
        return memory
    metrics.trainings.labels(reason).inc()
    log.info("training begins: %s", reason)
    with metrics.training_seconds.time():
        folder = candidate.begin(Path(config.work_dir))
        train(config, examples, table, champion, folder, now_ms, told, metrics)
    return msgspec.structs.replace(
        memory, trained_ms=now_ms, learned_ms=int(examples.time_ms.max()), trend=LossTrend()
    )


def _hand_over(config: TrainerConfig, metrics: TrainerMetrics, now_ms: int) -> None:
    """Store and publish the version that waits for it, if there is one and no canary is out.

    Raises:
        ArtifactUnavailable: the store does not take it; it goes on waiting.
    """
    work_dir = Path(config.work_dir)
    found = candidate.waiting(work_dir)
    if found is None:
        return
    folder, manifest = found
    # As of now: a training takes long, and people decide meanwhile.
    stages = asyncio.run(read_stages(config))
    if not candidate.is_published(manifest, stages):
        if stages.canary is not None:
            return
        _publish(config, metrics, _admitted(config, folder, manifest, stages, now_ms))
    candidate.forget(work_dir)


def _admitted(
    config: TrainerConfig, folder: Path, manifest: Manifest, stages: Stages, now_ms: int
) -> list[ModelRecord]:
    """Store a version; the records that publish it."""
    url, digest = asyncio.run(store_apart(folder, config.store, config.store_timeout_s))
    record = candidate.record_of(manifest, url, digest, now_ms)
    return admit(stages, record, config, now_ms)


def train_once(
    config: TrainerConfig, folder: Path, now_ms: int, told: Told, *, publish: bool
) -> ModelRecord:
    """Replay, train and judge one model by hand; store it and roll it out if that is asked for.

    Raises:
        ExamplesRefused: there is nothing to learn from.
        ArtifactUnavailable: the champion cannot be fetched, or the store does not take the model.
        ModelRefused: the champion is not what its record says.
    """
    metrics = trainer_metrics(CollectorRegistry())
    replayed = replay_topics(config, told.reading)
    over = closed(replayed.examples, config, now_ms)
    if not len(over):
        raise ExamplesRefused("no list was shown whose time for clicks is over: nothing to learn")
    stages = asyncio.run(read_stages(config))
    champion = _champion(stages, config)
    manifest = train(config, over, replayed.table, champion, folder, now_ms, told, metrics)
    if not publish:
        return candidate.record_of(manifest, "", "", now_ms)
    records = _admitted(config, folder, manifest, stages, now_ms)
    _publish(config, metrics, records)
    return records[0]


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
) -> Manifest:
    """Train a version into a folder and hold it against its gates; what its manifest says then."""
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
    return with_gates(folder, manifest, verdicts)


def _champion(stages: Stages, config: TrainerConfig) -> tuple[str, Path]:
    """Label and folder of the model that serves: the newest champion, or the built-in prior.

    Raises:
        ArtifactUnavailable, ModelRefused: its store does not give it, or gives something else.
    """
    record, work_dir = stages.champion, Path(config.work_dir)
    if record is None or not record.artifact:
        return built_in_prior(work_dir / "prior")
    fetching = fetch_apart(
        record.artifact, record.manifest_sha256, work_dir / "fetched", config.store_timeout_s
    )
    return record.model, asyncio.run(fetching)


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
