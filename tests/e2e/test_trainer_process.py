"""The trainer as a process: it answers, stops when it is told, and says what is wrong."""

import time
from pathlib import Path

from freshet.config import ServiceConfig
from harness.services import service


def test_a_trainer_without_anything_to_learn_waits_and_stops_when_told(
    config: ServiceConfig, tmp_path: Path
) -> None:
    with service(
        "trainer",
        config,
        tmp_path,
        arguments=("run",),
        FRESHET_WORK_DIR=str(tmp_path / "work"),
        FRESHET_CHECK_S="0.5",
    ) as trainer:
        deadline = time.monotonic() + 60
        while not trainer.metric("freshet_trainer_looked_timestamp_seconds"):
            assert time.monotonic() < deadline, trainer.log()
            time.sleep(0.1)
        assert trainer.get("/live")[0] == 200
        assert "nothing to learn from yet" in trainer.log()
        trainer.child.process.terminate()
        assert trainer.child.process.wait(30) == 0, trainer.log()


def test_a_wrong_setting_of_the_trainer_is_named(empty: ServiceConfig, tmp_path: Path) -> None:
    with service(
        "trainer",
        empty,
        tmp_path,
        ready=False,
        arguments=("run",),
        FRESHET_ARCHITECTURE="magic",
    ) as trainer:
        assert trainer.child.process.wait(60) == 2
        assert "FRESHET_ARCHITECTURE" in trainer.log()
