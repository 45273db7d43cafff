"""What is named raised the score: had it never happened, the score would be lower."""

from pathlib import Path

import pytest

from freshet_simulator.config import SimulatorConfig
from harness.never import Held, attentive
from harness.tastes import Town, plain_reading

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]


@pytest.fixture(scope="module")
def town() -> Town:
    """Forty people of a shop, some dozen acts each."""
    world = SimulatorConfig(people=40, items=200, seed=7, random_share=0.3)
    made = Town(world, plain_reading, learns=True)
    for _ in made.visits(700, 150):
        pass
    return made


def test_without_what_is_named_the_priors_score_is_lower(town: Town) -> None:
    found = Held(town)
    assert found.named["explain acts"] > 300
    for what in ("explain acts", "explain tags"):
        assert found.held[what] == found.named[what], what


def test_without_what_is_named_the_score_by_attention_is_lower(town: Town, tmp_path: Path) -> None:
    town.serve(attentive(town, tmp_path, epochs=6))
    found = Held(town)
    assert found.named["explain acts"] > 200
    assert found.held["explain tags"] == found.named["explain tags"]
    # Had an item never been shown, another would be remembered as passed over: that can outweigh.
    assert found.held["explain acts"] > 0.97 * found.named["explain acts"]
    # What attention looks at most is no reason by itself.
    assert found.held["attention"] < 0.9 * found.named["attention"]
