"""What a candidate is to a user who was shown things and passed them over."""

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from freshet.contracts.derived import Interests
from freshet.domain.ranking.features.feature import Feature, FeatureInputs
from freshet.domain.ranking.features.registry import (
    CROSS_FEATURES,
    FEATURES,
    UnknownFeature,
    cross_features,
)
from freshet.domain.ranking.inventory import Inventory
from freshet.domain.ranking.model_inputs import user_inputs
from freshet.domain.ranking.moment import moment_of
from freshet.domain.ranking.popularity import Popularity
from freshet.domain.ranking.user_context import user_context
from freshet.models.graph_inputs import PASSED
from harness.ranking import T0, item, put, ranking_request, state, stocked, trend, trends

INVENTORY = stocked(60)
POPULARITY = trends(INVENTORY, {n: float(n) for n in range(60)})
ROWS = np.arange(60)


def passing(user: str, clicked: list[int], passed: list[int]) -> Interests:
    return msgspec.structs.replace(state(user, clicked), passed=[f"item-{n}" for n in passed])


def features(*states: Interests | None) -> dict[str, NDArray[np.float32]]:
    """Of all items for each user, [b, 60]."""
    POPULARITY.refresh(T0)
    requests = [ranking_request(one) for one in states]
    rows = np.broadcast_to(ROWS, (len(states), len(ROWS)))
    cross = cross_features(FeatureInputs(moment_of(INVENTORY, POPULARITY, requests, T0), rows))
    return {name: cross[:, :, n] for n, name in enumerate(CROSS_FEATURES)}


@pytest.mark.parametrize("name", ["tag_affinity", "content_affinity"])
def test_what_is_passed_over_pulls_its_like_below_what_is_clicked(name: str) -> None:
    # Items 0, 5, 10 are of the sea; 1, 6, 11 of war; 2, 7, 12 of love, which says nothing here.
    (found,) = features(passing("ada", [0, 5, 10], [1, 6, 11]))[name]
    sea, war, love = (found[subject + 20 :: 5].mean() for subject in (0, 1, 2))
    assert sea > love > war


def test_affinity_is_the_sum_of_cosines_weighted_by_residuals() -> None:
    (found,) = features(passing("ada", [0, 5, 7], [1, 6, 11, 3]))["tag_affinity"]
    rows = np.array([0, 5, 7, 1, 6, 11, 3])
    residual = np.array([1.0] * 3 + [0.0] * 4) - POPULARITY.click_rate[rows]
    residual = (residual - residual.sum() / (7 + 20)) / 7**0.5
    tags = np.zeros((60, len(INVENTORY.tag_codes) + 1))
    np.put_along_axis(tags, INVENTORY.tags[:60].astype(np.int64), 1.0, axis=1)
    tags[:, 0] = 0
    tags *= np.sqrt(np.log(60 / np.maximum(tags.sum(axis=0), 1)))
    tags /= np.linalg.norm(tags, axis=1, keepdims=True)
    np.testing.assert_allclose(found, tags @ tags[rows].T @ residual, atol=1e-5)


def test_company_changes_no_feature() -> None:
    users = [
        passing("ada", [0, 5], [1, 2, 3]),
        None,
        passing("eve", [], list(range(20, 60))),
        state("bob", [7]),
    ]
    together = features(*users)
    for place, one in enumerate(users):
        for name, alone in features(one).items():
            np.testing.assert_allclose(together[name][place], alone[0], atol=1e-5, err_msg=name)


def test_what_was_passed_over_is_known_again() -> None:
    found = features(passing("ada", [0], [3, 9, 999]), None)["passed_before"]
    assert found[0].nonzero()[0].tolist() == [3, 9]
    assert not found[1].any()


def test_a_user_who_met_nothing_has_no_affinity() -> None:
    found = features(None, passing("ada", [999], [998]))
    for name in ("tag_affinity", "content_affinity", "passed_before"):
        assert not found[name].any()


