"""What every command must know: where the brokers are, and who we are to them."""

import os
import sys
from typing import Annotated, NoReturn

import msgspec
import typer

from freshet.config import PREFIX, ConfigError, ServiceConfig, load

Brokers = Annotated[
    str | None,
    typer.Option(help="Bootstrap servers, host:port,host:port. [env: FRESHET_BROKERS]"),
]
Prefix = Annotated[
    str | None,
    typer.Option(help="Put before every topic's name. [env: FRESHET_TOPIC_PREFIX]"),
]

EXIT_PROBLEMS = 1
EXIT_USAGE = 2


class CliConfig(ServiceConfig, frozen=True, kw_only=True):
    """The common settings."""


def settings(brokers: str | None, prefix: str | None) -> CliConfig:
    """The settings from the environment, with the options over them; leaves with 2 if wrong."""
    given = {"BROKERS": brokers, "TOPIC_PREFIX": prefix}
    over = {PREFIX + name: value for name, value in given.items() if value is not None}
    try:
        return load(CliConfig, {**os.environ, **over})
    except (ConfigError, msgspec.ValidationError) as error:
        fail(str(error), EXIT_USAGE)


def fail(text: str, code: int = EXIT_PROBLEMS) -> NoReturn:
    """Say what is wrong on standard error and leave."""
    sys.stderr.write(f"{text}\n")
    raise typer.Exit(code)
