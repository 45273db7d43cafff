"""What PromQL expressions speak of."""

import re
from functools import cache

import promql_parser

from freshet_grafana.declared import declared
from harness.prometheus import rules

#: Made by Prometheus itself.
OWN = {"up": {"job", "instance"}, "ALERTS": {"alertname", "alertstate", "severity"}}

_TARGET = {"job", "instance"}


def selectors(expression: str) -> list[tuple[str, set[str]]]:
    """The series that an expression selects, and the labels that it selects them by."""
    found: list[tuple[str, set[str]]] = []

    def visit(node: promql_parser.Expr) -> None:
        if isinstance(node, promql_parser.VectorSelector):
            assert node.name, f"{expression} selects series without a name"
            found.append((node.name, {matcher.name for matcher in node.matchers.matchers}))

    promql_parser.walk(promql_parser.parse(without_grafana(expression)), visit)
    return found


def without_grafana(expression: str) -> str:
    """An expression as Prometheus takes it: Grafana puts a range in that suits the picture."""
    return expression.replace("$__rate_interval", "5s")


@cache
def known() -> dict[str, set[str]]:
    """The labels of all series that the services declare or Prometheus itself makes, by name."""
    series = {name: set(labels) for name, labels in OWN.items()}
    for one in declared():
        for name in one.series:
            series[name] = {*one.labels, *_TARGET} | ({"le"} if name.endswith("_bucket") else set())
    return series


def undeclared(expression: str) -> set[str]:
    """What an expression selects that nobody declares, or by a label that it does not have.

    Names of recording rules are declared by their rule.
    """
    series = known()
    recorded = _recorded()
    return {
        name
        for name, labels in selectors(expression)
        if name not in recorded and (name not in series or not labels <= series[name])
    }


@cache
def _recorded() -> set[str]:
    return {rule["record"] for rule in rules() if "record" in rule}


def legend_labels(legend: str) -> set[str]:
    """The labels that a legend of Grafana shows."""
    return set(re.findall(r"{{\s*(\w+)\s*}}", legend))
