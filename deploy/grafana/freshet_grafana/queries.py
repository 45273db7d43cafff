"""PromQL that is written more than once."""


def per_second(counter: str, *labels: str) -> str:
    """A counter's growth a second, summed to some labels."""
    return f"sum{_by(*labels)} (rate({counter}[$__rate_interval]))"


def quantile(share: float, histogram: str, *labels: str) -> str:
    """A quantile of a histogram, by some labels."""
    return f"histogram_quantile({share}, {per_second(f'{histogram}_bucket', *labels, 'le')})"


def quantile_ever(share: float, histogram: str, *labels: str) -> str:
    """A quantile of all that a histogram has seen since its process started.

    For what happens seldom: a rate over minutes would mostly show nothing.
    """
    return f"histogram_quantile({share}, sum{_by(*labels, 'le')} ({histogram}_bucket))"


def mean_ever(histogram: str, *labels: str) -> str:
    """The mean of all that a histogram has seen since its process started, by some labels."""
    return f"sum{_by(*labels)} ({histogram}_sum) / sum{_by(*labels)} ({histogram}_count)"


def _by(*labels: str) -> str:
    return f" by ({', '.join(labels)})" if labels else ""
