"""The id of a list and its chances: the same on every machine and for ever."""

import numpy as np

from freshet.domain.ranking.identity import recommendation_id, uniforms
from harness.ranking import ranking_request


def test_the_same_ask_to_the_same_model_is_the_same_list() -> None:
    first = recommendation_id(ranking_request(None), "m@1")
    assert first == recommendation_id(ranking_request(None, count=3), "m@1")
    assert first != recommendation_id(ranking_request(None), "m@2")
    assert first != recommendation_id(ranking_request(None, user_id="ada"), "m@1")
    assert len(first) == 32


def test_chances_follow_from_the_id_alone_and_are_in_the_unit_interval() -> None:
    found = uniforms("a list", 4_000)
    assert found[:3].tolist() == uniforms("a list", 3).tolist()
    assert found[0] != uniforms("another", 1)[0]
    assert 0 <= found.min() < 0.01
    assert 0.99 < found.max() < 1
    assert abs(found.mean() - 0.5) < 0.02
    assert abs(np.corrcoef(found[::2], found[1::2])[0, 1]) < 0.1
