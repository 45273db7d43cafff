"""The committed prior is what the code builds today."""

from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from freshet_ranker.config import PRIOR


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_a_fresh_build_of_the_prior_scores_as_the_committed_one(tmp_path: Path) -> None:
    from freshet_trainer.prior import random_inputs, towers, write_prior
    from freshet_trainer.towers import OUTPUTS

    assert write_prior(tmp_path, "1") <= 1e-5
    inputs = random_inputs(7, 33)
    for role, model in towers().graphs.items():
        mine = {one.name: inputs[one.name] for one in model.inputs}
        committed, built = (
            onnxruntime.InferenceSession(folder / f"{role}.onnx").run(OUTPUTS[role], mine)
            for folder in (PRIOR, tmp_path)
        )
        for one, other in zip(committed, built, strict=True):
            np.testing.assert_allclose(one, other, atol=1e-5)
