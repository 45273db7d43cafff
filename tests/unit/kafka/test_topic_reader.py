"""Reading to what is the end now: by positions, past holes, and never for ever."""

from collections import deque
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import KafkaTimeoutError

from freshet.kafka import silence
from freshet.kafka.silence import BrokerSilent
from freshet.kafka.topic_reader import ends_of, more, read_to_end

TP0, TP1 = TopicPartition("t", 0), TopicPartition("t", 1)


class Log:
    """Partitions as a consumer sees them: what each poll gives, and where it then stands."""

    def __init__(self, ends: dict[TopicPartition, int], *polls: dict[Any, tuple[list[str], int]]):
        self.ends, self.late = ends, 0
        self.asked = 0
        self._polls = deque(polls)
        self._positions = dict.fromkeys(ends, 0)

    async def end_offsets(self, partitions: list[TopicPartition]) -> dict[TopicPartition, int]:
        self.asked += 1
        if self.asked <= self.late:
            raise KafkaTimeoutError
        return {tp: self.ends[tp] for tp in partitions}

    async def position(self, tp: TopicPartition) -> int:
        return self._positions[tp]

    async def getmany(self, *, timeout_ms: int, max_records: int | None) -> dict[Any, list[str]]:
        poll = self._polls.popleft() if self._polls else {}
        for tp, (_, position) in poll.items():
            self._positions[tp] = position
        return {tp: records for tp, (records, _) in poll.items() if records}


async def read(log: Log) -> list[tuple[int, list[str]]]:
    found: list[tuple[int, list[str]]] = []
    await read_to_end(
        log,
        log.ends,
        lambda topic, partition, records: found.append((partition, list(records))),
    )
    return found


async def test_every_partition_is_read_to_its_end() -> None:
    log = Log({TP0: 2, TP1: 3}, {TP0: (["a", "b"], 2)}, {}, {TP1: (["c"], 1)}, {TP1: (["d"], 3)})
    assert await read(log) == [(0, ["a", "b"]), (1, ["c"]), (1, ["d"])]


async def test_a_log_that_ends_in_a_hole_has_an_end() -> None:
    log = Log({TP0: 5}, {TP0: (["a"], 1)}, {TP0: ([], 5)})
    assert await read(log) == [(0, ["a"])]


async def test_an_empty_log_is_not_asked_for_records() -> None:
    assert await more(Log({TP0: 0}), {TP0: 0}) == {}


async def test_a_broker_that_has_more_and_gives_none_is_silent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Silent(Log):
        async def getmany(self, *, timeout_ms: int, max_records: int | None) -> dict[Any, Any]:
            raise TimeoutError

    monkeypatch.setattr(silence, "ENDS_S", 5)
    with pytest.raises(BrokerSilent, match="no records of t came"):
        await more(Silent({TP0: 5}), {TP0: 5})


@pytest.mark.parametrize("late", [0, 1, 7])
async def test_a_broker_that_is_late_is_asked_again(late: int) -> None:
    log = Log({TP0: 5})
    log.late = late
    assert await ends_of(log, [TP0]) == {TP0: 5}


async def test_a_broker_that_never_tells_is_asked_eight_times() -> None:
    log = Log({TP0: 5})
    log.late = 99
    with pytest.raises(KafkaTimeoutError):
        await ends_of(log, [TP0])
    assert log.asked == 8
