"""Lists that nobody reads a text of cost nothing."""

from freshet.domain.narrative.worth import MAX_AGE_MS, Attention
from harness.narratives import a_list, place

NOW = 1_000_000


def test_a_user_has_one_text_in_a_while() -> None:
    attention = Attention(interval_ms=5_000)
    made = a_list(place("tent"), made_ms=NOW)
    assert attention.skips(made, NOW) is None
    attention.given("ada", NOW)
    assert attention.skips(made, NOW + 4_999) == "lately"
    assert attention.skips(made, NOW + 5_000) is None
    assert attention.skips(a_list(place("tent"), user_id="bob"), NOW) is None


def test_lists_without_interest_age_or_items_are_not_worth_one() -> None:
    attention = Attention(interval_ms=0)
    assert attention.skips(a_list(place("tent"), strategy="trending"), NOW) == "not_personal"
    assert attention.skips(a_list(), NOW) == "empty"
    assert attention.skips(a_list(place("tent")), NOW + MAX_AGE_MS + 1) == "old"


def test_it_remembers_a_bounded_number_of_users() -> None:
    attention = Attention(interval_ms=5_000, max_users=2)
    for user in ("ada", "bob", "ada", "cyd"):
        attention.given(user, NOW)
    skipped = {
        user: attention.skips(a_list(place("tent"), user_id=user), NOW)
        for user in ("ada", "bob", "cyd")
    }
    assert skipped == {"ada": "lately", "bob": None, "cyd": "lately"}
