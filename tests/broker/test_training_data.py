"""Training data out of real topics, read in one go and by a process that is killed half way."""

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from freshet.config import ServiceConfig
from freshet.contracts.inputs import Click, Feedback, Impression, Query
from freshet.contracts.registry import (
    CATALOG,
    CLICKS,
    FEEDBACK,
    IMPRESSIONS,
    QUERIES,
    RECOMMENDATIONS,
)
from freshet_trainer.config import TrainerConfig
from freshet_trainer.shards import SHARD_LISTS
from harness.kafka import send
from harness.logs import SPACE, T0, catalog
from harness.patience import Patience
from harness.ranking import recommend

#: Two full shards, and some more.
LISTS = 2 * SHARD_LISTS + 904

CHILD = """
import sys
from freshet_trainer.config import TrainerConfig
from freshet_trainer.replaying import replay_topics
brokers, prefix, folder, space = sys.argv[1:]
config = TrainerConfig(
    brokers=brokers, topic_prefix=prefix, work_dir=folder, embedding_version=space
)
replay_topics(config, lambda read, total: None)
"""


async def fill(config: ServiceConfig) -> None:
    """Lists of fifty users, what they did with them, and rubbish."""
    chance = random.Random(5)
    shown, clicks, queries, feedback, made = [], [], [], [], []
    for n in range(LISTS):
        user, now_ms = f"user-{chance.randrange(50)}", T0 + 20_000 * n
        items = [f"item-{one}" for one in chance.sample(range(14), 6)]
        listed = f"rec-{n}" if n % 2 else None
        base: dict[str, Any] = {"user_id": user, "event_time": now_ms}
        shown.append(Impression(event_id=f"s{n}", item_ids=items, recommendation_id=listed, **base))
        base["event_time"] = now_ms + chance.randrange(60_000)
        clicks.append(
            Click(event_id=f"c{n}", item_id=items[n % 6], recommendation_id=listed, **base)
        )
        if listed:
            made.append(recommend(user, items, listed))
        if n % 5 == 0:
            queries.append(Query(event_id=f"q{n}", text=f"tag {n % 7}", **base))
            feedback.append(Feedback(event_id=f"f{n}", item_id=items[0], kind="like", **base))
    future = Click(event_id="x", event_time=4_000_000_000_000, user_id="user-1", item_id="item-1")
    await send(config, CATALOG, catalog())
    await send(config, IMPRESSIONS, [(b"user-1", b"nonsense"), *shown])
    await send(config, CLICKS, [future, *clicks])
    await send(config, QUERIES, queries)
    await send(config, FEEDBACK, feedback)
    await send(config, RECOMMENDATIONS, made)


def shards_of(work_dir: Path) -> list[str]:
    return sorted(path.name for path in (work_dir / "examples").glob("*.npz"))


# The client itself reads its schemas by a deprecated function.
@pytest.mark.filterwarnings("ignore:(read|open)_text is deprecated:DeprecationWarning")
def test_a_reading_that_is_killed_and_run_again_gives_the_same_examples(
    config: ServiceConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from freshet_trainer import reading
    from freshet_trainer.replaying import replay_topics

    asyncio.run(fill(config))

    def settings(folder: str) -> TrainerConfig:
        return TrainerConfig(
            brokers=config.brokers,
            topic_prefix=config.topic_prefix,
            work_dir=str(tmp_path / folder),
            embedding_version=SPACE,
        )

    told: list[tuple[int, int]] = []
    whole = replay_topics(settings("whole"), lambda *now: told.append(now))
    assert whole.passed_over == 2
    records = 2 * LISTS + 2 + 2 * LISTS // 5 + LISTS // 2
    assert told == sorted(told)
    assert told[-1] == (records, records)

    where = (config.brokers, config.topic_prefix, str(tmp_path / "killed"), SPACE)
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, *where],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    try:
        patience = Patience(60)
        while shards_of(tmp_path / "killed") != ["00000000.npz", "items.npz"]:
            assert child.poll() is None, "it ended by itself"
            assert not patience.is_over()
            time.sleep(0.002)
    finally:
        child.kill()
    assert child.wait() == -signal.SIGKILL
    assert shards_of(tmp_path / "killed") == ["00000000.npz", "items.npz"]

    again = replay_topics(settings("killed"), lambda read, total: None)
    names = ["00000000.npz", "00000001.npz", "items.npz", "rest.npz"]
    assert shards_of(tmp_path / "killed") == shards_of(tmp_path / "whole") == names
    assert list(again.table.ids) == list(whole.table.ids)
    found, expected = again.examples, whole.examples
    for name in expected.__dataclass_fields__:
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name), name)
    assert found.list_ids.tolist() == [f"s{n}" for n in range(LISTS)]
    assert found.models.tolist() == ["m" if n % 2 else "" for n in range(LISTS)]
    named = np.arange(1, LISTS, 2)
    assert found.labels[named, named % 6].all()

    # Every partition is paused and taken up again many times.
    monkeypatch.setattr(reading, "MAX_BUFFERED", 40)
    monkeypatch.setattr(reading, "STALLED_S", 10.0)
    paused = replay_topics(settings("paused"), lambda read, total: None).examples
    assert paused.list_ids.tolist() == expected.list_ids.tolist()
    np.testing.assert_array_equal(paused.cross, expected.cross)
