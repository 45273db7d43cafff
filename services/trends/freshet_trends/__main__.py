"""Run with `freshet-trends` or `python -m freshet_trends`."""

from freshet.streaming.run import run
from freshet_trends.config import TrendsConfig
from freshet_trends.service import build_service


def main() -> None:
    """Run the service; its settings come from the environment."""
    run(build_service, TrendsConfig)


if __name__ == "__main__":
    main()
