"""`freshet models`: which versions there are, how they differ, and which one serves."""

import asyncio
import getpass
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
import typer
from aiokafka.errors import KafkaError
from rich.console import Console
from rich.table import Table

from freshet.cli.options import Brokers, CliConfig, Prefix, fail, settings
from freshet.contracts.codec import Unprocessable
from freshet.contracts.models import ModelRecord
from freshet.domain.rollout.stages import NotPossible, Stages, promote, roll_back
from freshet.models.registry import read_stages, write_records

app = typer.Typer(help="Look at model versions; promote one, or roll back.", no_args_is_help=True)

Model = Annotated[str, typer.Argument(help="A label, such as attentive@20261124T101500.")]
Reason = Annotated[str, typer.Option(help="Why; it is kept with the decision.")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON instead of a table.")]


@app.command("list")
def list_models(brokers: Brokers = None, prefix: Prefix = None, as_json: AsJson = False) -> None:
    """Show every version, what it does now, and why; the last to change comes last."""
    stages = _stages(settings(brokers, prefix))
    if as_json:
        for record in stages.records.values():
            typer.echo(msgspec.json.encode(record))
        return
    table = Table("model", "stage", "since", "by", "nDCG@10", "reason")
    # A label is for copying: it is never cut.
    table.columns[0].no_wrap = True
    for record in stages.records.values():
        ndcg = record.metrics.get("ndcg@10")
        table.add_row(
            record.model,
            record.stage if not record.share else f"{record.stage} {record.share:.0%}",
            _time(record.time_ms),
            record.decided_by,
            "" if ndcg is None else f"{ndcg:.3f}",
            record.reason,
        )
    Console().print(table)
    if stages.champion is None:
        typer.echo("no trained model is champion: rankers serve the prior that is built in")


@app.command()
def show(model: Model, brokers: Brokers = None, prefix: Prefix = None) -> None:
    """Show one version whole, as JSON: artifact, metrics, gates, figures."""
    record = _one(_stages(settings(brokers, prefix)), model)
    typer.echo(msgspec.json.format(msgspec.json.encode(record), indent=2).decode())


@app.command()
def diff(first: Model, second: Model, brokers: Brokers = None, prefix: Prefix = None) -> None:
    """Show in what two versions differ, field by field."""
    stages = _stages(settings(brokers, prefix))
    left, right = (_flat(_one(stages, label)) for label in (first, second))
    table = Table("field", first, second, "change")
    for name in sorted(left.keys() | right.keys()):
        one, other = left.get(name), right.get(name)
        if one != other:
            numbers = isinstance(one, float) and isinstance(other, float)
            change = f"{other - one:+.4g}" if numbers else ""  # type: ignore[operator]
            table.add_row(name, _cell(one), _cell(other), change)
    Console().print(table)


@app.command("promote")
def promote_model(
    model: Model, brokers: Brokers = None, prefix: Prefix = None, reason: Reason = ""
) -> None:
    """Make a version the champion now, whatever its canary says."""
    _decide(
        settings(brokers, prefix),
        lambda stages, now_ms: promote(
            stages, model, now_ms, by=_me(), reason=reason or "promoted by hand", figures={}
        ),
    )


@app.command()
def rollback(brokers: Brokers = None, prefix: Prefix = None, reason: Reason = "") -> None:
    """Take back the canary; without one, the champion, for the version that served before it."""
    _decide(
        settings(brokers, prefix),
        lambda stages, now_ms: roll_back(
            stages, now_ms, by=_me(), reason=reason or "rolled back by hand", figures={}
        ),
    )


def _decide(config: CliConfig, steps: Callable[[Stages, int], list[ModelRecord]]) -> None:
    stages = _stages(config)
    try:
        records = steps(stages, time.time_ns() // 1_000_000)
        asyncio.run(write_records(config, records))
    except (NotPossible, Unprocessable) as error:
        fail(str(error))
    except (KafkaError, OSError) as error:
        fail(f"the decision may not have been written ({error!r}): `freshet models list` tells")
    for record in records:
        typer.echo(f"{record.model} is {record.stage}: {record.reason}")


def _stages(config: CliConfig) -> Stages:
    try:
        return asyncio.run(read_stages(config))
    except (KafkaError, OSError) as error:
        fail(f"{config.brokers} does not answer ({error}): is FRESHET_BROKERS right?")


def _one(stages: Stages, model: str) -> ModelRecord:
    record = stages.records.get(model)
    if record is None:
        fail(f"there is no model {model}: `freshet models list` shows what there is")
    return record


def _flat(record: ModelRecord) -> dict[str, Any]:
    """A record's fields by dotted names; gates by their own."""
    fields = msgspec.to_builtins(record)
    for gate in fields.pop("gates"):
        fields[f"gate {gate['gate']}"] = {"passed": gate["passed"], **gate["figures"]}
    flat: dict[str, Any] = {}
    for name, value in fields.items():
        if isinstance(value, Mapping):
            flat.update({f"{name}.{key}": inner for key, inner in value.items()})
        else:
            flat[name] = value
    return flat


def _cell(value: Any) -> str:
    return f"{value:.4f}" if isinstance(value, float) else "" if value is None else str(value)


def _time(time_ms: int) -> str:
    return datetime.fromtimestamp(time_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")


def _me() -> str:
    return getpass.getuser()[:128]
