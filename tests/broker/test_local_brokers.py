"""The local brokers themselves: they answer, they keep, they do not stay behind."""

import os
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from freshet_kafka import BrokerFailed, Kind, local_broker
from harness.patience import wait_until


async def write(bootstrap: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic("t", 1, 1)])
    await admin.close()
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all") as producer:
        await producer.send_and_wait("t", b"hello")


async def read(bootstrap: str) -> bytes:
    async with AIOKafkaConsumer(
        "t", bootstrap_servers=bootstrap, auto_offset_reset="earliest"
    ) as consumer:
        return bytes((await consumer.getone()).value)


@pytest.mark.parametrize("kind", ["kafka", "embedded"])
async def test_a_broker_takes_a_record_and_gives_it_back(kind: Kind) -> None:
    with local_broker(kind) as broker:
        await write(broker.bootstrap)
        assert await read(broker.bootstrap) == b"hello"
        folder = broker.data
    assert not folder.exists()


async def test_kafka_keeps_its_records_over_a_restart_and_a_crash() -> None:
    with local_broker("kafka") as broker:
        await write(broker.bootstrap)
        broker.restart()
        assert await read(broker.bootstrap) == b"hello"
        broker.kill()
        broker.start()
        assert await read(broker.bootstrap) == b"hello"


async def test_a_folder_that_is_given_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with local_broker("kafka", data_dir=Path("kept")) as broker:
        await write(broker.bootstrap)
    assert (tmp_path / "kept" / "log" / "t-0").is_dir()
    with local_broker("kafka", data_dir=Path("kept")) as broker:
        assert await read(broker.bootstrap) == b"hello"


def test_another_broker_on_the_port_does_not_pass_for_ours() -> None:
    with local_broker("embedded") as first:
        port = int(first.bootstrap.partition(":")[2])
        with (
            pytest.raises(BrokerFailed, match=f"{first.bootstrap} cannot be used"),
            local_broker("embedded", port=port),
        ):
            pass
        first.check()


@pytest.mark.parametrize(
    ("properties", "cause"),
    [
        pytest.param({"log.retention.hours": "soon"}, "log.retention.hours", id="cannot format"),
        pytest.param({"metric.reporters": "no.such.Reporter"}, "no.such.Reporter", id="ends"),
    ],
)
def test_a_broker_that_does_not_start_says_why_and_leaves_no_folder(
    properties: dict[str, str], cause: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with (
        pytest.raises(BrokerFailed, match=re.escape(cause)),
        local_broker("kafka", properties=properties),
    ):
        pass
    assert not list(tmp_path.iterdir())


def test_a_broker_that_ended_by_itself_is_noticed() -> None:
    with local_broker("embedded") as broker:
        broker.check()
        # Other brokers may run beside it: ours is the one on this port.
        address = f"tcp://{broker.bootstrap}"
        (guard,) = (
            one for one in psutil.Process().children() if address in " ".join(one.cmdline())
        )
        for one in guard.children():
            one.kill()
        guard.wait(20)
        with pytest.raises(BrokerFailed, match="ended"):
            broker.check()


def test_the_doctor_fails_where_the_real_kafka_could_not_run(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "freshet_kafka", "doctor"],
        capture_output=True,
        text=True,
        check=False,
        env={
            "PYTHONPATH": os.pathsep.join(sys.path),
            "HOME": str(tmp_path),
            "FRESHET_CACHE": str(tmp_path),
            "PATH": str(tmp_path),
        },
    )
    assert "kafka jars: missing" in done.stdout
    assert done.returncode == 1


@pytest.mark.parametrize("kind", ["kafka", "embedded"])
def test_a_killed_parent_leaves_no_broker_behind(kind: Kind, tmp_path: Path) -> None:
    script = (
        "import sys, time\nfrom freshet_kafka import local_broker\n"
        f"with local_broker('{kind}') as broker:\n print('up', flush=True)\n time.sleep(600)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "TMPDIR": str(tmp_path)},
    )
    assert parent.stdout is not None
    with parent.stdout:
        assert parent.stdout.readline() == b"up\n"
        family = psutil.Process(parent.pid).children(recursive=True)
        assert len(family) >= 2, "a guard and a broker"
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    wait_until(lambda: not any(p.is_running() and p.status() != "zombie" for p in family))
