"""`freshet-simulator run|truth`: people in a world of items, on the topics."""

import json
import logging
import os
import signal
import sys
import threading
import time
import uuid
from typing import Annotated

import typer
from kafka.errors import KafkaError
from prometheus_client import CollectorRegistry, start_http_server

from freshet.config import ConfigError, load
from freshet_simulator.config import SimulatorConfig
from freshet_simulator.feed import TopicsMissing, feed
from freshet_simulator.metrics import sent_metric
from freshet_simulator.simulation import Simulation

app = typer.Typer(
    help="Simulate people with drifting tastes. Settings come from the environment (FRESHET_…).",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


@app.command()
def run() -> None:
    """Send items and what people do, until SIGTERM or Ctrl-C."""
    config = _config()
    logging.basicConfig(level=logging.WARNING)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    registry = CollectorRegistry()
    sent = sent_metric(registry)
    if config.http_port:
        start_http_server(config.http_port, config.http_host, registry)
    simulation = Simulation(config, uuid.uuid4().hex[:12], time.time_ns() // 1_000_000)
    try:
        feed(config, simulation, sent, stop)
    except (TopicsMissing, KafkaError) as error:
        sys.stderr.write(f"{error}\n")
        raise typer.Exit(1) from error


@app.command()
def truth(user: Annotated[str, typer.Argument(help="Such as shop-user-12.")]) -> None:
    """Print a person's true taste at the beginning of the simulation of this seed, as JSON."""
    simulation = Simulation(_config(), "truth", time.time_ns() // 1_000_000)
    try:
        taste = simulation.truth(user)
    except StopIteration:
        sys.stderr.write(f"there is no {user}\n")
        raise typer.Exit(2) from None
    typer.echo(json.dumps(taste, ensure_ascii=False, indent=2))


def _config() -> SimulatorConfig:
    try:
        return load(SimulatorConfig, os.environ)
    except ConfigError as error:
        sys.stderr.write(f"{error}\n")
        raise typer.Exit(2) from error


def main() -> None:
    """The command."""
    app()


if __name__ == "__main__":
    main()
