"""Faust's Kafka transport, in micro-batches: one Faust message is all that a fetch brought.

Stock Faust moves records one by one through its streams, which costs most of a core at a few
thousand a second. Here `getmany` yields one message a fetch: its value is every partition's
records. It travels under the name of the first partition and that one's last offset.
"""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from faust.transport.drivers import aiokafka as faust_aiokafka
from faust.types import TP, ConsumerMessage

from freshet.kafka.bare_records import read_bare_records
from freshet.kafka.silence import check_fetching
from freshet.streaming.backpressure import InFlight
from freshet.streaming.membership import Membership

#: A broker's answer to one fetch, at most; as much again may wait undecoded.
_FETCH_BYTES = 16 * 1_048_576

#: A fetched record costs this much beside its bytes, as Python holds it.
_RECORD_OVERHEAD_BYTES = 500


class MicroBatchThread(faust_aiokafka.AIOKafkaConsumerThread):
    """Runs the Kafka client of a worker.

    Attributes:
        membership: of the worker in its group, once the client is started.
    """

    membership: Membership

    async def on_start(self) -> None:
        """Start the client, and follow its heartbeats from the first on."""
        await super().on_start()
        conf = self.app.conf
        self.membership = Membership(
            self._ensure_consumer()._coordinator,
            conf.broker_session_timeout,
            conf.broker_heartbeat_interval,
        )

    def _create_worker_consumer(self, transport: Any) -> AIOKafkaConsumer:
        conf = self.app.conf
        # By range, a worker owns the same partition numbers of all its topics: a user's clicks,
        # queries and feedback must meet in one memory.
        self._assignor = RangePartitionAssignor
        read_bare_records()
        return AIOKafkaConsumer(
            client_id=conf.broker_client_id,
            group_id=conf.id,
            bootstrap_servers=faust_aiokafka.server_list(transport.url, transport.default_port),
            partition_assignment_strategy=[RangePartitionAssignor],
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            max_poll_records=conf.broker_max_poll_records,
            # Much of few partitions rather than a little of all: then a micro-batch holds many
            # events of each of its users, whose state is read and written once a micro-batch.
            max_partition_fetch_bytes=conf.consumer_max_fetch_size,
            fetch_max_bytes=_FETCH_BYTES,
            session_timeout_ms=int(conf.broker_session_timeout * 1000),
            heartbeat_interval_ms=int(conf.broker_heartbeat_interval * 1000),
            rebalance_timeout_ms=int(conf.broker_rebalance_timeout * 1000),
            request_timeout_ms=int(conf.broker_request_timeout * 1000),
            # A transaction that was rolled back never happened.
            isolation_level="read_committed",
            **faust_aiokafka.credentials_to_aiokafka_auth(
                conf.broker_credentials, conf.ssl_context
            ),
        )

    async def committed(self, tp: TP) -> int:
        """From where on a partition was not confirmed when it was assigned; 0 if nothing was."""
        return await self.call_thread(self._ensure_consumer().committed, tp) or 0

    @property
    def fetcher(self) -> Any:
        """What makes the Kafka client's fetch requests."""
        return self._ensure_consumer()._fetcher

    def check(self) -> None:
        """Look whether the Kafka client still fetches.

        Raises:
            BrokerSilent: it does not, and would never say so.
        """
        check_fetching(self._ensure_consumer())

    def verify_event_path(self, now: float, tp: TP) -> None:
        """Say nothing of slow streams: it counts messages, here lag is a metric of its own."""


