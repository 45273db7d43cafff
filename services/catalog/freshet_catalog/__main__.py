"""Run with `freshet-catalog` or `python -m freshet_catalog`."""

from freshet.streaming.run import run
from freshet_catalog.config import CatalogConfig
from freshet_catalog.service import build_service


def main() -> None:
    """Run the service; its settings come from the environment."""
    run(build_service, CatalogConfig)


if __name__ == "__main__":
    main()
