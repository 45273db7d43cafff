"""What is published first, and where keys lie."""

from typing import Any

import pytest
from aiokafka.partitioner import DefaultPartitioner
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from freshet.contracts.registry import CLICKS, DEAD_LETTERS, INTERESTS, ITEMS, Topic
from freshet.streaming.batch import Output
from freshet.streaming.partitioner import Partitioner
from freshet.streaming.processing import in_order
from freshet.streaming.service import Service
from freshet.streaming.state import PartitionedState


def service(**fields: Any) -> Service:
    return Service(
        name="any",
        inputs=(CLICKS,),
        process=lambda batches, now_ms: [],
        registry=CollectorRegistry(),
        **fields,
    )


def outputs(*topics: Topic) -> list[Output]:
    return [Output(topic, b"k%d" % n, b"{}", 0) for n, topic in enumerate(topics)]


MIXED = outputs(INTERESTS, ITEMS, INTERESTS, DEAD_LETTERS)


def test_all_goes_out_at_once_where_nothing_else_is_asked_for() -> None:
    for one in (service(), service(state=PartitionedState(INTERESTS))):
        assert list(in_order(MIXED, one)) == [MIXED]


def test_states_follow_the_rest_each_in_its_order() -> None:
    last = service(state=PartitionedState(INTERESTS), state_last=True)
    assert list(in_order(MIXED, last)) == [[MIXED[1], MIXED[3]], [MIXED[0], MIXED[2]]]
    assert list(in_order(MIXED[:1], last)) == [MIXED[:1]]
    assert list(in_order([], last)) == []


@given(st.text(min_size=1, max_size=40), st.integers(1, 400))
def test_a_key_lies_where_a_kafka_client_puts_it(key: str, count: int) -> None:
    partition_of = Partitioner(ITEMS)
    partition_of.learn(count)
    everywhere = list(range(count))
    assert partition_of(key) == DefaultPartitioner()(key.encode(), everywhere, everywhere)


def test_nothing_is_placed_before_the_count_is_known() -> None:
    with pytest.raises(ZeroDivisionError):
        Partitioner(ITEMS)("a")
