"""Run with `freshet-narrator` or `python -m freshet_narrator`."""

from freshet.streaming.run import run
from freshet_narrator.config import NarratorConfig
from freshet_narrator.service import build_service


def main() -> None:
    """Run the service; its settings come from the environment."""
    run(build_service, NarratorConfig)


if __name__ == "__main__":
    main()
