"""The committed prior is what the code builds today."""

from pathlib import Path

import numpy as np
import pytest

from freshet.models.features import CROSS_FEATURES
from freshet_ranker.config import PRIOR
from freshet_ranker.scoring import OnnxScorer


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_a_fresh_build_of_the_prior_scores_as_the_committed_one(tmp_path: Path) -> None:
    from freshet_trainer.export import PARITY
    from freshet_trainer.publish import publish_prior

    assert publish_prior(tmp_path, "1") <= PARITY
    random = np.random.default_rng(1)
    interests = random.normal(size=(4, 3, 128)).astype(np.float32)
    embeddings = random.normal(size=(4, 128)).astype(np.float32)
    cross = random.uniform(-1, 1, (4, 4, len(CROSS_FEATURES))).astype(np.float32)
    answers = []
    for folder in (PRIOR, tmp_path):
        scorer = OnnxScorer(folder, threads=1)
        items = scorer.encode_items(embeddings)
        users = scorer.encode_users(interests)
        answers.append(scorer.score(users, np.stack([items] * 4), cross))
    for committed, built in zip(*answers, strict=True):
        np.testing.assert_allclose(committed, built, atol=1e-5)
