"""Who sees the canary, and when it has shown what it is worth."""

from dataclasses import dataclass
from hashlib import blake2b
from typing import Literal

from freshet.domain.rollout.click_rates import MIN_GROUPS, Arm, difference

Verdict = Literal["go_on", "promote", "rollback"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """When a canary is decided.

    Attributes:
        minimum_lists: of each arm before the first look.
        limit_lists: of both arms together; from then on it is decided whatever is known.
        margin: the share of the champion's click rate that may be lost at most. The smaller it
            is, the more lists it takes to be sure of a canary that is as good as the champion:
            at a click rate of 10 % and a share of 20 % some 50,000 for a tenth.
    """

    minimum_lists: int = 500
    limit_lists: int = 200_000
    margin: float = 0.1


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be done with the canary, the figures that say so, and a sentence for a person."""

    verdict: Verdict
    figures: dict[str, float]
    reason: str


def in_canary(user_id: str, model_label: str, share: float) -> bool:
    """Whether a user sees the canary: the same answer throughout a roll-out.

    Each roll-out picks other users, so nobody is always the one who tries; a larger share keeps
    the users that it had.

    Args:
        user_id: of the user.
        model_label: of the canary, `name@version`.
        share: of all users, 0 to 1.
    """
    key = f"{model_label}\x00{user_id}".encode()
    place = int.from_bytes(blake2b(key, digest_size=8).digest(), "little")
    return place < share * 2.0**64


def decide(canary: Arm, champion: Arm, rules: Rules) -> Decision:
    """What the click rates of both arms say; may be asked after every list.

    Rolled back as soon as it is surely worse; promoted as soon as it surely loses less than the
    margin, for its gates have shown already that it ranks better. At the limit it is rolled back
    unless that is sure: a canary that nobody was ever shown ends there too.

    Args:
        canary: lists and clicks of the users who were given the canary.
        champion: the same of the others.
        rules: when there is enough to decide, and how.
    """
    figures: dict[str, float] = {
        "canary_lists": canary.total,
        "canary_click_rate": canary.rate,
        "champion_lists": champion.total,
        "champion_click_rate": champion.rate,
        "minimum_lists": rules.minimum_lists,
        "limit_lists": rules.limit_lists,
    }
    over = canary.total + champion.total >= rules.limit_lists
    arms = (canary, champion)
    if any(one.total < rules.minimum_lists or one.groups < MIN_GROUPS for one in arms):
        verdict: Verdict = "rollback" if over else "go_on"
        return Decision(verdict, figures, "too few lists, or of too few users, to compare")
    found = difference(canary, champion)
    allowed = -rules.margin * champion.rate
    figures |= {"difference": found.mean, "low": found.low, "high": found.high, "allowed": allowed}
    seen = f"click rate {canary.rate:.2%} beside {champion.rate:.2%}"
    if found.high < 0:
        return Decision("rollback", figures, f"surely worse: {seen}")
    if found.low > allowed:
        better = "better" if found.low > 0 else "not worse by more than the margin"
        return Decision("promote", figures, f"surely {better}: {seen}")
    if over:
        return Decision("rollback", figures, f"not shown to be as good within the limit: {seen}")
    return Decision("go_on", figures, f"not sure yet: {seen}")
