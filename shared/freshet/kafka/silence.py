"""Whether a topic that is read stands still, found out beside the reading.

What aiokafka's consumer waits for may never come: on a connection that says nothing, of a
partition that has no leader, or when the client's own fetching task has died, its calls return
empty or not at all, for ever and without an error. But each fetch is answered within half a
second, also when there is nothing to give. So a partition is heard of when a record of it is taken
in, or when the broker says anew that there is none; everything is bounded by how long that is ago.
"""

import asyncio
import logging
import time
from collections.abc import Coroutine, Iterable
from typing import Any, NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition

log = logging.getLogger(__name__)

#: A topic that nothing was heard of for so long is named as such.
NAMED_S = 30.0

#: After so long there is no sense in waiting on: the process should be started anew.
ENDS_S = 120.0

_LOOK_S = 1.0

#: How long reading that was given up may take to close its client.
_CLOSE_S = 10.0


class BrokerSilent(TimeoutError):
    """Nothing was heard of a topic for too long; the text says of which."""


class ReadPosition(NamedTuple):
    """Where a consumer is in a partition.

    Attributes:
        position: offset that is taken in next; -1 while it is not known.
        end: of what can be read, as the broker told last; -1 before it did.
        answered_ms: when that was, in milliseconds since 1970.
    """

    position: int
    end: int
    answered_ms: int

    @property
    def behind(self) -> int:
        """Records that are there and not taken in."""
        return max(0, self.end - self.position) if self.position >= 0 else 0


def place_of(consumer: AIOKafkaConsumer, tp: TopicPartition) -> ReadPosition:
    """Where a consumer is in a partition that it was assigned; asks nobody."""
    # `consumer.position` would wait for one that is not known yet.
    state = consumer._subscription.subscription.assignment.state_value(tp)
    end = state.highwater if state.lso in (None, -1) else state.lso
    position = state.position if state.has_valid_position else -1
    return ReadPosition(position, -1 if end is None else end, state.timestamp or 0)


class Silence:
    """For how long nothing was heard of topics that a consumer reads.

    Attributes:
        seconds: by topic, since the partition was heard of that was heard of longest ago; without
            the time that this process was frozen for: it could not have heard anything.
    """

    def __init__(self, topics: Iterable[str]) -> None:
        self.seconds = dict.fromkeys(topics, 0.0)
        self._heard: dict[TopicPartition, ReadPosition] = {}
        self._quiet: dict[TopicPartition, float] = {}

    def named(self) -> list[str]:
        """Topics of which nothing was heard for so long that it should be known."""
        return sorted(topic for topic, seconds in self.seconds.items() if seconds >= NAMED_S)

    async def watch(self, consumer: AIOKafkaConsumer) -> None:
        """Look at a consumer every second.

        Raises:
            BrokerSilent: for too long nothing was heard, or the consumer has stopped to ask.
        """
        before = time.monotonic()
        while True:
            await asyncio.sleep(_LOOK_S)
            elapsed, before = time.monotonic() - before, time.monotonic()
            self._look(consumer, min(elapsed, 2 * _LOOK_S))

    def _look(self, consumer: AIOKafkaConsumer, elapsed_s: float) -> None:
        named = self.named()
        for topic, seconds in self.seconds.items():
            quiet = [
                self._quiet_s(tp, place_of(consumer, tp), seconds, elapsed_s)
                for tp in consumer.assignment()
                if tp.topic == topic
            ]
            self.seconds[topic] = max(quiet, default=seconds + elapsed_s)
        check_fetching(consumer)
        if named != self.named():
            silent = ", ".join(self.named()) or "none any more"
            log.warning("topics of which nothing was heard for %.0f s: %s", NAMED_S, silent)
        topics = [topic for topic, seconds in self.seconds.items() if seconds >= ENDS_S]
        if topics:
            raise BrokerSilent(
                f"nothing was heard of {', '.join(sorted(topics))} for {ENDS_S:.0f} s: the broker"
                " does not answer, or a partition has no leader"
            )

    def _quiet_s(
        self, tp: TopicPartition, place: ReadPosition, before_s: float, elapsed_s: float
    ) -> float:
        last = self._heard.get(tp, ReadPosition(-1, -1, 0))
        is_at_end = 0 <= place.end <= place.position and place.answered_ms != last.answered_ms
        if is_at_end or place.position != last.position:
            self._heard[tp], self._quiet[tp] = place, 0.0
        else:
            self._quiet[tp] = self._quiet.get(tp, before_s) + elapsed_s
        return self._quiet[tp]


def check_fetching(consumer: AIOKafkaConsumer) -> None:
    """Look whether a consumer's own task that fetches records is alive: nobody awaits it.

    Raises:
        BrokerSilent: it has died; the cause is what it died of, if it says so.
    """
    fetcher = consumer._fetcher  # aiokafka shows it nowhere else
    if fetcher is None or not fetcher.error_future.done():
        return
    task = fetcher.error_future
    reason = asyncio.CancelledError() if task.cancelled() else task.exception()
    raise BrokerSilent("the Kafka client has stopped fetching") from reason


async def unless_silent(
    consumer: AIOKafkaConsumer, silence: Silence, reading: Coroutine[Any, Any, None]
) -> None:
    """Await reading, which may hang in any of its calls, for as long as the broker answers.

    Args:
        consumer: what it reads with.
        silence: of its topics.
        reading: opens the consumer and closes it.

    Raises:
        BrokerSilent: for too long nothing was heard of a topic.
    """
    work = asyncio.ensure_future(reading)
    watch = asyncio.ensure_future(silence.watch(consumer))
    try:
        await asyncio.wait({work, watch}, return_when=asyncio.FIRST_COMPLETED)
        if not work.done():
            watch.result()
    finally:
        watch.cancel()
        if not work.done():
            work.cancel()
            # Its own way of ending is no news: what ended the waiting is.
            await asyncio.wait({work}, timeout=_CLOSE_S)
    await work
