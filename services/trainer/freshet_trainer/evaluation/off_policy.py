"""How many clicks another policy would have got, from lists that were logged with propensities.

A list is made rank by rank, and the log says with which chance each item was put at its rank, given
those above. What the target policy would have shown as well is weighed up, the rest down: the
weight of a rank is the product over it and all ranks above of the target's chance by the logged one
(McInerney et al., Counterfactual evaluation of slate recommendations with sequential reward
interactions, 2020). With one rank these are the estimators of contextual bandits.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingRegressor

from freshet.domain.evaluation import report
from freshet.domain.evaluation.bootstrap import mean_interval
from freshet.domain.evaluation.logged import Logged
from freshet.domain.evaluation.report import figure

Ranks = NDArray[np.float64]

_FOLDS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What an outcome model expects, of lists that it was not fitted on.

    Attributes:
        logged: clicks of the item that was shown at each rank, [n, k].
        target: clicks of what the target policy would put there, given the items above, [n, k].
    """

    logged: Ranks
    target: Ranks


def estimate(
    log: Logged, target: Ranks, expected: Expected, *, policy: str, draws: int, seed: int
) -> report.OffPolicy:
    """Clicks a list of the target policy, each estimate with its interval over users.

    - IPS, inverse propensity scoring: the mean over lists of the sum over ranks of w·c. Unbiased.
    - SNIPS, self-normalised: by rank, Σ w·c / Σ w. Less variance, a bias that vanishes with n
      (Swaminathan and Joachims, The self-normalized estimator for counterfactual learning, 2015).
    - DR, doubly robust: what the outcome model expects of the target policy, and its errors on
      what was logged, weighed: w·(c - q) + w_above·q_target. Unbiased whatever the model, and of
      less variance than IPS where the model knows something (Dudik et al., Doubly robust policy
      evaluation and learning, 2011).

    A policy that is far from the logged one has few lists that speak for it. Below some hundred
    effective ones the bootstrap does not know what it has not seen, and the intervals are too
    narrow: in the simulator 70 to 80 % of them held the truth with 50, 93 to 96 % with 75 and more.

    Args:
        log: n lists of k ranks.
        target: chance that the policy puts the logged item at its rank, given those above, [n, k].
        expected: of the outcome model.
        policy: its name, for a person.
        draws: of the bootstrap.
        seed: of the bootstrap.
    """
    products = np.cumprod(np.where(log.there, target / log.propensity, 1.0), axis=1)
    weights = products * log.there
    above = np.concatenate([np.ones((len(log), 1)), weights[:, :-1]], axis=1) * log.there
    ips = (weights * log.clicks).sum(axis=1)
    surprise = (log.clicks - expected.logged) * log.there
    dr = (weights * surprise + above * expected.target).sum(axis=1)
    total = weights.sum(axis=0)
    rates = np.divide((weights * log.clicks).sum(axis=0), total, where=total > 0, out=0.0 * total)
    share = log.there.mean(axis=0)
    # A ratio's interval is that of its linear part (the delta method): the rates of the ranks,
    # and each list's part in their errors.
    part = np.divide(weights, total / len(log), where=total > 0, out=0.0 * weights)
    snips = (share * (rates + part * (log.clicks - rates))).sum(axis=1)
    # The weight of a whole list, at its last rank.
    whole = products[:, -1]

    def over_users(values: Ranks) -> report.Figure:
        return figure(mean_interval(values, log.users, draws, seed))

    return report.OffPolicy(
        policy=policy,
        lists=len(log),
        effective=float(whole.sum() ** 2 / max((whole**2).sum(), 1e-12)),
        mean_weight=float(whole.mean()),
        logged=over_users((log.clicks * log.there).sum(axis=1)),
        estimates={"IPS": over_users(ips), "SNIPS": over_users(snips), "DR": over_users(dr)},
    )


def expect(
    log: Logged,
    shown: NDArray[np.float32],
    choices: NDArray[np.float32],
    chances: Ranks,
    seed: int,
) -> Expected:
    """Fit an outcome model, cross-fitted by user: nobody's clicks are in what is expected of them.

    Args:
        log: n lists of k ranks.
        shown: features of each rank with its item, [n, k, f]. Where it is not known what else
            could have been picked they must be of what was known before the pick alone.
        choices: the same of all a items that could have been picked there, [n, k, a, f].
        chances: of each by the target policy, [n, k, a], of sum 1.
        seed: of the folds.
    """
    n, k, a, f = choices.shape
    users = np.unique(log.users, return_inverse=True)[1]
    fold = np.random.default_rng(seed).integers(_FOLDS, size=users.max() + 1)[users]
    logged, target = np.zeros((n, k)), np.zeros((n, k))
    for number in range(_FOLDS):
        held, known = fold == number, (fold != number)[:, None] & log.there
        if not held.any() or not known.any():
            continue  # too few users: nothing is expected, and DR is IPS
        model = HistGradientBoostingRegressor(
            max_iter=60, learning_rate=0.1, early_stopping=False, random_state=seed
        )
        model.fit(shown[known], log.clicks[known])
        logged[held] = model.predict(shown[held].reshape(-1, f)).reshape(-1, k)
        each = model.predict(choices[held].reshape(-1, f)).reshape(-1, k, a)
        target[held] = (each * chances[held]).sum(axis=2)
    return Expected(logged=logged, target=target)


def without_exploration(log: Logged, draws: int, seed: int) -> report.OffPolicy:
    """What the same ranker would have got, had it shown what it held best: what exploring costs.

    What else could have been picked is not logged, so the outcome model knows the rank, the
    chances of the items above and the strategy, none of which depends on the pick.
    """
    once = np.ones((*log.there.shape, 1))
    expected = expect(log, log.features, log.features[:, :, None], once, seed)
    return estimate(
        log,
        log.greedy(),
        expected,
        policy="the same rankers, never exploring",
        draws=draws,
        seed=seed,
    )