def test_the_quick_rate_follows_the_first_impressions() -> None:
    inventory = stocked(3)
    popularity = Popularity(inventory)
    for n, (clicks, shown) in enumerate([(3.0, 3.0), (0.0, 3.0), (5.0, 100.0)]):
        popularity.put(trend(n, clicks, shown))
    popularity.refresh(T0)
    rate = 8 / 106
    np.testing.assert_allclose(
        popularity.click_rate_quick,
        [(3 + 3 * rate) / 6, 3 * rate / 6, (5 + 3 * rate) / 103],
        rtol=1e-5,
    )
    np.testing.assert_allclose(popularity.exposure, np.log1p([3, 3, 100]), rtol=1e-5)


def test_an_empty_shop_has_no_features() -> None:
    inventory = Inventory("s")
    requests = [ranking_request(passing("ada", [0], [1]))]
    rows = np.zeros((1, 0), np.int64)
    assert cross_features(
        FeatureInputs(moment_of(inventory, Popularity(inventory), requests, T0), rows)
    ).shape == (
        1,
        0,
        len(CROSS_FEATURES),
    )


def test_a_model_is_given_what_was_passed_over_the_newest_last() -> None:
    known = user_context(
        INVENTORY, [ranking_request(passing("ada", [0], [4, 2])), ranking_request(None)]
    )
    rows = user_inputs(known).skipped_rows
    assert rows.shape == (2, PASSED)
    assert rows[0, -3:].tolist() == [-1, 4, 2]
    assert (rows[1] == -1).all()


def test_a_tag_counts_by_the_items_that_carry_it_today() -> None:
    inventory = stocked(10)
    code = inventory.tag_codes["sea"]
    assert inventory.tag_logs[code] == pytest.approx(np.log(2))
    put(inventory, item(0, tags=["war"]))
    assert inventory.tag_logs[code] == 0
    put(inventory, item(5, tags=["war"]))
    assert np.isinf(inventory.tag_logs[code])


def of_a_stranger(feature: Feature, clicks: dict[int, float], items: int) -> float:
    """The value of the last of so many items, which nobody has interacted with."""
    inventory = stocked(items)
    popularity = trends(inventory, clicks)
    popularity.refresh(T0)
    moment = moment_of(inventory, popularity, [ranking_request(None)], T0)
    return float(feature.compute(FeatureInputs(moment, np.array([[items - 1]])))[0, 0])


@pytest.mark.parametrize("feature", FEATURES, ids=lambda one: one.name)
def test_the_value_of_the_unknown_is_as_the_feature_says(feature: Feature) -> None:
    small, large = of_a_stranger(feature, {0: 2.0}, 3), of_a_stranger(feature, {}, 40)
    if feature.unknown is None:
        assert small != pytest.approx(large, rel=1e-3)
    else:
        assert [small, large] == pytest.approx([feature.unknown] * 2, abs=1e-6)


def test_features_asked_for_alone_are_those_of_all() -> None:
    requests = [ranking_request(state("ada", [0, 5, 12])), ranking_request(None)]
    rows = np.arange(40).reshape(2, 20)
    inputs = FeatureInputs(moment_of(INVENTORY, POPULARITY, requests, T0), rows)
    together = cross_features(inputs)
    for place, name in enumerate(CROSS_FEATURES):
        alone = cross_features(
            FeatureInputs(moment_of(INVENTORY, POPULARITY, requests, T0), rows), [name]
        )
        np.testing.assert_allclose(alone[:, :, 0], together[:, :, place], atol=1e-6)


def test_a_feature_that_there_is_not_is_named() -> None:
    requests = [ranking_request(None)]
    inputs = FeatureInputs(
        moment_of(INVENTORY, POPULARITY, requests, T0), np.zeros((1, 1), np.int64)
    )
    with pytest.raises(UnknownFeature, match="fate, luck"):
        cross_features(inputs, ["rising", "luck", "fate"])


def test_work_is_done_once_and_only_if_a_feature_asks_for_it() -> None:
    requests = [ranking_request(state("ada", [0, 5, 12]))]
    inputs = FeatureInputs(
        moment_of(INVENTORY, POPULARITY, requests, T0), np.zeros((1, 1), np.int64)
    )
    done: list[FeatureInputs] = []

    def work(given: FeatureInputs) -> int:
        done.append(given)
        return 7

    assert not done
    assert [inputs.once(work), inputs.once(work)] == [7, 7]
    assert len(done) == 1
