"""`freshet topics`: the registry on a broker, and as documents."""

import asyncio
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from aiokafka.errors import KafkaError
from rich.console import Console
from rich.table import Table

from freshet.cli.options import Brokers, Prefix, fail, settings
from freshet.contracts.asyncapi import asyncapi_json
from freshet.contracts.registry import PARTITIONS, TOPICS
from freshet.topics import broker
from freshet.topics.document import topics_markdown
from freshet.topics.strimzi import strimzi_yaml

app = typer.Typer(help="Create, check and document the topics.", no_args_is_help=True)

Replication = Annotated[int, typer.Option(min=1, help="Copies of each topic.")]
Partitions = Annotated[
    int | None,
    typer.Option(
        min=2,
        max=10_000,
        help="Of each topic of users and items; by default as those that are there, else 8.",
    ),
]
Output = Annotated[Path | None, typer.Option(help="A file to write; standard output if absent.")]

T = TypeVar("T")


@app.command("list")
def list_topics() -> None:
    """Show the registry."""
    table = Table("topic", "key", "kept", "partitions", "producers", "consumers")
    for topic in TOPICS:
        kept = "newest of each key" if topic.cleanup == "compact" else _days(topic.retention_ms)
        table.add_row(
            topic.name,
            topic.key or "",
            kept,
            str(topic.partitions),
            ", ".join(topic.producers),
            ", ".join(topic.consumers),
        )
    Console().print(table)


@app.command()
def apply(
    brokers: Brokers = None,
    prefix: Prefix = None,
    replication: Replication = 1,
    partitions: Partitions = None,
) -> None:
    """Create the topics that are missing and mend settings; nothing is deleted."""
    config = settings(brokers, prefix)
    mended = _run(broker.apply(config, replication, partitions), config.brokers)
    left = _run(broker.differences(config, replication, partitions), config.brokers)
    for one in mended:
        if one not in left:
            typer.echo(f"done: {one}")
    if left:
        fail(
            "\n".join(map(str, left))
            + "\nA count of partitions is never changed in place, as users would move between"
            " partitions: make topics under a new FRESHET_TOPIC_PREFIX and replay."
        )
    typer.echo(f"{len(TOPICS)} topics are as they should be on {config.brokers}")


@app.command()
def check(
    brokers: Brokers = None,
    prefix: Prefix = None,
    replication: Replication = 1,
    partitions: Partitions = None,
) -> None:
    """Compare the broker's topics with the registry; leaves with 1 if they differ."""
    config = settings(brokers, prefix)
    found = _run(broker.differences(config, replication, partitions), config.brokers)
    if found:
        fail("\n".join(map(str, found)) + "\n`freshet topics apply` mends what can be mended.")
    typer.echo(f"{len(TOPICS)} topics are as they should be on {config.brokers}")


@app.command()
def asyncapi(output: Output = None) -> None:
    """Write the AsyncAPI 3 document of all topics."""
    _write(asyncapi_json(), output)


@app.command()
def docs(output: Output = None) -> None:
    """Write the table of all topics as Markdown."""
    _write(topics_markdown(), output)


@app.command()
def strimzi(
    output: Output = None,
    cluster: Annotated[str, typer.Option(help="Name of the Kafka resource.")] = "freshet",
    replication: Replication = 3,
    partitions: Annotated[
        int, typer.Option(min=2, max=10_000, help="Of each topic of users and items.")
    ] = PARTITIONS,
) -> None:
    """Write the topics, and a user a service, for the Strimzi operator."""
    _write(strimzi_yaml(cluster, replication, partitions), output)


def _run(work: Coroutine[None, None, T], brokers: str) -> T:
    try:
        return asyncio.run(work)
    except broker.TopicsFailed as error:
        fail(f"the broker refused: {error}")
    except (KafkaError, OSError) as error:
        fail(f"{brokers} does not answer ({error}): is FRESHET_BROKERS right, does Kafka run?")


def _write(text: str, output: Path | None) -> None:
    if output is None:
        sys.stdout.write(text)
    else:
        output.write_text(text, encoding="utf-8")


def _days(milliseconds: int) -> str:
    hours = milliseconds // 3_600_000
    return f"{hours // 24} days" if hours >= 24 else f"{hours} h"
