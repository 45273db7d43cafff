"""`freshet-trainer run|train|prior`: the service, one training by hand, and the built-in model."""

import asyncio
import logging
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from kafka.errors import KafkaError
from prometheus_client import CollectorRegistry

from freshet.config import ConfigError, load
from freshet.streaming.health import HealthServer
from freshet.telemetry.logs import log_to_stderr
from freshet_trainer.architectures.catalogue import Architecture
from freshet_trainer.config import TrainerConfig
from freshet_trainer.metrics import TrainerMetrics, trainer_metrics
from freshet_trainer.told import Told, bars

app = typer.Typer(
    help="Train models on what the topics hold. Settings come from the environment (FRESHET_…).",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

#: How long a stop waits for the work in hand; what is cut off goes on after the next start.
_STOP_S = 5.0


@app.command()
def run() -> None:
    """Look at the topics, train when it is time, roll models out; until SIGTERM or Ctrl-C."""
    config = _config()
    log_to_stderr(config.log_level)
    logging.getLogger("freshet").info("trainer starts with\n%s", config.describe())
    sys.exit(asyncio.run(_serve(config)))


async def _serve(config: TrainerConfig) -> int:
    registry = CollectorRegistry()
    metrics = trainer_metrics(registry)
    stop, stopped = threading.Event(), asyncio.Event()
    health = HealthServer(config, registry, lambda: "", lambda: None)
    try:
        port = await health.start()
    except OSError as error:
        where = "FRESHET_HTTP_HOST and FRESHET_HTTP_PORT cannot be listened on"
        logging.getLogger("freshet").critical("%s: %s", where, error)
        return 2
    logging.getLogger("freshet").info("trainer answers on port %d", port)
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    with bars() as told:
        work = asyncio.create_task(asyncio.to_thread(_work, config, metrics, stop, told))
        asked = asyncio.create_task(stopped.wait())
        await asyncio.wait({work, asked}, return_when=asyncio.FIRST_COMPLETED)
        stop.set()
        await asyncio.wait({work}, timeout=_STOP_S)
    if not work.done():
        # A thread cannot be ended; everything it does can be gone on with.
        logging.shutdown()
        os._exit(0)
    asked.cancel()
    await health.stop()
    # Clients also end by a CancelledError of their own: nobody cancels the work here.
    (end,) = await asyncio.gather(work, return_exceptions=True)
    if isinstance(end, BaseException):
        logging.getLogger("freshet").critical("the trainer failed", exc_info=end)
        return 1
    if not stopped.is_set():
        logging.getLogger("freshet").critical("the trainer has ended while nobody asked it to")
        return 1
    return 0


def _work(
    config: TrainerConfig, metrics: TrainerMetrics, stop: threading.Event, told: Told
) -> None:
    # TensorFlow takes seconds to import; the pages answer meanwhile.
    from freshet_trainer import service

    service.run(config, metrics, stop, told)


@app.command()
def train(
    output: Annotated[Path, typer.Option(help="Folder for the model.")],
    architecture: Annotated[Architecture, typer.Option(help="Which one.")] = Architecture.ATTENTIVE,
    publish: Annotated[
        bool, typer.Option("--publish", help="Store it and roll it out, if its gates let it pass.")
    ] = False,
) -> None:
    """Train one model now on all that the topics hold, and say what its gates say."""
    from freshet.models.artifacts import ArtifactUnavailable
    from freshet.models.manifest import ModelRefused
    from freshet_trainer import service

    config = msgspec.structs.replace(_config(), architecture=architecture)
    from freshet_trainer.arrays import ExamplesRefused
    from freshet_trainer.reading import Stalled

    try:
        with bars() as told:
            record = service.train_once(
                config, output, time.time_ns() // 1_000_000, told, publish=publish
            )
    except (ExamplesRefused, ArtifactUnavailable, ModelRefused, KafkaError, Stalled) as error:
        sys.stderr.write(f"{error}\n")
        raise typer.Exit(1) from error
    for gate in record.gates:
        typer.echo(f"{'passed' if gate.passed else 'FAILED'}  {gate.gate}: {gate.detail}")
    typer.echo(f"{record.model} in {output}: {record.stage}, {record.reason}")
    if record.stage == "refused":
        raise typer.Exit(1)


@app.command()
def prior(
    output: Annotated[Path, typer.Option(help="Folder for the manifest and the graphs.")],
    version: Annotated[str, typer.Option(help="Version that messages will carry.")] = "1",
) -> None:
    """Build the prior, which scores until a trained model exists, and check its export."""
    from freshet_trainer.prior import write_prior

    worst = write_prior(output, version)
    typer.echo(f"{output}: Keras and ONNX differ by {worst:.1e} at most")


def _config() -> TrainerConfig:
    try:
        return load(TrainerConfig, os.environ)
    except ConfigError as error:
        sys.stderr.write(f"{error}\n")
        raise typer.Exit(2) from error


def main() -> None:
    """The command."""
    app()


if __name__ == "__main__":
    main()
