"""A worker takes itself for a member only while its session cannot have ended."""

from freshet.streaming.lease import Lease


def test_before_the_first_answered_heartbeat_nothing_is_certain() -> None:
    assert not Lease(12).holds(0)


def test_it_holds_for_its_length_from_when_the_heartbeat_was_sent() -> None:
    lease = Lease(12)
    lease.renew(100)
    assert lease.holds(100)
    assert lease.holds(111.9)
    assert not lease.holds(112)


def test_an_answer_that_lay_in_a_socket_while_the_process_was_frozen_renews_nothing() -> None:
    lease = Lease(12)
    lease.renew(100)
    # Sent at 103, frozen at once, seen at 125.
    lease.renew(103)
    assert not lease.holds(125)


def test_an_older_answer_shortens_nothing() -> None:
    lease = Lease(12)
    lease.renew(103)
    lease.renew(100)
    assert lease.holds(114)


def test_when_partitions_are_shared_out_again_it_ends() -> None:
    lease = Lease(12)
    lease.renew(100)
    lease.end()
    assert not lease.holds(100)
    lease.renew(101)
    assert lease.holds(112)
