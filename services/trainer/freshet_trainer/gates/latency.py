"""A batch is scored in the time that there is for it."""

from collections.abc import Callable

import numpy as np

from freshet.contracts.models import GateVerdict

#: Runs that are measured: one pause of the machine is beyond the percentile, two are not.
RUNS = 200

#: Runs before, in which the runtime allocates what it keeps.
WARM_UP = 10


def check(
    score: Callable[[], object], clock: Callable[[], float], *, budget_ms: float
) -> GateVerdict:
    """Time the scoring of one batch as it is served, again and again.

    Args:
        score: scores a whole batch of real inputs by the exported graphs.
        clock: seconds that never go back, such as `time.perf_counter`.
        budget_ms: that 99 of 100 runs must keep.
    """
    for _ in range(WARM_UP):
        score()
    times = np.empty(RUNS)
    for run in range(RUNS):
        started = clock()
        score()
        times[run] = 1000 * (clock() - started)
    median, p99 = (float(one) for one in np.percentile(times, [50, 99], method="higher"))
    return GateVerdict(
        gate="latency",
        passed=p99 <= budget_ms,
        figures={"p50_ms": median, "p99_ms": p99, "budget_ms": budget_ms},
        detail=f"99 of 100 batches are scored in {p99:.2f} ms, {budget_ms:g} ms are allowed",
    )
