"""`freshet explain`: why a user's list is as it is, and why an item is in it or not."""

import asyncio
import os
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from freshet.cli.options import EXIT_USAGE, Brokers, Prefix, fail
from freshet.config import PREFIX, ConfigError, load

# All that is heavy is imported where it is used: the command is loaded with every other one.
if TYPE_CHECKING:
    from freshet.domain.explanation.explanation import Explanation
    from freshet_ranker.config import RankerConfig


def explain(
    user: Annotated[str, typer.Argument(help="Whose list.")],
    item: Annotated[
        str | None, typer.Argument(help="An item to be told about, in the list or not.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON instead of tables.")] = False,
    brokers: Brokers = None,
    prefix: Prefix = None,
) -> None:
    """Say why a user's list is as it is: interests, reasons, and what raised each score.

    The topics are read, and the list is made again by the model that serves the user; each act,
    search and tag is then left out once, and named only if the score is lower without it. Settings
    are those of the ranker. Nothing is written. Leaves with 1 if the user or the item is unknown
    or the topics cannot be read, with 2 if a setting is wrong.
    """
    explained = _explained(_config(brokers, prefix), user, item)
    if as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode(explained), indent=2).decode())
        return
    from freshet_ranker.explain.tables import show

    show(explained)


def _explained(config: "RankerConfig", user: str, item: str | None) -> "Explanation":
    """The explanation; leaves with one clear line for each failure that a person can mend."""
    from aiokafka.errors import KafkaError

    from freshet.models.artifacts import ArtifactUnavailable
    from freshet.models.manifest import ModelRefused
    from freshet.streaming.preflight import PreflightFailed
    from freshet_ranker.explain.from_topics import Unknown, explain_user

    try:
        return asyncio.run(explain_user(config, user, item))
    except (Unknown, PreflightFailed, ModelRefused, ArtifactUnavailable) as error:
        fail(str(error))
    except (KafkaError, OSError) as error:
        fail(f"{config.brokers} cannot be read ({error!r}): is FRESHET_BROKERS right?")


def _config(brokers: str | None, prefix: str | None) -> "RankerConfig":
    from freshet_ranker.config import RankerConfig

    given = {"BROKERS": brokers, "TOPIC_PREFIX": prefix}
    over = {PREFIX + name: value for name, value in given.items() if value is not None}
    try:
        return load(RankerConfig, {**os.environ, **over})
    except (ConfigError, msgspec.ValidationError) as error:
        fail(str(error), EXIT_USAGE)
