"""The few kinds of panels that the dashboards are made of."""

from collections.abc import Mapping, Sequence
from itertools import count

from grafana_foundation_sdk.builders import common as options
from grafana_foundation_sdk.builders import dashboard, prometheus, stat, table, timeseries
from grafana_foundation_sdk.models.common import (
    DataSourceRef,
    GraphThresholdsStyleMode,
    LegendDisplayMode,
    LegendPlacement,
    TooltipDisplayMode,
)
from grafana_foundation_sdk.models.dashboard import (
    DashboardCursorSync,
    DataTransformerConfig,
    Threshold,
    ThresholdsMode,
)
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

#: The data source is a variable: the dashboards suit any Prometheus that scrapes the services.
SOURCE = "datasource"
_PROMETHEUS = DataSourceRef(type_val="prometheus", uid=f"${{{SOURCE}}}")

Panel = timeseries.Panel | stat.Panel | table.Panel

_LETTERS = "ABCDEF"

#: A query, and what its series are called; `{{label}}` stands for the label's value.
Query = tuple[str, str]


def lines(
    title: str, meaning: str, unit: str, *queries: Query, limit: float | None = None
) -> timeseries.Panel:
    """Series over time.

    Args:
        title: of the panel.
        meaning: what to look for, in a sentence.
        unit: as Grafana calls it.
        queries: what is drawn.
        limit: drawn as a line: what should not be crossed.
    """
    panel = (
        timeseries.Panel()
        .title(title)
        .description(meaning)
        .datasource(_PROMETHEUS)
        .unit(unit)
        .min(0)
        .span(8)
        .height(8)
        .fill_opacity(8)
        .legend(
            options.VizLegendOptions()
            .display_mode(LegendDisplayMode.LIST)
            .placement(LegendPlacement.BOTTOM)
            .show_legend(True)
        )
        .tooltip(options.VizTooltipOptions().mode(TooltipDisplayMode.MULTI))
    )
    for letter, (expression, legend) in zip(_LETTERS, queries, strict=False):
        panel.with_target(_target(expression, legend).ref_id(letter).range())
    if limit is not None:
        panel.thresholds(_up_to(limit)).thresholds_style(
            options.GraphThresholdsStyleConfig().mode(GraphThresholdsStyleMode.DASHED)
        )
    return panel


def figure(
    title: str, meaning: str, unit: str, query: Query, *, limit: float | None = None
) -> stat.Panel:
    """One number a series, as it is now; red from `limit` on.

    Args:
        title: above it.
        meaning: one line.
        unit: Grafana's name of it.
        query: gives the series.
        limit: red from here on.
    """
    panel = (
        stat.Panel()
        .title(title)
        .description(meaning)
        .datasource(_PROMETHEUS)
        .unit(unit)
        .span(4)
        .height(8)
        .reduce_options(options.ReduceDataOptions().calcs(["lastNotNull"]))
        .with_target(_target(*query).ref_id("A").instant())
    )
    if limit is not None:
        panel.thresholds(_up_to(limit))
    return panel


def listing(title: str, meaning: str, expression: str) -> table.Panel:
    """The labels of the series of an expression, a row a series.

    Args:
        title: above it.
        meaning: one line.
        expression: in PromQL.
    """
    hidden = {"Time": True, "Value": True, "__name__": True, "alertstate": True}
    return (
        table.Panel()
        .title(title)
        .description(meaning)
        .datasource(_PROMETHEUS)
        .span(8)
        .height(8)
        .with_target(_target(expression, "").ref_id("A").instant().format(PromQueryFormat.TABLE))
        .with_transformation(
            DataTransformerConfig(id_val="organize", options={"excludeByName": hidden})
        )
    )


def board(
    uid: str, title: str, meaning: str, rows: Mapping[str, Sequence[Panel]]
) -> dashboard.Dashboard:
    """A dashboard of rows of panels.

    Args:
        uid: of the dashboard.
        title: above it.
        meaning: one line.
        rows: of panels.
    """
    built = (
        dashboard.Dashboard(title)
        .uid(uid)
        .description(meaning)
        .tags(["freshet"])
        .tooltip(DashboardCursorSync.CROSSHAIR)
        .time("now-1h", "now")
        .refresh("30s")
        .with_variable(dashboard.DatasourceVariable(SOURCE).label("Prometheus").type("prometheus"))
    )
    number = count(1)
    for name, panels in rows.items():
        built.with_row(dashboard.Row(name).id(next(number)))
        for panel in panels:
            built.with_panel(panel.id(next(number)))
    return built


def _target(expression: str, legend: str) -> prometheus.Dataquery:
    return prometheus.Dataquery().expr(expression).legend_format(legend)


def _up_to(limit: float) -> dashboard.ThresholdsConfig:
    return (
        dashboard.ThresholdsConfig()
        .mode(ThresholdsMode.ABSOLUTE)
        .steps([Threshold(value=None, color="green"), Threshold(value=limit, color="red")])
    )
