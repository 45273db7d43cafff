"""`freshet dead-letters`: what could not be processed, why, and another try."""

import asyncio
from typing import Annotated

import msgspec
import typer
from aiokafka.errors import KafkaError
from rich.console import Console
from rich.table import Table

from freshet.cli.options import Brokers, CliConfig, Prefix, fail, settings
from freshet.contracts.derived import DeadLetter
from freshet.kafka.dead_letters import letters, put_back

app = typer.Typer(help="Look at the dead letters, and replay them.", no_args_is_help=True)

TopicFilter = Annotated[str | None, typer.Option("--topic", help="Only from this topic.")]
Reason = Annotated[str | None, typer.Option(help="Only of this reason, such as `schema`.")]
Service = Annotated[str | None, typer.Option(help="Only those that this service refused.")]
Limit = Annotated[int, typer.Option(min=1, help="The newest so many.")]


@app.command("list")
def list_letters(
    brokers: Brokers = None,
    prefix: Prefix = None,
    topic: TopicFilter = None,
    reason: Reason = None,
    service: Service = None,
    limit: Limit = 50,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Show the newest dead letters with their reasons."""
    chosen = _choose(settings(brokers, prefix), topic, reason, service, limit)
    if as_json:
        for letter in chosen:
            typer.echo(msgspec.json.encode(letter))
        return
    table = Table("topic", "partition", "offset", "service", "reason", "detail", "value")
    for letter in chosen:
        table.add_row(
            letter.topic,
            str(letter.partition),
            str(letter.offset),
            letter.service,
            letter.reason,
            letter.detail[:80],
            repr((letter.value or b"")[:60]),
        )
    Console().print(table)
    typer.echo(f"{len(chosen)} dead letters")


@app.command()
def replay(
    brokers: Brokers = None,
    prefix: Prefix = None,
    topic: TopicFilter = None,
    reason: Reason = None,
    service: Service = None,
    limit: Limit = 1_000_000,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Put the chosen letters' records back on the topics that they came from."""
    config = settings(brokers, prefix)
    chosen = _choose(config, topic, reason, service, limit)
    if not chosen:
        typer.echo("no dead letters match")
        return
    if not yes:
        typer.confirm(f"Put {len(chosen)} records back on their topics?", abort=True)

    async def send() -> int:
        return len([letter async for letter in put_back(config, chosen)])

    try:
        sent = asyncio.run(send())
    except (KafkaError, OSError) as error:
        fail(f"sending failed ({error!r}): what was put back until then stays")
    typer.echo(f"{sent} records put back")
    if sent < len(chosen):
        fail(
            f"{len(chosen) - sent} letters were left: they hold only the beginning of a record, or"
            " are of a topic that Freshet itself keeps up to date"
        )


def _choose(
    config: CliConfig, topic: str | None, reason: str | None, service: str | None, limit: int
) -> list[DeadLetter]:
    def wanted(letter: DeadLetter) -> bool:
        return (
            (topic is None or letter.topic == topic)
            and (reason is None or letter.reason == reason)
            and (service is None or letter.service == service)
        )

    try:
        return asyncio.run(letters(config, wanted))[-limit:]
    except (KafkaError, OSError) as error:
        fail(f"{config.brokers} does not answer ({error}): is FRESHET_BROKERS right?")
