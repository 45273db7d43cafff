"""The headers of what a user did reach the state and the list that know it."""

import msgspec
import pytest
from prometheus_client import CollectorRegistry

from freshet.contracts.derived import Interests
from freshet.contracts.inputs import Click, Impression, Request
from freshet.contracts.registry import CATALOG, CLICKS, IMPRESSIONS, INTERESTS, REQUESTS
from freshet.streaming.batch import Batch, Headers, Output, Received
from freshet.streaming.headers import CORRELATION_ID
from freshet.streaming.service import Service
from freshet_interests.config import InterestsConfig
from freshet_interests.service import build_service as build_interests
from freshet_ranker.config import RankerConfig
from freshet_ranker.service import build_service as build_ranker
from freshet_ranker.service import describe
from harness.ranking import T0, item, state

FIRST: Headers = ((CORRELATION_ID, b"first"),)
SECOND: Headers = ((CORRELATION_ID, b"second"),)


@pytest.fixture
def interests() -> Service:
    service = build_interests(InterestsConfig())
    assert isinstance(service.registry, CollectorRegistry)
    assert service.state is not None
    service.state.begin([0])
    return service


@pytest.fixture
def ranker() -> Service:
    config = RankerConfig()
    service = build_ranker(config)
    assert service.state is not None
    service.state.begin([0])
    items = [item(n, embedding_version=config.embedding_version) for n in range(40)]
    records = [Received(one, one.item_id.encode(), n, T0, ()) for n, one in enumerate(items)]
    service.global_tables[0].apply(Batch(CATALOG, 0, records))
    return service


def clicked(n: int, headers: Headers) -> Received[Click]:
    made = Click(event_id=f"c{n}", event_time=T0 + n, user_id="ada", item_id="item-1")
    return Received(made, b"ada", n, T0 + n, headers)


def shown(headers: Headers) -> Received[Impression]:
    made = Impression(event_id="i", event_time=T0 + 50, user_id="ada", item_ids=["item-2"])
    return Received(made, b"ada", 0, T0 + 50, headers)


def changed(state: Interests, offset: int, headers: Headers) -> Batch:
    return Batch(INTERESTS, 0, [Received(state, b"ada", offset, T0, headers)])


def only(outputs: object) -> Output:
    assert isinstance(outputs, list)
    (output,) = outputs
    assert isinstance(output, Output)
    return output


def test_a_state_carries_the_headers_of_the_newest_act(interests: Service) -> None:
    clicks = Batch(CLICKS, 0, [clicked(1, FIRST), clicked(2, SECOND)])
    seen = Batch(IMPRESSIONS, 0, [shown(((CORRELATION_ID, b"shown"),))])
    assert only(interests.process([clicks, seen], T0)).headers == SECOND


def test_an_act_without_headers_does_not_end_the_trace_of_another(interests: Service) -> None:
    clicks = Batch(CLICKS, 0, [clicked(1, FIRST), clicked(2, ())])
    assert only(interests.process([clicks], T0)).headers == FIRST


def test_headers_of_one_set_do_not_reach_the_next(interests: Service) -> None:
    interests.process([Batch(CLICKS, 0, [clicked(1, FIRST)])], T0)
    assert only(interests.process([Batch(CLICKS, 0, [clicked(2, ())])], T0)).headers == ()


def test_a_list_carries_the_headers_of_the_act_and_not_of_what_was_shown(ranker: Service) -> None:
    acted = state("ada", [0, 5])
    quiet = msgspec.structs.replace(acted, acted=False)
    output = only(ranker.process([changed(acted, 1, FIRST), changed(quiet, 2, SECOND)], T0))
    assert output.headers == FIRST


def test_a_request_and_an_act_are_answered_each_with_its_headers(ranker: Service) -> None:
    request = Request(event_id="r", event_time=T0, user_id="ada")
    asked = Batch(REQUESTS, 0, [Received(request, b"ada", 0, T0, SECOND)])
    outputs = ranker.process([changed(state("ada", [0]), 1, FIRST), asked], T0)
    assert [output.headers for output in outputs] == [FIRST, list(SECOND)]


@pytest.mark.parametrize("value", [None, b"x" * 1_000_000])
def test_a_hostile_correlation_id_is_not_carried_on(ranker: Service, value: bytes | None) -> None:
    request = Request(event_id="r", event_time=T0, user_id="ada")
    headers: Headers = [(CORRELATION_ID, value)]  # type: ignore[list-item]
    asked = Batch(REQUESTS, 0, [Received(request, b"ada", 0, T0, headers)])
    assert only(ranker.process([asked], T0)).headers == [(CORRELATION_ID, b"r")]


def test_a_trace_says_which_model_made_a_list(ranker: Service) -> None:
    output = only(ranker.process([changed(state("ada", [0]), 1, ())], T0))
    assert describe(output) == {
        "freshet.model": "prior@1",
        "freshet.strategy": "explore",
        "freshet.trigger": "interest",
        "freshet.items": 10,
    }
