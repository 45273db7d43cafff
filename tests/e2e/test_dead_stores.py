"""Stores of models that are dead, while services start and while they run."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import msgspec
import pytest
from moto.server import ThreadedMotoServer

from freshet.config import ServiceConfig
from freshet.contracts.inputs import Request
from freshet.contracts.models import ModelRecord
from freshet.contracts.registry import MODELS, RECOMMENDATIONS, REQUESTS
from freshet.models.registry import write_records
from freshet_kafka.ports import free_ports
from freshet_ranker.config import RankerConfig
from harness.bad_stores import Manner, bad_store
from harness.kafka import log_of, newest_of, send, until
from harness.services import Running, service
from harness.swaps import ITEMS, catalogue, versions
from harness.trainers import SETTINGS, shown

MISSING = "freshet_models_missing"

#: S3, by settings of the test alone.
S3 = {
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
}
KEYS = {"FSSPEC_S3_KEY": "ada", "FSSPEC_S3_SECRET": "engine"}


@pytest.fixture(autouse=True)
def own_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No copy that another test has cached."""
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))


@pytest.fixture(params=["silent", "half", "s3 without keys", "s3 silent", "s3 away", "no driver"])
def dead(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Where a store is that is dead, and the settings by which it is."""
    with ExitStack() as stack:
        name = request.param
        settings = {**S3, "FRESHET_STORE_TIMEOUT_S": "30"}
        if name in ("silent", "half", "s3 silent"):
            manner: Manner = "half" if name == "half" else "silent"
            bad = stack.enter_context(bad_store(tmp_path / "store", manner))
            at = bad.url
        else:
            at = f"http://127.0.0.1:{free_ports(1)[0]}"
        if name.startswith("s3"):
            keys = {} if "keys" in name else KEYS
            yield "s3://models", {**settings, **keys, "FSSPEC_S3_ENDPOINT_URL": at}
        else:
            yield "gs://models" if name == "no driver" else at, settings


async def answered(config: ServiceConfig, name: str) -> None:
    """Twenty people ask, and each gets a list of the model that is built in."""
    asked = [
        Request(event_id=f"{name}-{n}", event_time=now_ms(), user_id=f"u{n}") for n in range(20)
    ]
    await send(config, REQUESTS, asked)
    wanted = {one.event_id for one in asked}

    async def all_are() -> bool:
        lists = [msgspec.json.decode(one.value) for one in await log_of(config, RECOMMENDATIONS)]
        made = [one for one in lists if one["trigger"]["event_id"] in wanted]
        assert {one["model_version"] for one in made} <= {"prior@1"}
        return {one["trigger"]["event_id"] for one in made} == wanted

    await until(all_are)


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def stops_at_once(running: Running) -> None:
    started = time.monotonic()
    running.child.process.terminate()
    assert running.ended() == 0, running.log()
    assert time.monotonic() - started < 8, "it is told to stop and goes on waiting for a store"


async def test_a_dead_store_ends_no_ranker_and_leaves_nobody_without_a_list(
    config: ServiceConfig, dead: tuple[str, dict[str, str]], tmp_path: Path
) -> None:
    where, settings = dead
    sound, _ = versions(tmp_path)
    place = sound.artifact.removeprefix(f"file://{tmp_path}/store")
    record = msgspec.structs.replace(sound, artifact=f"{where}{place}", event_time=now_ms())
    await catalogue(config, RankerConfig().embedding_version)
    settings = {**settings, "FRESHET_MODELS_CACHE": str(tmp_path / "cache")}
    with service("ranker", config, tmp_path, ready=True, arguments=(), **settings) as ranker:
        await knows_the_items(ranker)
        await write_records(config, [record])

        async def missing() -> bool:
            return ranker.metric(MISSING) == 1

        await until(missing)
        await answered(config, "serving")
        assert ranker.child.process.poll() is None, ranker.log()
        stops_at_once(ranker)
    with service("ranker", config, tmp_path, ready=True, arguments=(), **settings) as ranker:
        await knows_the_items(ranker)
        await answered(config, "started")
        assert ranker.metric(MISSING) == 1
        stops_at_once(ranker)


async def knows_the_items(ranker: Running) -> None:
    async def does() -> bool:
        return ranker.metric("freshet_ranker_items") == ITEMS

    await until(does)


@pytest.fixture
def sound(tmp_path: Path) -> ModelRecord:
    one, _ = versions(tmp_path)
    return msgspec.structs.replace(one, event_time=now_ms())


async def test_a_silent_store_is_named_and_asked_until_it_answers(
    config: ServiceConfig, sound: ModelRecord, tmp_path: Path
) -> None:
    cache = tmp_path / "a file"
    cache.touch()
    settings = {
        "FRESHET_STORE_TIMEOUT_S": "3",
        # Where nothing can be written, something else is found.
        "FRESHET_MODELS_CACHE": str(cache),
    }
    with bad_store(tmp_path / "store", "silent") as bad:
        await write_records(
            config, [msgspec.structs.replace(sound, artifact=bad.of(sound.artifact))]
        )
        with service("ranker", config, tmp_path, ready=True, arguments=(), **settings) as ranker:

            async def told() -> bool:
                return ranker.metric(f'freshet_store_unavailable{{store="{bad.url}"}}') == 1

            await until(told)
            bad.manner = "well"

            async def serves() -> bool:
                return ranker.metric('freshet_model_info{model="prior@a",role="champion"}') == 1

            await until(serves)
            assert ranker.metric(MISSING) == 0
            assert ranker.log().count("has not answered") == 1, ranker.log()
            assert not await told()


async def test_a_trainer_waits_for_its_store_over_restarts_and_trains_once(
    config: ServiceConfig, tmp_path: Path
) -> None:
    (port,) = free_ports(1)
    settings = {
        **SETTINGS,
        **S3,
        **KEYS,
        "FRESHET_WORK_DIR": str(tmp_path / "work"),
        "FRESHET_ARTIFACTS": "s3://models/freshet",
        "FRESHET_STORE_TIMEOUT_S": "10",
        "FSSPEC_S3_ENDPOINT_URL": f"http://127.0.0.1:{port}",
    }
    await shown(config, 0)

    async def waits(trainer: Running) -> None:
        async def does() -> bool:
            trainer.child.check()
            return trainer.metric('freshet_store_unavailable{store="s3://models"}') == 1

        await until(does, 180)

    with service(
        "trainer", config, tmp_path, ready=True, arguments=("run",), **settings
    ) as trainer:
        await waits(trainer)
        assert trained(trainer) == 1
        trainer.child.kill()
    with service(
        "trainer", config, tmp_path, ready=True, arguments=("run",), **settings
    ) as trainer:
        await waits(trainer)
        assert await newest_of(config, MODELS) == {}
        stops_at_once(trainer)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=port)
    server.start()
    try:
        with service(
            "trainer", config, tmp_path, ready=True, arguments=("run",), **settings
        ) as trainer:

            async def published() -> bool:
                trainer.child.check()
                # Its folder goes when the topic has it.
                waiting = (tmp_path / "work" / "candidate").exists()
                return len(await newest_of(config, MODELS)) == 1 and not waiting

            await until(published, 120)
            assert trained(trainer) == 0, trainer.log()
    finally:
        server.stop()


def trained(trainer: Running) -> float:
    lines = trainer.get("/metrics")[1].splitlines()
    found = [line for line in lines if line.startswith("freshet_trainer_trainings_total{")]
    return sum(float(line.rsplit(" ", 1)[1]) for line in found)
