"""`freshet replay`: a file of events onto the topics."""

import asyncio
import gzip
import io
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from enum import StrEnum
from pathlib import Path
from typing import IO, Annotated, Any

import typer
from aiokafka.errors import KafkaError
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TransferSpeedColumn

from freshet.cli.options import Brokers, CliConfig, Prefix, fail, settings
from freshet.contracts.codec import encode
from freshet.kafka.client import opened, writer
from freshet.replay.csv_events import csv_rows, parse_row
from freshet.replay.event import BadLine, FileEvent
from freshet.replay.metarank import parse_metarank
from freshet.replay.pace import Pace

#: Bad lines that are shown; the rest is counted.
_SHOWN = 10

#: Sends that may wait for their confirmation.
_UNCONFIRMED = 20_000


class Format(StrEnum):
    """Forms of files."""

    METARANK = "metarank"
    CSV = "csv"


def replay(
    file: Annotated[Path, typer.Argument(help="Events, plain or .gz; - for standard input.")],
    form: Annotated[
        Format | None,
        typer.Option("--format", help="By default csv for .csv files, else metarank."),
    ] = None,
    speed: Annotated[
        float | None,
        typer.Option(
            min=0.001, help="1 is as it happened, 10 ten times as fast; at once if absent."
        ),
    ] = None,
    skip_bad: Annotated[bool, typer.Option(help="Leave with 0 in spite of bad lines.")] = False,
    brokers: Brokers = None,
    prefix: Prefix = None,
) -> None:
    """Send a file of events to the topics, in its order, with the times that it names.

    The ids come from the file, so that replaying it again changes nobody's interests.
    """
    config = settings(brokers, prefix)
    form = form or (Format.CSV if ".csv" in file.suffixes else Format.METARANK)
    try:
        counts, forms, bad = asyncio.run(_replay(config, file, form, speed))
    except FileNotFoundError:
        fail(f"{file} does not exist", 2)
    except BadLine as error:
        fail(f"{file}: {error}", 2)
    except (KafkaError, OSError) as error:
        fail(f"sending failed ({error!r}): are FRESHET_BROKERS and the topics right?")
    for topic, count in counts.items():
        typer.echo(f"{count:>9,} {topic}")
    for time_form, count in forms.items():
        typer.echo(f"{count:>9,} times taken for {time_form}")
    if bad:
        typer.echo(f"{bad:>9,} bad lines", err=True)
        if not skip_bad:
            raise typer.Exit(1)


async def _replay(
    config: CliConfig, file: Path, form: Format, speed: float | None
) -> tuple[Counter[str], Counter[str], int]:
    counts: Counter[str] = Counter()
    forms: Counter[str] = Counter()
    bad = 0
    pace = None if speed is None else Pace(speed, time.monotonic())
    unconfirmed: set[asyncio.Future[object]] = set()
    with ExitStack() as stack:
        raw, total = _open(file, stack)
        progress = stack.enter_context(_progress())
        task = progress.add_task(file.name, total=total, events=0)
        async with opened(writer(config, "freshet-replay")) as producer:
            for number, event in _events(stack, raw, file, form):
                if isinstance(event, BadLine):
                    bad += 1
                    if bad <= _SHOWN:
                        progress.console.print(f"line {number}: {event}", highlight=False)
                    continue
                if pace:
                    await asyncio.sleep(pace.wait_s(event.message.time_ms, time.monotonic()))
                topic = event.topic.name
                sent = await producer.send(
                    config.topic(topic), encode(event.message), event.key.encode()
                )
                unconfirmed.add(sent)
                counts[topic] += 1
                forms[event.time_form] += 1
                if len(unconfirmed) >= _UNCONFIRMED:
                    await asyncio.gather(*unconfirmed)
                    unconfirmed.clear()
                if number % 1000 == 0:
                    # A pipe has neither a length nor a place.
                    place = None if total is None else raw.tell()
                    progress.update(task, completed=place, events=counts.total())
            await asyncio.gather(*unconfirmed)
            progress.update(task, completed=total, events=counts.total())
    return counts, forms, bad


def _events(
    stack: ExitStack, raw: IO[bytes], file: Path, form: Format
) -> Iterator[tuple[int, FileEvent | BadLine]]:
    """Each line's number and what became of it; one line at a time is in memory."""
    lines: Any = stack.enter_context(gzip.GzipFile(fileobj=raw)) if file.suffix == ".gz" else raw
    if form is Format.CSV:
        text = io.TextIOWrapper(lines, encoding="utf-8", errors="strict", newline="")
        for number, row in enumerate(csv_rows(text), 2):
            try:
                yield number, parse_row(row)
            except BadLine as error:
                yield number, error
        return
    for number, line in enumerate(lines, 1):
        try:
            yield number, parse_metarank(line)
        except BadLine as error:
            yield number, error


def _open(file: Path, stack: ExitStack) -> tuple[IO[bytes], int | None]:
    if str(file) == "-":
        return sys.stdin.buffer, None
    return stack.enter_context(file.open("rb")), file.stat().st_size


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TextColumn("{task.fields[events]:,} events"),
        TransferSpeedColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
    )
