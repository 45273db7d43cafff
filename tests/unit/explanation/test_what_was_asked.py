"""A list is explained by the request that led to it, as the ranker would have read that."""

import pytest

from freshet.contracts.inputs import Request, Seen
from freshet_ranker.config import RankerConfig
from freshet_ranker.explain.from_topics import _ranking_request
from harness.ranking import T0, recommend, state


@pytest.mark.parametrize(
    ("setting", "asked", "seen"),
    [("exclude", "again", "again"), ("allow", None, "allow"), ("allow", "exclude", "exclude")],
)
def test_what_may_come_again_is_what_the_request_says_else_the_setting(
    setting: Seen, asked: Seen | None, seen: Seen
) -> None:
    config = RankerConfig(seen=setting)
    request = Request(event_id="r", event_time=T0, user_id="ada", seen=asked)
    published = recommend("ada", ["item-1"], "list")
    assert _ranking_request(config, "ada", None, published, request).seen == seen


def test_of_an_interest_the_setting_says_what_may_come_again() -> None:
    ada = state("ada", [1])
    made = _ranking_request(RankerConfig(seen="allow"), "ada", ada, None, None)
    assert (made.seen, made.trigger.kind) == ("allow", "interest")
