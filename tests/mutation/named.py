"""Faults that the unit tests once let pass: each must be noticed.

Of each the module, the code, and what is written instead.
"""

NAMED: tuple[tuple[str, str, str], ...] = (
    (
        "ranking/features/tags.py",
        "lambda inputs: _squashed(_disliked(inputs))",
        "lambda inputs: 0 * _squashed(_disliked(inputs))",
    ),
    ("ranking/features/counts.py", "lambda items: items.rising", "lambda items: items.exposure"),
    (
        "ranking/features/content.py",
        "lambda inputs: inputs.once(_cosines)[:, 1]",
        "lambda inputs: inputs.once(_cosines)[:, 2]",
    ),
    (
        "ranking/features/content.py",
        "lambda inputs: inputs.once(_cosines)[:, 2]",
        "lambda inputs: inputs.once(_cosines)[:, 1]",
    ),
    ("ranking/features/nearest_recent.py", "cosines.max(axis=1)", "cosines.min(axis=1)"),
    ("ranking/features/query_match.py", "hits / users.query_words[user]", "hits"),
    (
        "ranking/features/freshness.py",
        "FRESHNESS_HALF_LIFE_MS = 14 * 24",
        "FRESHNESS_HALF_LIFE_MS = 1400 * 24",
    ),
    (
        "ranking/candidates/popular.py",
        "return first_eligible(moment.popularity.most[at], moment.eligible, wanted)",
        "return first_eligible(moment.popularity.most[at], moment.eligible & False, wanted)",
    ),
    (
        "ranking/candidates/fresh.py",
        "return first_eligible(moment.popularity.freshest, moment.eligible, count)",
        "return first_eligible(moment.popularity.freshest, moment.eligible & False, count)",
    ),
    ("ranking/candidates/searched.py", "if named else []", "if named and False else []"),
    ("ranking/candidates/similar.py", "[1.0, 0.7, 0.4]", "[0.4, 0.7, 1.0]"),
    (
        "ranking/context.py",
        "latest[users, nth[users, places] - 1]",
        "latest[users, -nth[users, places]]",
    ),
    ("ranking/context.py", "liked=latest[:, :LIKED]", "liked=latest[:, LIKED - 1 :: -1]"),
    ("ranking/popularity.py", "\nRATE_PRIOR = 20.0", "\nRATE_PRIOR = 5.0"),
    ("ranking/popularity.py", "QUICK_RATE_PRIOR = 3.0", "QUICK_RATE_PRIOR = 6.0"),
    ("ranking/reasons.py", "ALIKE = 0.35", "ALIKE = 0.7"),
    ("ranking/selector.py", "ALIKE = 0.9", "ALIKE = 0.6"),
    (
        "ranking/candidates/similar.py",
        'CandidateSource("similar", 60, _similar)',
        'CandidateSource("similar", 30, _similar)',
    ),
    ("interest/vectors.py", "FAST_HALF_LIFE_MS = 3_600_000", "FAST_HALF_LIFE_MS = 36_000_000"),
    (
        "interest/vectors.py",
        "[[FAST_HALF_LIFE_MS], [MIDDLING_HALF_LIFE_MS], [SLOW_HALF_LIFE_MS]]",
        "[[SLOW_HALF_LIFE_MS], [MIDDLING_HALF_LIFE_MS], [FAST_HALF_LIFE_MS]]",
    ),
    (
        "ranking/popularity.py",
        'newest = np.argsort(-published, kind="stable")',
        "newest = np.arange(len(published))",
    ),
    (
        "interest/slow.py",
        "vector += slow_of(encoded, space) * 2.0 ** ((as_of_ms - now_ms) / SLOW_HALF_LIFE_MS)",
        "vector += slow_of(encoded, space)",
    ),
    (
        "interest/vectors.py",
        "vectors[user, 2] += np.float32(fade) * slow_of(state.slow_vector, space)",
        "vectors[user, 2] += slow_of(state.slow_vector, space)",
    ),
)
