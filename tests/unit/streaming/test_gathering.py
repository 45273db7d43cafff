"""How long each fetch may wait at the broker."""

from types import SimpleNamespace

from freshet.streaming.gathering import Gathering


def test_fetches_gather_while_records_follow_each_other() -> None:
    gathering = Gathering(linger_ms=1_000, idle_wait_ms=30)
    fetcher = SimpleNamespace()

    gathering.fetched(fetcher, anything=True)
    assert (fetcher._fetch_max_wait_ms, fetcher._fetch_min_bytes) == (30, 1), "came after a pause"
    assert gathering.timeout(60.0) == 60.0

    gathering.fetched(fetcher, anything=True)
    assert fetcher._fetch_max_wait_ms == 1_000
    assert fetcher._fetch_min_bytes > 1
    assert gathering.timeout(60.0) == 3.0

    gathering.fetched(fetcher, anything=False)
    assert (fetcher._fetch_max_wait_ms, fetcher._fetch_min_bytes) == (30, 1), "the load is over"
