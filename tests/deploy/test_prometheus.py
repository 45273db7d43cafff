"""Prometheus' configuration and rules, held against the services' metrics and by promtool."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from freshet_grafana.declared import declared
from freshet_grafana.reference import page
from harness.prometheus import DEPLOY, rules, tool
from harness.promql import undeclared

ROOT = Path(__file__).parents[2]

RULES = rules()
ALERTS = {rule["alert"]: rule for rule in RULES if "alert" in rule}
RULE_TESTS = sorted((DEPLOY / "tests").glob("*.yml"))


def promtool(*arguments: str | Path) -> str:
    done = subprocess.run(
        [tool("promtool"), *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_prometheus_takes_the_configuration_and_the_rules() -> None:
    said = promtool("check", "config", "--lint-fatal", DEPLOY / "prometheus.yml")
    assert f"{len(list((DEPLOY / 'rules').glob('*.yml')))} rule files found" in said


@pytest.mark.parametrize("file", RULE_TESTS, ids=lambda file: file.stem)
def test_the_alerts_fire_when_they_should_and_not_otherwise(file: Path) -> None:
    promtool("test", "rules", file)


def test_each_alert_is_tried_both_ways() -> None:
    fires: set[str] = set()
    silent: set[str] = set()
    for file in RULE_TESTS:
        cases = yaml.safe_load(file.read_text())
        (of,) = cases["rule_files"]
        of_file = {rule["alert"] for rule in rules(Path(of).name) if "alert" in rule}
        for case in cases["tests"]:
            for looked in case["promql_expr_test"]:
                seen = {
                    name
                    for sample in looked["exp_samples"]
                    for name in re.findall(r'alertname="(\w+)"', sample["labels"])
                }
                fires |= seen
                if looked["expr"].startswith("ALERTS"):
                    silent |= of_file - seen
    assert fires == silent == ALERTS.keys()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.get("alert") or rule["record"])
def test_rules_use_declared_metrics_only(rule: dict[str, Any]) -> None:
    assert not undeclared(rule["expr"])


def test_each_alert_says_how_urgent_it_is_and_where_to_read_on() -> None:
    sections = re.findall(r"^## (.+)$", (ROOT / "docs/how-to/alerts.md").read_text(), re.MULTILINE)
    assert set(sections) == ALERTS.keys()
    for name, alert in ALERTS.items():
        assert alert["labels"]["severity"] in {"page", "ticket", "info"}
        assert alert["annotations"].keys() == {"summary", "description", "runbook"}
        assert alert["annotations"]["runbook"] == f"docs/how-to/alerts.md#{name.lower()}"


def test_the_page_of_metrics_is_up_to_date() -> None:
    assert (ROOT / "docs/reference/metrics.md").read_text() == page(), "make docs"


def test_the_page_of_metrics_leaves_out_no_service() -> None:
    for file in (*ROOT.glob("services/*/freshet_*/metrics.py"), *ROOT.glob("shared/**/metrics.py")):
        names = set(re.findall(r'"(freshet_\w+)"', file.read_text()))
        assert names <= {one.name for one in declared()}, file


def test_metrics_have_a_meaning_and_no_label_that_grows_with_users_or_items() -> None:
    for one in declared():
        assert one.meaning.endswith("."), one
        assert not {"user", "user_id", "item", "item_id", "event_id"} & set(one.labels), one
        assert one.kind != "counter" or not one.name.endswith("_total"), one
        assert "_seconds" in one.name or one.kind != "histogram" or one.buckets[0] >= 1, one


def test_a_service_scraped_is_one_that_is_there() -> None:
    (job,) = yaml.safe_load((DEPLOY / "prometheus.yml").read_text())["scrape_configs"]
    (found,) = job["dns_sd_configs"]
    # The console and the narrator follow; nothing that is there is left out.
    assert {folder.name for folder in (ROOT / "services").iterdir()} <= set(found["names"])
