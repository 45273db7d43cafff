"""`freshet evaluate`: how good models are, beside what needs no model."""

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from freshet.cli.options import EXIT_USAGE, Brokers, Prefix, fail
from freshet.config import PREFIX, ConfigError, load
from freshet_trainer.architectures.catalogue import Architecture

# All that is heavy is imported where it is used: the command is loaded with every other one.
if TYPE_CHECKING:
    from freshet.domain.evaluation.report import OffPolicy, Report
    from freshet_trainer.config import TrainerConfig
    from freshet_trainer.evaluation.ratings import RatedLists

#: Lists of a rating file, and lists with propensities, if nothing else is said.
_LISTS = 2_000
_RECORDED = 20_000

#: A rating file gives lists of 100 items: so many are some 200 MiB.
_MOST_RATED = 20_000

#: Told of what is done, how much of it, and how much there is.
_Told = Callable[[str, int, int], None]


def evaluate(
    model: Annotated[
        list[str] | None,
        typer.Option(
            help="A label, `prior`, or the folder of a model; may be given again. "
            "By default the champion; without one, and for rating files, the prior."
        ),
    ] = None,
    retrain: Annotated[
        list[Architecture] | None,
        typer.Option(
            help="Also measure this architecture as it would have done live: trained anew four "
            "times, each time on earlier lists alone. May be given again.",
        ),
    ] = None,
    ratings: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="A CSV file with the columns user, item, rating, timestamp, instead of the "
            "topics: each user's last liked item is hidden among 99 others.",
        ),
    ] = None,
    catalog: Annotated[
        bool,
        typer.Option(
            "--catalog", help="With --ratings: take the content of its items from the topics."
        ),
    ] = False,
    newest: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Lists that are evaluated: the newest, a fifth of all by default; with "
            "--ratings users, 2,000 by default.",
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="Write the report as one HTML page, such as report.html.")
    ] = None,
    json: Annotated[Path | None, typer.Option(help="Write the report as JSON.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of all chance in it.")] = 1,
    brokers: Brokers = None,
    prefix: Prefix = None,
) -> None:
    """Measure models on lists that people saw, beside random, popularity, click rate and content.

    The topics are replayed: each list is ranked with what was known before it was shown. The
    newest lists are evaluated; a model must not have learned from them. Nothing is written to
    the topics. Leaves with 1 if there is nothing to evaluate or a model is not fit, with 2 if
    an option is wrong.
    """
    for file in (output, json):
        if file is not None and not file.resolve().parent.is_dir():
            fail(f"{file} cannot be written: its folder does not exist", EXIT_USAGE)
    if catalog and ratings is None:
        fail("--catalog goes with --ratings", EXIT_USAGE)
    if retrain and ratings is not None:
        fail("--retrain is for lists on the topics, not for --ratings", EXIT_USAGE)
    config = _config(brokers, prefix)
    with tempfile.TemporaryDirectory(prefix="freshet-evaluate-") as work, _progress() as told:
        report = _guarded(
            lambda: _evaluate(
                msgspec.structs.replace(config, work_dir=work),
                model or [],
                retrain or [],
                ratings,
                catalog,
                newest,
                seed,
                told,
            )
        )
    if json is not None:
        text = msgspec.json.format(msgspec.json.encode(report), indent=2)
        json.write_bytes(text + b"\n")
    if output is not None:
        from freshet_trainer.evaluation.html import page

        output.write_text(page(report), encoding="utf-8")
    _summary(report)


