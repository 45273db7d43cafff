"""A report as one HTML page that asks nobody for anything."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from html import escape
from importlib.resources import files

from freshet.domain.evaluation import baselines
from freshet.domain.evaluation.report import Figure, OffPolicy, Ranker, Report
from freshet.domain.evaluation.segments import ALL
from freshet_trainer.evaluation import plots

#: Digits after the point, and what a metric is.
_METRICS = {
    "nDCG@10": (3, "clicked items near the top count more; 1 is a perfect order"),
    "recall@10": (3, "share of the clicked items in the first ten"),
    "MRR": (3, "one by the rank of the first clicked item"),
    "novelty": (2, "bits: -log2 of the items' share of earlier clicks, first ten"),
}

Row = Sequence[str]


def page(report: Report) -> str:
    """The whole page; every text of the report is escaped."""
    style = files("freshet_trainer.evaluation").joinpath("report.css").read_text("utf-8")
    title = f"Evaluation: {report.source}"
    body = "\n".join(_sections(report))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        # Nothing is loaded and nothing runs, whatever a label says.
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{escape(title)}</title>\n<style>\n{style}</style>\n</head>\n"
        f"<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _sections(report: Report) -> Iterable[str]:
    models = [one for one in report.rankers if not one.baseline]
    yield f"<h1>Evaluation: {escape(report.source)}</h1>"
    yield (
        f'<p class="facts">{report.lists:,} lists from {_time(report.from_ms)} to '
        f"{_time(report.to_ms)}, {report.segments[0].lists:,} with a click, of "
        f"{report.segments[0].users:,} users; {report.catalogue:,} items. "
        f"Made {_time(report.made_ms)}, seed {report.seed}.</p>"
    )
    if report.notes:
        yield _list(report.notes, "notes")
    yield "<h2>How good the order is</h2>"
    yield "<p>Means over lists with a click, and in brackets their 95 % intervals over users.</p>"
    yield f'<div class="plot">{plots.bars(report.rankers, report.segments, "nDCG@10")}</div>'
    for segment in report.segments:
        yield f"<h3>{escape(segment.name)}</h3>"
        yield (
            f'<p class="facts">{escape(segment.meaning)}: {segment.lists:,} lists of '
            f"{segment.users:,} users</p>"
        )
        yield _measured(report.rankers, segment.name)
    yield _list((f"{name}: {what}" for name, (_, what) in _METRICS.items()), "legend")
    yield _list((f"{name}: {what}" for name, what in baselines.MEANINGS.items()), "legend")
    for model in models:
        yield from _of_model(model, report)
    if report.off_policy:
        yield from _off_policy(report.off_policy)


def _measured(rankers: Sequence[Ranker], segment: str) -> str:
    whole = segment == ALL
    head = ["ranker", *_METRICS, *(["coverage"] if whole else [])]
    rows = [
        [
            _name(one.name, one.baseline),
            *(
                _figure(one.metrics[segment][name], digits)
                for name, (digits, _) in _METRICS.items()
            ),
            *([f"{one.coverage:.1%}"] if whole else []),
        ]
        for one in rankers
    ]
    return _table(head, rows)


def _of_model(model: Ranker, report: Report) -> Iterable[str]:
    yield f"<h2>{escape(model.name)} beside the baselines</h2>"
    yield (
        "<p>How much better it is, paired by list. Where the interval is on one side of 0 the "
        "difference is more than chance.</p>"
    )
    for segment in report.segments:
        rows = [
            [
                _name(other, True),
                *(_difference(figures[segment.name][name], name) for name in _METRICS),
            ]
            for other, figures in model.over.items()
        ]
        yield f"<h3>{escape(segment.name)}</h3>"
        yield _table(["better than", *_METRICS], rows)
    if model.calibration is not None:
        yield f"<h3>Calibration of {escape(model.name)}</h3>"
        yield (
            f"<p>Chances are off by {model.calibration.error:.4f} on average (expected "
            f"calibration error over {len(model.calibration.bins)} bins of all shown items).</p>"
        )
        rows = [
            [f"{one.predicted:.4f}", _figure(one.observed, 4), f"{one.count:,}"]
            for one in model.calibration.bins
        ]
        yield (
            f'<div class="beside"><div class="plot">{plots.reliability(model.calibration.bins)}'
            f"</div>{_table(['chance', 'clicked', 'items'], rows)}</div>"
        )


def _off_policy(found: Sequence[OffPolicy]) -> Iterable[str]:
    yield "<h2>What another policy would have got</h2>"
    yield (
        "<p>Clicks a list, estimated from lists that were logged with the chance of each pick. "
        "Effective is how many lists of the policy's own would say as much; with fewer than a "
        "hundred the intervals are too narrow. A mean weight far from 1 says that the logged "
        "chances are not those of the log, or that there are too few lists.</p>"
    )
    names = list(found[0].estimates)
    rows = [
        [
            _name(one.policy, False),
            _figure(one.logged, 4),
            *(_figure(one.estimates[name], 4) for name in names),
            f"{one.lists:,}",
            f"{one.effective:,.0f}",
            f"{one.mean_weight:.3f}",
        ]
        for one in found
    ]
    yield _table(["policy", "as logged", *names, "lists", "effective", "mean weight"], rows)


def _table(head: Row, rows: Iterable[Row]) -> str:
    """A table; cells are HTML already, the head is not."""
    top = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
    body = "\n".join(
        f'<tr><th scope="row">{row[0]}</th>{"".join(f"<td>{cell}</td>" for cell in row[1:])}</tr>'
        for row in rows
    )
    return (
        f'<div class="table"><table><thead><tr>{top}</tr></thead>'
        f"<tbody>\n{body}\n</tbody></table></div>"
    )


def _name(name: str, baseline: bool) -> str:
    return escape(name) if baseline else f"<b>{escape(name)}</b>"


def _figure(one: Figure, digits: int) -> str:
    low, high = ("?" if end is None else f"{end:.{digits}f}" for end in (one.low, one.high))
    return f"{one.mean:.{digits}f} <small>[{low}, {high}]</small>"


def _difference(one: Figure, metric: str) -> str:
    digits = _METRICS[metric][0]
    low, high = ("?" if end is None else f"{end:+.{digits}f}" for end in (one.low, one.high))
    sure = one.low is not None and one.high is not None and one.low * one.high > 0
    # Novelty is neither good nor bad.
    kind = ("more" if one.mean > 0 else "less") if sure and metric != "novelty" else ""
    return f'<span class="{kind}">{one.mean:+.{digits}f}</span> <small>[{low}, {high}]</small>'


def _list(texts: Iterable[str], kind: str) -> str:
    return f'<ul class="{kind}">{"".join(f"<li>{escape(text)}</li>" for text in texts)}</ul>'


def _time(time_ms: int) -> str:
    return datetime.fromtimestamp(time_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")
