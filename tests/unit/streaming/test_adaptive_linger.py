"""How long each fetch may wait at the broker."""

from types import SimpleNamespace

from freshet.streaming.adaptive_linger import AdaptiveLinger


def test_fetches_gather_while_records_follow_each_other() -> None:
    linger = AdaptiveLinger(linger_ms=1_000, idle_wait_ms=30)
    fetcher = SimpleNamespace()

    linger.fetched(fetcher, anything=True)
    assert (fetcher._fetch_max_wait_ms, fetcher._fetch_min_bytes) == (30, 1), "came after a pause"
    assert linger.timeout(60.0) == 60.0

    linger.fetched(fetcher, anything=True)
    assert fetcher._fetch_max_wait_ms == 1_000
    assert fetcher._fetch_min_bytes > 1
    assert linger.timeout(60.0) == 3.0

    linger.fetched(fetcher, anything=False)
    assert (fetcher._fetch_max_wait_ms, fetcher._fetch_min_bytes) == (30, 1), "the load is over"
