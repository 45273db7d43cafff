"""Lists that nobody reads a text of cost nothing."""

from freshet.domain.narrative.worth import MAX_AGE_MS, Attention, skips
from harness.narratives import a_list, place

NOW = 1_000_000


def test_a_user_has_one_text_in_a_while() -> None:
    attention = Attention(interval_ms=5_000)
    assert attention.is_due("ada", NOW)
    attention.given("ada", NOW)
    assert not attention.is_due("ada", NOW + 4_999)
    assert attention.is_due("ada", NOW + 5_000)
    assert attention.is_due("bob", NOW)


def test_lists_without_interest_age_or_items_are_not_worth_one() -> None:
    made = a_list(place("tent"), made_ms=NOW)
    assert skips(made, NOW) is None
    assert skips(made, NOW + MAX_AGE_MS + 1) == "old"
    assert skips(a_list(place("tent"), strategy="trending"), NOW) == "not_personal"
    assert skips(a_list(), NOW) == "empty"


def test_it_remembers_a_bounded_number_of_users() -> None:
    attention = Attention(interval_ms=5_000, max_users=2)
    for user in ("ada", "bob", "ada", "cyd"):
        attention.given(user, NOW)
    due = {user: attention.is_due(user, NOW) for user in ("ada", "bob", "cyd")}
    assert due == {"ada": False, "bob": True, "cyd": False}
