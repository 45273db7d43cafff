"""`python -m freshet_grafana dashboards|metrics`: write what is made from the declared metrics."""

import argparse
import json
from pathlib import Path

from grafana_foundation_sdk.cog.encoder import JSONEncoder

from freshet_grafana.models import models
from freshet_grafana.platform import platform
from freshet_grafana.product import product
from freshet_grafana.reference import page

DASHBOARDS = (platform, models, product)


def files() -> dict[str, str]:
    """The dashboards as Grafana's JSON, by the name of their file."""
    built = (make().build() for make in DASHBOARDS)
    return {
        f"{one.uid}.json": json.dumps(one, cls=JSONEncoder, indent=2, sort_keys=True) + "\n"
        for one in built
    }


def main() -> None:
    """Write the dashboards into a folder, or the page of metrics into a file."""
    parser = argparse.ArgumentParser(prog="python -m freshet_grafana", description=__doc__)
    parser.add_argument("what", choices=("dashboards", "metrics"))
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    if arguments.what == "metrics":
        arguments.output.write_text(page())
    else:
        for name, text in files().items():
            (arguments.output / name).write_text(text)


if __name__ == "__main__":
    main()