def _evaluate(
    config: "TrainerConfig",
    asked: list[str],
    retrain: list[Architecture],
    ratings: Path | None,
    catalog: bool,
    newest: int | None,
    seed: int,
    told: _Told,
) -> "Report":
    from freshet.models.manifest import read_manifest
    from freshet_trainer.evaluation.models import PRIOR, folders
    from freshet_trainer.evaluation.retrained import retrained
    from freshet_trainer.evaluation.run import evaluate as measure
    from freshet_trainer.replaying import replay_topics
    from freshet_trainer.scoring import score_examples

    work = Path(config.work_dir)
    # What is asked for is looked up first: a wrong label must not cost a replay.
    models = folders(config, asked or ([PRIOR] if ratings else []), work)
    off_policy: list[OffPolicy] = []
    notes: list[str] = []
    clicks = None
    if ratings is not None:
        rated = _rated(config, ratings, catalog, newest or _LISTS, seed, told)
        examples, table, clicks = rated.examples, rated.table, rated.ratings
        which = slice(0, len(examples))
        source = f"{ratings.name}, leave one out"
        notes.append(
            "Each list is one hidden item among others drawn by chance, so figures compare "
            "rankers on this file only, and say little of a ranking of all items."
        )
    else:
        replayed = replay_topics(config, lambda done, total: told("reading", done, total))
        examples, table = replayed.examples, replayed.table
        which = slice(max(0, len(examples) - (newest or -(-len(examples) // 5))), len(examples))
        source = f"the topics of {config.brokers}"
        off_policy = _off_policy(config, seed)
        notes.append(
            "People look at the top of a list first: the shown order, and rankers like those that "
            "made the lists, got clicks for their place that others would have got there too."
        )
    lists = examples[which]
    scores, probabilities = {}, {}
    for done, (label, folder) in enumerate(models.items()):
        told("scoring", done, len(models))
        manifest = read_manifest(folder)
        scores[label], probabilities[label] = score_examples(folder, lists, table)
        if manifest.made_ms > lists.time_ms[0]:
            notes.append(
                f"{label} was made after some of these lists were shown: if it learned from "
                "them, its figures are too good."
            )
    for architecture in retrain:
        scores[f"{architecture}, retrained"] = retrained(
            architecture,
            examples,
            table,
            which.start,
            config,
            lambda done, total, loss: told("training", done, total),
        )
    measured = iter(range(1, 1_000))
    return measure(
        examples,
        table,
        scores,
        probabilities,
        which,
        source=source,
        made_ms=time.time_ns() // 1_000_000,
        seed=seed,
        earlier_clicks=clicks,
        off_policy=off_policy,
        notes=notes,
        progress=lambda name: told("measuring", next(measured), len(models) + 5),
    )


def _rated(
    config: "TrainerConfig", file: Path, catalog: bool, newest: int, seed: int, told: _Told
) -> "RatedLists":
    from freshet.domain.interest.catalog import CatalogKnowledge
    from freshet.domain.ranking.inventory import Inventory
    from freshet_trainer.evaluation.ratings import rated_lists
    from freshet_trainer.reading import Reading
    from freshet_trainer.replaying import read_catalog

    space = config.embedding_version
    inventory, knowledge = Inventory(space), CatalogKnowledge(space)
    if catalog:
        read_catalog(Reading(config), inventory, knowledge)
    return rated_lists(
        file,
        inventory,
        knowledge,
        min(newest, _MOST_RATED),
        seed,
        lambda done, total: told("replaying", done, total),
    )


def _off_policy(config: "TrainerConfig", seed: int) -> list["OffPolicy"]:
    """Estimates from the newest lists that rankers made, where anybody saw them."""
    from freshet_trainer.evaluation.off_policy import without_exploration
    from freshet_trainer.evaluation.recorded import recorded
    from freshet_trainer.evaluation.run import DRAWS

    log = recorded(config, _RECORDED)
    return [without_exploration(log, DRAWS, seed)] if len(log) else []


def _guarded(work: Callable[[], "Report"]) -> "Report":
    """Run, and leave with one clear line for each kind of failure that a person can mend."""
    from aiokafka.errors import KafkaError as AsyncKafkaError
    from kafka.errors import KafkaError

    from freshet.domain.evaluation.leave_one_out import BadRatings
    from freshet.models.artifacts import ArtifactUnavailable
    from freshet.models.manifest import ModelRefused
    from freshet_trainer.arrays import ExamplesRefused
    from freshet_trainer.evaluation.models import NoSuchModel
    from freshet_trainer.evaluation.run import NothingToMeasure
    from freshet_trainer.reading import Stalled

    try:
        return work()
    except BadRatings as error:
        fail(f"the rating file cannot be used: {error}", EXIT_USAGE)
    except NoSuchModel as error:
        fail(str(error), EXIT_USAGE)
    except ExamplesRefused:
        fail("the topics hold no lists that were shown: there is nothing to evaluate")
    except (ModelRefused, ArtifactUnavailable, Stalled, NothingToMeasure) as error:
        fail(str(error))
    except (AsyncKafkaError, KafkaError) as error:
        fail(f"the brokers cannot be read ({error!r}): is FRESHET_BROKERS right?")


def _config(brokers: str | None, prefix: str | None) -> "TrainerConfig":
    from freshet_trainer.config import TrainerConfig

    given = {"BROKERS": brokers, "TOPIC_PREFIX": prefix}
    over = {PREFIX + name: value for name, value in given.items() if value is not None}
    try:
        return load(TrainerConfig, {**os.environ, **over})
    except ConfigError as error:
        fail(str(error), EXIT_USAGE)


@contextmanager
def _progress() -> Iterator[_Told]:
    """A bar on standard error that says what is being done, if that is a terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    console = Console(stderr=True)
    with Progress(
        *columns,
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as progress:
        task = progress.add_task("starting", total=None)
        yield lambda what, done, total: progress.update(
            task, description=what, completed=done, total=total or None
        )


def _summary(report: "Report") -> None:
    from freshet.domain.evaluation.segments import ALL

    table = Table("ranker", "nDCG@10", "95 % interval", "recall@10", "MRR", title=report.source)
    for one in report.rankers:
        ndcg, recall, rank = (one.metrics[ALL][name] for name in ("nDCG@10", "recall@10", "MRR"))
        ends = "not known" if ndcg.low is None else f"{ndcg.low:.3f} to {ndcg.high:.3f}"
        table.add_row(one.name, f"{ndcg.mean:.3f}", ends, f"{recall.mean:.3f}", f"{rank.mean:.3f}")
    Console().print(table)
    for note in report.notes:
        typer.echo(note)