class _Forgetful(dict[TP, int | None]):
    """Faust's memory of the offset read last, which lets it drop what it believes read before.

    A batch that a rebalance interrupted counts as read there, so that its partition's next turn
    would be dropped unprocessed. Reading again is harmless here; dropping never is.
    """

    def __missing__(self, tp: TP) -> None:
        return None

    def __setitem__(self, tp: TP, offset: int | None) -> None:
        """Remember nothing."""

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Remember nothing."""


class MicroBatchConsumer(faust_aiokafka.Consumer):
    """Yields micro-batches, bounds what is in flight, commits what was confirmed.

    Faust's own acknowledgement counts records one by one, and also acknowledges messages that a
    rebalance made it skip. Here a partition's records are processed in order, so the place to
    commit is simply behind the last batch that `confirm` was told of.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.in_flight = InFlight(self.app.max_in_flight_bytes)
        self._confirmed: dict[TP, int] = {}
        self._begun: dict[TP, int] = {}
        self._read_offset = _Forgetful()
        self._lost_place = False

    def _new_consumer_thread(self) -> MicroBatchThread:
        return MicroBatchThread(self, loop=self.loop, beacon=self.beacon)

    async def getmany(self, timeout: float) -> AsyncIterator[tuple[TP, ConsumerMessage]]:
        """One message with the records of all partitions that have some now."""
        self._thread.check()
        if not await self.in_flight.room(timeout):
            return
        if not self.flow_active:
            await self.wait(self.can_resume_flow)
        if self._lost_place and self.assignment():
            await self._find_place()
            self._lost_place = False
        generation = self.app.consumer_generation_id
        fetched, active = await self._wait_next_records(self.app.linger.timeout(timeout))
        self.app.linger.fetched(self._thread.fetcher, anything=bool(fetched))
        if not fetched:
            return
        # A rebalance came in between. What was fetched may be of the old assignment or of the new
        # one, whose position has moved on: let it fall, and go back to the place that was
        # committed.
        if (
            not self.flow_active
            or self.app.consumer_generation_id != generation
            or not (active is None or fetched.keys() <= active)
        ):
            self._lost_place = True
            return
        message = self._message(fetched)
        yield message.tp, message

    async def is_member(self) -> bool:
        """Whether what was fetched is this worker's to publish for; asks if that is not certain."""
        membership, generation = self._thread.membership, self.app.consumer_generation_id
        if membership.holds(generation):
            return True
        return bool(await self._thread.call_thread(membership.ask, generation))

    async def committed(self, tp: TP) -> int:
        """From where on a partition was not confirmed when it was assigned; 0 if nothing was."""
        return int(await self._thread.committed(tp))

    async def _find_place(self) -> None:
        """Go back to what was committed, or to the beginning where nothing was yet."""
        committed = await self._thread.seek_to_committed()
        new = [tp for tp, offset in committed.items() if offset is None]
        if new:
            await self._thread.seek_to_beginning(*new)

    def _message(self, fetched: Mapping[TP, Sequence[Any]]) -> ConsumerMessage:
        for tp, records in fetched.items():
            self._begun.setdefault(tp, records[0].offset)
        tp, records = next(iter(fetched.items()))
        last = records[-1]
        size = sum(
            len(record.value or b"") + len(record.key or b"") + _RECORD_OVERHEAD_BYTES
            for records in fetched.values()
            for record in records
        )
        self.in_flight.add(tp, last.offset, size)
        return ConsumerMessage(
            tp.topic,
            tp.partition,
            last.offset,
            last.timestamp / 1000,
            last.timestamp_type,
            (),
            None,
            fetched,
            None,
            tp=tp,
            generation_id=self.app.consumer_generation_id,
        )

    def confirm(self, message: ConsumerMessage) -> None:
        """The broker has all that this fetch led to: its records need not come again."""
        for tp, records in message.value.items():
            self._confirmed[tp] = records[-1].offset + 1

    def ack(self, message: ConsumerMessage) -> bool:
        """Let go of a message. Faust also calls this for what it skips: it commits nothing."""
        message.acked = True
        self._unacked_messages.discard(message)
        self.in_flight.remove(message.tp, message.offset)
        return True

    def lag(self, tp: TP) -> int:
        """Records of an assigned partition behind the last one confirmed, as last fetched."""
        highwater = self.highwater(tp)
        done = self._confirmed.get(tp, self._begun.get(tp))
        return 0 if highwater is None or done is None else max(0, highwater - done)

    def _filter_tps_with_pending_acks(self, topics: Any = None) -> Iterator[TP]:
        return (tp for tp in list(self._confirmed) if topics is None or tp in topics)

    def _new_offset(self, tp: TP) -> int | None:
        return self._confirmed.get(tp)

    async def _add_gap(self, tp: TP, offset_from: int, offset_to: int) -> None:
        """Gaps (compaction, transaction markers) need no book-keeping here."""

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Finish what was begun, commit it, and forget the rest: others will read it."""
        async with self._fatal():
            await self.app.batch_queue.close()
            self._thread.membership.end()
            await self.commit()
            self.in_flight.clear()
            for tp in revoked:
                self._confirmed.pop(tp, None)
                self._begun.pop(tp, None)
            await super().on_partitions_revoked(revoked)

    async def on_partitions_assigned(self, assigned: set[TP], generation_id: int = 0) -> None:
        """Take up work on the partitions that are this worker's now."""
        async with self._fatal():
            self.app.batch_queue.open(assigned)
            await super().on_partitions_assigned(assigned, generation_id)

    @asynccontextmanager
    async def _fatal(self) -> AsyncIterator[None]:
        """What fails here ends the service: the Kafka client would log it, and go on."""
        try:
            yield
        except Exception as error:
            await self.crash(error)
            raise


class ConfirmingProducer(faust_aiokafka.Producer):
    """Faust's producer: every in-sync replica confirms, and a retry is no second copy."""

    def _settings_extra(self) -> Mapping[str, Any]:
        return {"acks": "all", "enable_idempotence": self.app.idempotent}


class MicroBatchTransport(faust_aiokafka.Transport):
    """What a Freshet app talks to Kafka through."""

    Consumer = MicroBatchConsumer
    Producer = ConfirmingProducer
