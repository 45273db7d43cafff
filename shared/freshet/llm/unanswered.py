"""Why a language model did not answer."""

from typing import Literal

#: off: none is configured; budget: as much as may be was asked this minute; busy: the endpoint
#: says so, or all of our calls at once are taken; timeout; unavailable: it is not there, or broken,
#: or does not take our key or the name of the model; breaker_open: too many calls failed, none is
#: made for a while; refused: the endpoint or the model would not answer this question; malformed:
#: the answer has not the form that was asked for.
Reason = Literal[
    "off",
    "budget",
    "busy",
    "timeout",
    "unavailable",
    "breaker_open",
    "refused",
    "malformed",
]


class Unanswered(Exception):
    """There is no answer, and whoever asked does without.

    Attributes:
        reason: one of a fixed few.
        detail: what exactly was wrong, for a person.
    """

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason: Reason = reason
        self.detail = detail
