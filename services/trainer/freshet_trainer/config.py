"""The settings of the trainer."""

from pathlib import Path
from typing import Annotated

import msgspec

from freshet.config import Positive, ServiceConfig
from freshet.models.embedding import EMBEDDING_VERSION
from freshet.models.store_process import STORE_TIMEOUT_S
from freshet_trainer.architectures.catalogue import Architecture

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Seconds = Annotated[float, msgspec.Meta(gt=0)]


class TrainerConfig(ServiceConfig, frozen=True, kw_only=True):
    """The common settings, when to train, what a model must show, and how it is rolled out.

    Attributes:
        work_dir: examples, checkpoints and what the trainer remembers; keep it over restarts.
        artifacts: URL of the store of model folders, as fsspec reads it; a folder in `work_dir` by
            default. Every ranker must reach it.
        store_timeout_s: a store that has not given or taken a model after so long is asked again at
            the next look.
        architecture: of the models that are trained.
        embedding_version: the space of content vectors; the catalog's.
        check_s: between two looks at the topics.
        history_h: so many hours of the topics are replayed; what users did before them is unknown
            to the examples. 0 takes all that is kept.
        sampled_negatives: 0 learns from impressions; where none are sent, each click makes a list
            with so many others.
        label_window_s: how long a shown list waits for its clicks.
        max_lists, max_users: of the examples; bound disk and memory.
        retrain_after_s, retrain_after_lists: train when so long ago, or with so many new lists.
        min_lists: fewer new lists are never trained on.
        newest_share: of the lists, kept from training to hold the model against.
        seed: of all chance in training.
        latency_budget_ms: for 200 candidates each of a micro-batch of 16 users.
        max_model_bytes: of a model folder.
        gate_margin: points of nDCG@10 that a model may be below the champion, as far as chance
            goes.
        canary_share: of the users who see a new model first; 0 makes it champion at once.
        canary_min_lists, canary_max_lists: of both arms, before the first decision and until the
            last.
        canary_max_s: after which it is decided anyway.
        canary_margin: share of the click rate that a promotion may cost, as far as chance goes.
    """

    work_dir: str = "trainer-data"
    artifacts: str = ""
    store_timeout_s: Annotated[float, msgspec.Meta(gt=0, le=3_600)] = STORE_TIMEOUT_S
    architecture: Architecture = Architecture.ATTENTIVE
    embedding_version: str = EMBEDDING_VERSION
    check_s: Seconds = 300.0
    history_h: Annotated[float, msgspec.Meta(ge=0)] = 0.0
    sampled_negatives: Annotated[int, msgspec.Meta(ge=0, le=99)] = 0
    label_window_s: Seconds = 1_800.0
    max_lists: Positive = 200_000
    max_users: Positive = 100_000
    retrain_after_s: Seconds = 86_400.0
    retrain_after_lists: Positive = 100_000
    min_lists: Positive = 1_000
    newest_share: Annotated[float, msgspec.Meta(gt=0, lt=1)] = 0.1
    seed: int = 1
    latency_budget_ms: Seconds = 50.0
    max_model_bytes: Positive = 64 * 1_048_576
    gate_margin: Share = 0.005
    canary_share: Share = 0.1
    canary_min_lists: Positive = 500
    canary_max_lists: Positive = 200_000
    canary_max_s: Seconds = 7 * 86_400.0
    canary_margin: Share = 0.05

    @property
    def store(self) -> str:
        """Where model folders are kept."""
        return self.artifacts or f"file://{Path(self.work_dir).resolve()}/models"
