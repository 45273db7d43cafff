"""Run with `freshet-ranker` or `python -m freshet_ranker`."""

from freshet.streaming.run import run
from freshet_ranker.config import RankerConfig
from freshet_ranker.service import build_service


def main() -> None:
    """Run the service; its settings come from the environment."""
    run(build_service, RankerConfig)


if __name__ == "__main__":
    main()
