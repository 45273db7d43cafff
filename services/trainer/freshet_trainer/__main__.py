"""`python -m freshet_trainer prior`: build and export the prior model."""

import os
from pathlib import Path
from typing import Annotated

import typer

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

app = typer.Typer(help="Build and export models.", no_args_is_help=True)


@app.callback()
def _root() -> None:
    """Build and export models."""


@app.command()
def prior(
    output: Annotated[Path, typer.Option(help="Folder for the manifest and the graphs.")],
    version: Annotated[str, typer.Option(help="Version that messages will carry.")] = "1",
) -> None:
    """Build the prior, which scores until a trained model exists, and check its export."""
    from freshet_trainer.prior import write_prior

    worst = write_prior(output, version)
    typer.echo(f"{output}: Keras and ONNX differ by {worst:.1e} at most")


if __name__ == "__main__":
    app()
