"""`python -m freshet_demo`: everything on this machine, until Ctrl-C."""

import asyncio
import contextlib
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.live import Live

from freshet.config import ServiceConfig
from freshet.topics import broker as topics
from freshet_demo.numbers import Numbers
from freshet_demo.processes import Child, ChildFailed, running, service_commands
from freshet_demo.view import line, picture
from freshet_demo.watch import watch
from freshet_kafka import BrokerFailed, ComponentMissing, local_broker
from freshet_simulator.world import WorldName

_KINDS = {
    "embedded": "embedded (Tansu): Python alone; keeps all in memory and nothing on disk",
    "kafka": "Apache Kafka",
}

#: The embedded broker has no producer ids, and who waits at it is told late of what has come.
_EMBEDDED = {"FRESHET_IDEMPOTENT": "false", "FRESHET_IDLE_WAIT_MS": "30"}


def main(
    broker: Annotated[str, typer.Option(help="embedded, or kafka for the real one.")] = "embedded",
    world: Annotated[WorldName, typer.Option(help="Where people live.")] = WorldName.SHOP,
    visits_per_second: Annotated[float, typer.Option(min=0.1, help="How busy it is.")] = 20.0,
    seconds: Annotated[float | None, typer.Option(min=1, help="Stop by itself.")] = None,
) -> None:
    """Start a broker, the services and the simulator, and show what happens."""
    if broker not in _KINDS:
        raise typer.BadParameter(f"{broker!r} is none of {', '.join(_KINDS)}")
    started_s = time.monotonic()
    console = Console()
    try:
        with (
            tempfile.TemporaryDirectory(prefix="freshet-demo-") as folder,
            local_broker("kafka" if broker == "kafka" else "embedded") as local,
        ):
            config = ServiceConfig(brokers=local.bootstrap)
            console.print(f"broker on {local.bootstrap}: {_KINDS[broker]}", highlight=False)
            asyncio.run(topics.apply(config, 1))
            settings = {
                "FRESHET_BROKERS": local.bootstrap,
                "FRESHET_WORLD": str(world),
                "FRESHET_VISITS_PER_SECOND": str(visits_per_second),
                **(_EMBEDDED if broker == "embedded" else {}),
            }
            commands = {**service_commands(), "simulator": ("freshet_simulator", "run")}
            with running(Path(folder), settings, commands) as children:
                console.print(f"logs are in {folder} while it runs", highlight=False)
                numbers = Numbers(started_s)
                asyncio.run(_show(config, numbers, children, console, _KINDS[broker], seconds))
        if numbers.first_list_s is None:
            sys.stderr.write("no list was made\n")
            raise typer.Exit(1)
        console.print(
            f"all stopped; the first list came {numbers.first_list_s:.1f} s after the start",
            highlight=False,
        )
    except (BrokerFailed, ChildFailed, ComponentMissing, topics.TopicsFailed) as error:
        sys.stderr.write(f"{error}\n")
        raise typer.Exit(1) from error


async def _show(
    config: ServiceConfig,
    numbers: Numbers,
    children: list[Child],
    console: Console,
    broker: str,
    seconds: float | None,
) -> None:
    """Show the figures until Ctrl-C, SIGTERM, or the time is over."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    watching = asyncio.create_task(watch(config, numbers, stop))
    deadline = None if seconds is None else time.monotonic() + seconds
    live = Live(console=console, refresh_per_second=4) if console.is_terminal else None
    with live or contextlib.nullcontext():
        while not stop.is_set() and (deadline is None or time.monotonic() < deadline):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), 0.5 if live else 5)
            numbers.tick(time.monotonic())
            for child in children:
                child.check()
            if watching.done():
                watching.result()
            if live:
                live.update(picture(numbers, broker))
            else:
                console.print(line(numbers), highlight=False)
    stop.set()
    await watching


if __name__ == "__main__":
    typer.run(main)
