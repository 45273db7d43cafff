"""The local brokers themselves: they answer, they keep, they do not stay behind."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from freshet_kafka import BrokerFailed, Kind, local_broker


def wait_for(condition: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come true in time"
        time.sleep(0.05)


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


async def test_kafka_keeps_its_records_over_a_crash() -> None:
    with local_broker("kafka") as broker:
        await write(broker.bootstrap)
        broker.kill()
        broker.start()
        assert await read(broker.bootstrap) == b"hello"


def test_a_broker_whose_port_is_taken_says_why() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with (
            pytest.raises(BrokerFailed, match=r"(?i)address already in use|bind"),
            local_broker("kafka", port=taken.getsockname()[1]),
        ):
            pass


def test_a_killed_parent_leaves_no_broker_behind(tmp_path: Path) -> None:
    script = (
        "import sys, time\nfrom freshet_kafka import local_broker\n"
        "with local_broker('embedded') as broker:\n print('up', flush=True)\n time.sleep(600)\n"
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
    wait_for(lambda: not any(p.is_running() and p.status() != "zombie" for p in family))
