"""The root of the `freshet` command."""

from importlib.metadata import entry_points

import typer

from freshet.cli import dead_letters, models, replay, topics

app = typer.Typer(
    help="Freshet: recommendations by event stream.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.add_typer(topics.app, name="topics")
app.add_typer(dead_letters.app, name="dead-letters")
app.add_typer(models.app, name="models")
app.command("replay")(replay.replay)
# What needs more than this library, such as TensorFlow, comes with the package that has it.
for _command in entry_points(group="freshet.commands"):
    app.command(_command.name)(_command.load())
