"""The page of all metrics, docs/reference/metrics.md."""

from itertools import groupby

from freshet_grafana.declared import Declared, declared

_HEAD = """# Metrics

What `/metrics` of each service shows; written by `make docs` from what the services declare. Beside
the labels below every series has `job`, the name of the service, and `instance`, which Prometheus
adds; nothing is labelled by a user or an item. Alerts: [alerts.md](../how-to/alerts.md).
"""


def page() -> str:
    """The page as Markdown."""
    parts = [_HEAD]
    for group, metrics in groupby(declared(), key=lambda one: one.group):
        parts.append(f"## {group[0].upper()}{group[1:]}\n")
        parts.append("| metric | kind | labels | meaning |\n| --- | --- | --- | --- |")
        parts.extend(_row(one) for one in metrics)
        parts.append("")
    return "\n".join(parts)


def _row(one: Declared) -> str:
    name = one.name if one.kind == "histogram" else one.series[0]
    labels = ", ".join(f"`{label}`" for label in one.labels)
    meaning = one.meaning
    if one.buckets:
        meaning += f" Buckets: {', '.join(f'{bound:g}' for bound in one.buckets)}."
    return f"| `{name}` | {one.kind} | {labels} | {meaning} |"
