"""The ranker makes a list for what a user did, and none for what a user was only shown."""

import msgspec
import pytest

from freshet.contracts.derived import Interests
from freshet.contracts.inputs import Request
from freshet.contracts.registry import CATALOG, INTERESTS, RECOMMENDATIONS, REQUESTS
from freshet.streaming.batch import Batch, Output, Received
from freshet.streaming.service import Service
from freshet_ranker.config import RankerConfig
from freshet_ranker.service import build_service
from harness.ranking import T0, item, state

CONFIG = RankerConfig()


@pytest.fixture
def ranker() -> Service:
    service = build_service(CONFIG)
    assert service.state is not None
    service.state.begin([0])
    items = [item(n, embedding_version=CONFIG.embedding_version) for n in range(40)]
    records = [Received(one, one.item_id.encode(), n, T0, ()) for n, one in enumerate(items)]
    service.global_tables[0].apply(Batch(CATALOG, 0, records))
    return service


def answers(ranker: Service, *states: Interests) -> list[Output]:
    records = [Received(one, one.user_id.encode(), n, T0, ()) for n, one in enumerate(states)]
    return [
        output
        for output in ranker.process([Batch(INTERESTS, 0, records)], T0)
        if output.topic is RECOMMENDATIONS
    ]


ACTED = state("ada", [0, 5])
SHOWN = msgspec.structs.replace(ACTED, acted=False, passed=["item-9"])


def test_what_was_only_shown_asks_for_no_list(ranker: Service) -> None:
    assert answers(ranker, SHOWN) == []


def test_an_act_is_answered_though_an_impression_came_with_it(ranker: Service) -> None:
    assert len(answers(ranker, ACTED, SHOWN)) == 1


def test_what_was_shown_is_known_to_the_next_request(ranker: Service) -> None:
    answers(ranker, SHOWN)
    request = Request(event_id="r", event_time=T0, user_id="ada")
    batch = Batch(REQUESTS, 0, [Received(request, b"ada", 0, T0, ())])
    (output,) = ranker.process([batch], T0)
    assert output.key == b"ada"
    kept = ranker.state.get(0, b"ada") if ranker.state else None
    assert kept is not None
    assert msgspec.json.decode(kept, type=Interests).passed == ["item-9"]


def test_before_there_is_an_item_a_request_is_answered_with_nothing() -> None:
    service = build_service(CONFIG)
    assert service.state is not None
    service.state.begin([0])
    request = Request(event_id="r", event_time=T0, user_id="ada")
    (output,) = service.process([Batch(REQUESTS, 0, [Received(request, b"ada", 0, T0, ())])], T0)
    assert output.value is not None
    assert msgspec.json.decode(output.value)["items"] == []
    # And what someone did is remembered for the time when there are some.
    assert answers(service, ACTED) == []


def test_a_state_that_knows_less_than_the_one_before_it_is_passed_over(ranker: Service) -> None:
    new = msgspec.structs.replace(ACTED, applied={"clicks": 9})
    old = msgspec.structs.replace(state("ada", [0]), applied={"clicks": 4})
    assert len(answers(ranker, new, old)) == 1
    assert answers(ranker, old) == []
    kept = ranker.state.get(0, b"ada") if ranker.state else None
    assert kept is not None
    assert msgspec.json.decode(kept, type=Interests).applied == {"clicks": 9}
