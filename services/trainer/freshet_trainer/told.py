"""How far the long parts are: bars on a terminal, nothing elsewhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from freshet_trainer.reading import Progress as Reading
from freshet_trainer.training.recipe import Steps


@dataclass(frozen=True, kw_only=True)
class Told:
    """Who is told.

    Attributes:
        reading: of records read, and how many there are.
        steps: of steps done, steps in all, and the loss.
    """

    reading: Reading = lambda read, total: None
    steps: Steps = lambda done, total, loss: None


@contextmanager
def bars() -> Iterator[Told]:
    """Progress bars on standard error, if that is a terminal."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield Told()
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}"),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        reading = progress.add_task("reading", total=None, note="", visible=False)
        steps = progress.add_task("training", total=None, note="", visible=False)
        yield Told(
            reading=lambda read, total: progress.update(
                reading, completed=read, total=total, visible=read < total
            ),
            steps=lambda done, total, loss: progress.update(
                steps,
                completed=done,
                total=total,
                note=f"loss {loss:.4f}",
                visible=done < total,
            ),
        )
