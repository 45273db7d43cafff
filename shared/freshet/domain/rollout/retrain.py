"""When it is time to train again."""

from dataclasses import dataclass
from typing import Literal

Reason = Literal["drift", "lists", "time"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """What training waits for.

    Attributes:
        minimum_lists: new lists without which no reason counts: there would be nothing to learn,
            and drift that training cannot mend would train without end.
        new_lists: enough by themselves.
        period_ms: since the last training.
    """

    minimum_lists: int = 1_000
    new_lists: int = 100_000
    period_ms: int = 24 * 3_600_000


def reason_to_train(
    schedule: Schedule, now_ms: int, trained_ms: int | None, new_lists: int, *, drift: bool
) -> Reason | None:
    """Why to train now, or None.

    Args:
        schedule: what training waits for.
        now_ms: the time.
        trained_ms: when training last began, whatever came of it; None: never.
        new_lists: shown since then.
        drift: whether the champion's loss has risen.
    """
    if new_lists < schedule.minimum_lists:
        return None
    if drift:
        return "drift"
    if new_lists >= schedule.new_lists:
        return "lists"
    if trained_ms is None or now_ms - trained_ms >= schedule.period_ms:
        return "time"
    return None
