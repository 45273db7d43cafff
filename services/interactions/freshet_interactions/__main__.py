"""Run with `freshet-interactions` or `python -m freshet_interactions`."""

from freshet.streaming.run import run
from freshet_interactions.config import InteractionsConfig
from freshet_interactions.service import build_service


def main() -> None:
    """Run the service; its settings come from the environment."""
    run(build_service, InteractionsConfig)


if __name__ == "__main__":
    main()
