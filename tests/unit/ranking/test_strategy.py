"""What is done for a user follows from their interactions, and the list says so."""

import msgspec
import pytest

from freshet.contracts.derived import Interests
from freshet.contracts.recommendations import (
    Evidence,
    InterestUsed,
    Recommendations,
    Strategy,
    StrategyReason,
)
from freshet.domain.ranking.rank import Ranking
from freshet.domain.ranking.strategy import strategy_of
from harness.happened import Event, click, feedback, folded, query
from harness.ranking import T0, PlainScorer, item, put, ranking_request, stocked, trends

INVENTORY = stocked(200)
#: Items 900 and on have nothing in common, 950 and on no tags at all.
for _n in range(900, 910):
    put(INVENTORY, item(_n, tags=[f"alone {_n}"]))
for _n in range(950, 960):
    put(INVENTORY, item(_n, tags=[]))

MINUTE_MS = 60_000


def made_of(state: Interests | None, clicks: float = 1.0, **asked: object) -> Recommendations:
    ranking = Ranking(INVENTORY, trends(INVENTORY, {7: clicks} if clicks else {}), 0.0)
    (made,) = ranking.rank([ranking_request(state, **asked)], PlainScorer(), T0)
    return made


def clicks(*items: int) -> list[Event]:
    return [click(n, at) for at, n in enumerate(items)]


@pytest.mark.parametrize(
    ("happened", "clicked", "strategy", "reason"),
    [
        (clicks(0, 5, 10), 1.0, "personalised", "interest"),
        (clicks(0, 5), 1.0, "explore", "few_acts"),
        (clicks(900, 901, 902, 903), 1.0, "explore", "no_interest"),
        (clicks(950, 951, 952), 1.0, "personalised", "content"),
        ([feedback(0, "hide"), feedback(1, "dislike", 1)], 1.0, "trending", "nothing_liked"),
        ([feedback(0, "hide"), feedback(1, "dislike", 1)], 0.0, "cold_start", "nothing_liked"),
        ([], 1.0, "trending", "nothing_known"),
        ([], 0.0, "cold_start", "nothing_known"),
        ([query("love")], 0.0, "personalised", "intent"),
        ([query("nothing that there is")], 0.0, "explore", "few_acts"),
        ([*clicks(900, 901, 902, 903), query("war", 9)], 1.0, "personalised", "intent"),
    ],
)
def test_a_list_says_what_decided_its_strategy(
    happened: list[Event], clicked: float, strategy: Strategy, reason: StrategyReason
) -> None:
    made = made_of(folded(*happened) if happened else None, clicked)
    assert (made.strategy, made.strategy_reason) == (strategy, reason)
    assert made.items


def test_one_search_changes_the_next_list_and_the_list_says_the_intent() -> None:
    before = folded(*clicks(0, 5, 10))
    after = folded(*clicks(0, 5, 10), query("love", 20))
    plain, searched = made_of(before), made_of(after)
    assert plain.intent is None
    assert searched.intent is not None
    assert searched.intent.query == "love"
    assert searched.intent.tags == ["love"]
    about_love = [one for one in searched.items if int(one.item_id[5:]) % 5 == 2]
    assert len(about_love) > sum(int(one.item_id[5:]) % 5 == 2 for one in plain.items)
    assert searched.items[0].reasons[0].kind == "query"
    love = next(one for one in searched.interests if one.tag == "love")
    assert love.evidence[0].query == "love"


def test_a_search_with_the_request_is_an_intent_of_a_stranger() -> None:
    made = made_of(None, query="space")
    assert (made.strategy, made.strategy_reason) == ("personalised", "intent")
    assert made.intent is not None
    assert made.intent.tags == ["space"]
    assert made.interests == []


def test_an_intent_that_nothing_answers_says_so() -> None:
    made = made_of(None, query="zeppelins")
    assert made.intent is not None
    assert made.intent.tags == []


def test_an_intent_passes() -> None:
    later = [*clicks(0, 5, 10), query("love", 20), click(15, 20 + 31 * MINUTE_MS)]
    assert made_of(folded(*later)).intent is None


def test_a_list_names_interests_with_trend_and_evidence() -> None:
    made = made_of(folded(*clicks(0, 5, 10, 1)))
    assert made.interests[0].tag == "sea"
    assert made.interests[0].trend == "steady"
    evidence = Evidence(kind="click", item_id="item-10", time_ms=T0 + 2)
    assert made.interests[0].evidence[0] == evidence


def test_only_an_interest_of_enough_weight_and_acts_is_found() -> None:
    interaction = Evidence(kind="click", item_id="item-1", time_ms=T0)

    def reason(weight: float, interactions: int) -> StrategyReason:
        interest = InterestUsed(tag="sea", weight=weight, evidence=[interaction] * interactions)
        return strategy_of(
            [interest], searching=False, signals=9, acted=True, anything_popular=True
        )[1]

    assert reason(1.5, 2) == "interest"
    assert reason(1.4, 3) == "no_interest"
    assert reason(3.0, 1) == "no_interest"
    assert reason(-3.0, 3) == "content"


def test_a_reader_of_the_form_before_still_reads_a_list() -> None:
    class Before(msgspec.Struct):
        class Used(msgspec.Struct):
            tag: str
            weight: float

        strategy: str
        interests: list[Used]

    made = made_of(folded(*clicks(0, 5, 10)))
    old = msgspec.json.decode(msgspec.json.encode(made), type=Before)
    assert (old.strategy, old.interests[0].tag) == ("personalised", "sea")
    # And today's reader reads a list that was sent before.
    told = msgspec.to_builtins(made)
    for name in ("strategy_reason", "intent"):
        del told[name]
    told["interests"] = [{"tag": "sea", "weight": 1.0}]
    assert msgspec.convert(told, Recommendations).interests[0].trend == "steady"
