"""Run with `freshet-interests` or `python -m freshet_interests`."""

from freshet.streaming.run import run
from freshet_interests.config import InterestsConfig
from freshet_interests.service import build_service


def main() -> None:
    """Run the service; its settings come from the environment."""
    run(build_service, InterestsConfig)


if __name__ == "__main__":
    main()
