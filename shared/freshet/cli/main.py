"""The root of the `freshet` command."""

import typer

from freshet.cli import dead_letters, replay, topics

app = typer.Typer(
    help="Freshet: recommendations by event stream.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.add_typer(topics.app, name="topics")
app.add_typer(dead_letters.app, name="dead-letters")
app.command("replay")(replay.replay)
