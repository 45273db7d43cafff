"""Whether a worker is still a member of its consumer group, in the generation it works for.

Offsets need no such question: the broker itself refuses a commit of an earlier generation. What is
published to topics it takes from anybody.
"""

import asyncio
import time
from typing import Any

from freshet.streaming.lease import Lease

_ASK_AGAIN_S = 0.1


class SessionEnded(Exception):
    """A worker's partitions may be others' by now: what it has in work must not be published."""


class Membership:
    """Follows the heartbeats of a Kafka client, and sends one where they do not tell enough.

    The client says nothing of its heartbeats in public: its own method is called, and stood in
    for, by its name (aiokafka, `GroupCoordinator._do_heartbeat`). All but `end` is called in the
    client's thread.

    Args:
        coordinator: of the Kafka client, not yet in a group.
        session_s: the session timeout.
        heartbeat_s: between two heartbeats.
    """

    def __init__(self, coordinator: Any, session_s: float, heartbeat_s: float) -> None:
        self._coordinator = coordinator
        self._send = coordinator._do_heartbeat
        self._lease = Lease(session_s - heartbeat_s)
        coordinator._do_heartbeat = self._heartbeat

    def holds(self, generation: int) -> bool:
        """Whether it is certain, without asking, that the worker is a member of a generation."""
        return self._coordinator.generation == generation and self._lease.holds(time.monotonic())

    async def ask(self, generation: int) -> bool:
        """Ask until the broker answers whether the worker is a member of a generation."""
        coordinator = self._coordinator
        while coordinator.generation == generation:
            await coordinator.ensure_coordinator_known()
            if await self._heartbeat() and coordinator.generation == generation:
                return True
            await asyncio.sleep(_ASK_AGAIN_S)
        return False

    def end(self) -> None:
        """The partitions are being shared out again."""
        self._lease.end()

    async def _heartbeat(self) -> bool:
        coordinator = self._coordinator
        sent_s, generation = time.monotonic(), coordinator.generation
        is_member = bool(await self._send())
        # In a rebalance, too, a heartbeat is answered as to a member. But that lasts until the
        # broker is tired of waiting for the worker to join again, which need not be a session.
        if (
            is_member
            and coordinator.generation == generation
            and not coordinator._rejoin_needed_fut.done()
        ):
            self._lease.renew(sent_s)
        return is_member
