"""The log of a process: lines with their times, on its standard error."""

import logging
import sys


def log_to_stderr(level: str) -> None:
    """Set up the log of this process.

    Args:
        level: from which on Freshet's own lines are shown; libraries' are from warnings on.
    """
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.WARNING,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        force=True,  # WordLlama has set it up already, for every library's chatter
    )
    logging.getLogger("freshet").setLevel(level)
