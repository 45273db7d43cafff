"""The trainer as a process: it answers, stops when it is told, and says what is wrong."""

from pathlib import Path

from freshet.config import ServiceConfig
from harness.patience import wait_until
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
        wait_until(
            lambda: trainer.metric("freshet_trainer_looked_timestamp_seconds"), said=trainer.log
        )
        assert trainer.get("/live")[0] == 200
        assert "nothing to learn from yet" in trainer.log()
        trainer.child.process.terminate()
        assert trainer.ended() == 0, trainer.log()


def test_a_wrong_setting_of_the_trainer_is_named(empty: ServiceConfig, tmp_path: Path) -> None:
    with service(
        "trainer",
        empty,
        tmp_path,
        ready=False,
        arguments=("run",),
        FRESHET_ARCHITECTURE="magic",
    ) as trainer:
        assert trainer.ended() == 2
        assert "FRESHET_ARCHITECTURE" in trainer.log()
