"""The candidate ranks better than what serves, and than what needs no model."""

from freshet.contracts.models import GateVerdict
from freshet.domain.evaluation.bootstrap import Groups, Values, difference_interval

#: What is said of fewer users says nothing of others.
MINIMUM_USERS = 30

DRAWS = 2_000


def check(
    *,
    candidate: Values,
    champion: Values,
    popularity: Values,
    click_rate: Values,
    users: Groups,
    margin: float,
    seed: int,
) -> GateVerdict:
    """Compare nDCG@10 on the lists of the newest time slice, which no model was trained on.

    Each difference has a 95 % interval over users, paired by list. Both baselines must be beaten
    for sure. The champion must be beaten on average, and for sure not lost to by the margin: two
    trainings of a day are seldom surely apart, and the canary has the last word.

    Args:
        candidate: nDCG@10 of each list, [n], finite.
        champion: the same of the model that serves; of the prior, where none was trained yet.
        popularity: the same of candidates in the order of their decayed clicks.
        click_rate: the same in the order of their smoothed click rates.
        users: of the lists, [n].
        margin: of nDCG@10.
        seed: of the bootstrap.

    Raises:
        ValueError: no lists, lengths that differ, or a value that is not finite.
    """
    against = {"champion": champion, "popularity": popularity, "click_rate": click_rate}
    found = {
        name: difference_interval(candidate, other, users, DRAWS, seed)
        for name, other in against.items()
    }
    count = len(set(users.tolist()))
    figures: dict[str, float] = {"users": count, "minimum_users": MINIMUM_USERS, "margin": margin}
    figures |= {"lists": len(users), "candidate_ndcg_10": float(candidate.mean())}
    if count < MINIMUM_USERS:
        return _verdict(False, figures, f"{count} users are too few to compare anything")
    for name, one in found.items():
        figures |= {f"over_{name}": one.mean, f"over_{name}_low": one.low}
        figures[f"over_{name}_high"] = one.high
    beaten = {name: one.low > 0 for name, one in found.items()}
    beaten["champion"] = found["champion"].mean > 0 and found["champion"].low > -margin
    said = "; ".join(
        f"{'better' if beaten[name] else 'NOT better'} than {name.replace('_', ' ')} "
        f"({one.mean:+.4f}, {one.low:+.4f} to {one.high:+.4f})"
        for name, one in found.items()
    )
    return _verdict(all(beaten.values()), figures, f"nDCG@10: {said}")


def _verdict(passed: bool, figures: dict[str, float], detail: str) -> GateVerdict:
    return GateVerdict(gate="better", passed=passed, figures=figures, detail=detail)
