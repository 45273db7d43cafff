"""What is worked out of each user: what they liked, in order, and what they search for."""

from freshet.domain.ranking.user_context import UserContext, user_context
from harness.happened import INVENTORY, Event, click, feedback, folded, query
from harness.ranking import ranking_request

MINUTE_MS = 60_000


def of(*happened: Event, **asked: object) -> UserContext:
    return user_context(
        INVENTORY, [ranking_request(folded(*happened) if happened else None, **asked)]
    )


def test_what_was_liked_comes_the_newest_first() -> None:
    known = of(*(click(n, n) for n in range(18)))
    assert known.liked.tolist() == [[*range(17, 7, -1)]]
    assert known.latest.tolist() == [[*range(17, 1, -1)]]
    assert known.signals == [18]


def test_what_is_shorter_is_padded_behind_and_what_speaks_against_is_left_out() -> None:
    known = of(click(3, 1), feedback(4, "hide", 2), feedback(5, "like", 3), query("sea", 4))
    assert known.liked.tolist() == [[5, 3, *[-1] * 8]]
    assert known.latest.tolist() == [[5, 3, *[-1] * 14]]
    assert known.signals == [3]


def test_a_search_is_looked_at_until_half_an_hour_of_other_acts_has_passed() -> None:
    for later_ms, text in ((30 * MINUTE_MS, "sea"), (30 * MINUTE_MS + 1, "")):
        known = of(query("love", 0), query("sea", 1), click(0, 1 + later_ms))
        assert known.queries == [text]
        assert [bool(codes) for codes in known.query_codes] == [bool(text)]
    assert of(query("sea", 1), query="a love").queries == ["a love"]
    assert of(query="a love").query_words == [2]


def test_of_nobody_nothing_is_known() -> None:
    known = of()
    assert (known.queries, known.query_codes, known.query_words) == ([""], [set()], [1])
    assert (known.tags, known.signals) == ([{}], [0])
    assert (known.liked == -1).all()
    assert not known.interests.any()
