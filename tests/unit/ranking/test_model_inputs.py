"""What models read of users: the same alone and in company, the newest interaction last."""

from dataclasses import replace

import msgspec
import numpy as np
import pytest

from freshet.contracts.derived import Cause, Interests, Recent, RecentQuery
from freshet.contracts.recommendations import Trigger
from freshet.domain.ranking.model_inputs import user_inputs, user_tokens
from freshet.domain.ranking.request import RankingRequest
from freshet.domain.ranking.user_context import UserContext, user_context
from freshet.models.graph_inputs import RECENT, USER_TOKENS, tokens
from harness.logs import MINUTE_MS, T0, catalog, stock

INVENTORY, _ = stock(catalog())


def ranking_request(interactions: int, query: str = "") -> RankingRequest:
    """Someone who clicked item-0, item-1, and so on, an hour apart."""
    newest_ms = T0 + interactions * 60 * MINUTE_MS
    state = Interests(
        event_id="e",
        event_time=T0,
        user_id="ada",
        caused_at=Cause(event_id="e", event_time_ms=newest_ms, broker_time_ms=newest_ms),
        recent=Recent(
            items=[f"item-{n % 14}" for n in range(interactions)],
            kinds=["click"] * interactions,
            times_ms=[T0 + n * 60 * MINUTE_MS for n in range(interactions)],
        ),
        queries=[RecentQuery(query, newest_ms)] if query else [],
        tags={"tea pot": 2000, "cup": 3000, "war": -9000, "tea": 2500},
        tags_epoch_ms=T0,
    )
    trigger = Trigger(kind="interest", event_id="e")
    return RankingRequest(
        user_id="ada", state=state if interactions else None, trigger=trigger, cause=None
    )


def known(*requests: RankingRequest) -> UserContext:
    return user_context(INVENTORY, requests)


def test_the_newest_act_is_last_and_what_is_not_there_is_nothing() -> None:
    inputs = user_inputs(known(ranking_request(3)))
    assert inputs.recent_rows[0].tolist() == [-1] * 29 + [0, 1, 2]
    assert not inputs.recent_acts[0, :29].any()
    strengths, ages_h = inputs.recent_acts[0, 29:, 1], np.expm1(8 * inputs.recent_acts[0, 29:, 2])
    assert inputs.recent_acts[0, 29:, 0].tolist() == [1, 1, 1]
    assert strengths.tolist() == pytest.approx([1 / 3] * 3)
    assert ages_h.tolist() == pytest.approx([2, 1, 0], abs=1e-4)


def test_an_act_on_an_unknown_item_is_not_there() -> None:
    # The catalog has twelve items, so the 13th and the 14th interaction are on unknown ones.
    inputs = user_inputs(known(ranking_request(14)))
    assert inputs.recent_rows[0, -3:].tolist() == [11, -1, -1]
    assert not inputs.recent_acts[0, -2:].any()


def test_users_together_are_as_each_alone() -> None:
    requests = [ranking_request(interactions) for interactions in (0, 1, 3, 40, 60)]
    together, words = user_inputs(known(*requests)), user_tokens(known(*requests))
    assert together.recent_rows.shape == (5, RECENT)
    for n, one in enumerate(requests):
        alone = user_inputs(known(one))
        np.testing.assert_array_equal(together.recent_rows[n], alone.recent_rows[0])
        np.testing.assert_array_equal(together.recent_acts[n], alone.recent_acts[0])
        np.testing.assert_array_equal(words[n], user_tokens(known(one))[0])


def test_a_users_words_are_the_search_then_the_liked_tags_the_strongest_first() -> None:
    expected = tokens(["blue", "cup", "cup", "tea", "tea", "pot"], USER_TOKENS)
    assert user_tokens(known(ranking_request(1, "Blue cup")))[0].tolist() == expected.tolist()


def test_nobody_has_no_words() -> None:
    assert not user_tokens(known(ranking_request(0))).any()


def test_the_strongest_act_is_one_and_an_act_of_four_months_ago_too() -> None:
    day_ms = 24 * 60 * MINUTE_MS
    one = ranking_request(3)
    assert one.state is not None
    recent = Recent(
        items=["item-0", "item-1", "item-2"],
        kinds=["purchase", "hide", "dismiss"],
        times_ms=[T0 - 124 * day_ms, T0 - 7 * 60 * MINUTE_MS, T0],
    )
    inputs = user_inputs(
        known(replace(one, state=msgspec.structs.replace(one.state, recent=recent)))
    )
    np.testing.assert_allclose(inputs.recent_acts[0, -3:, 1], [1.0, -1.0, -0.5 / 3], rtol=1e-6)
    # ln(1 + 2976) / 8, ln(1 + 7) / 8.
    np.testing.assert_allclose(inputs.recent_acts[0, -3:, 2], [0.999834, 0.259930, 0.0], atol=1e-6)
