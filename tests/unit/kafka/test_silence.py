"""A topic is heard of when a record is taken in, or the broker says anew that there is none."""

import logging
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import TopicPartition

from freshet.kafka import silence
from freshet.kafka.silence import BrokerSilent, Silence

FIRST, SECOND = TopicPartition("catalog", 0), TopicPartition("catalog", 1)


class Consumer:
    """What the client remembers of its partitions, moved by hand."""

    def __init__(self, *partitions: TopicPartition) -> None:
        self._fetcher = None
        self.states = {
            tp: SimpleNamespace(
                position=0, has_valid_position=True, highwater=0, lso=None, timestamp=1
            )
            for tp in partitions
        }
        assignment = SimpleNamespace(state_value=self.states.__getitem__)
        self._subscription = SimpleNamespace(subscription=SimpleNamespace(assignment=assignment))

    def assignment(self) -> set[TopicPartition]:
        return set(self.states)


def after(seconds: int, consumer: Consumer, heard: Silence, each: Any = lambda: None) -> float:
    for _ in range(seconds):
        each()
        heard._look(consumer, 1.0)
    return heard.seconds["catalog"]


def answered(consumer: Consumer, tp: TopicPartition, end: int = 0) -> None:
    consumer.states[tp].timestamp += 500
    consumer.states[tp].highwater = end


def test_a_topic_with_nothing_new_is_heard_of_as_long_as_the_broker_says_so() -> None:
    consumer, heard = Consumer(FIRST), Silence(["catalog"])
    assert after(50, consumer, heard, lambda: answered(consumer, FIRST)) == 0


def test_no_answer_is_silence() -> None:
    consumer, heard = Consumer(FIRST), Silence(["catalog"])
    after(1, consumer, heard)
    assert after(50, consumer, heard) == 50


def test_records_that_are_there_and_not_taken_in_are_silence() -> None:
    """However often the broker answers: the view stands still while its topic moves."""
    consumer, heard = Consumer(FIRST), Silence(["catalog"])
    after(1, consumer, heard)
    assert after(50, consumer, heard, lambda: answered(consumer, FIRST, end=7)) == 50
    consumer.states[FIRST].position = 3
    assert after(1, consumer, heard) == 0


def test_one_partition_that_stands_still_is_enough() -> None:
    consumer, heard = Consumer(FIRST, SECOND), Silence(["catalog"])
    after(1, consumer, heard)
    assert after(50, consumer, heard, lambda: answered(consumer, FIRST)) == 50


def test_a_topic_that_is_never_assigned_is_silent() -> None:
    assert after(50, Consumer(), Silence(["catalog"])) == 50


def test_silence_is_said_once_and_ends_the_reading(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    consumer, heard = Consumer(FIRST), Silence(["catalog"])
    after(40, consumer, heard)
    assert heard.named() == ["catalog"]
    assert [record.getMessage() for record in caplog.records] == [
        "topics of which nothing was heard for 30 s: catalog"
    ]
    with pytest.raises(BrokerSilent, match="nothing was heard of catalog for 120 s"):
        after(int(silence.ENDS_S), consumer, heard)
