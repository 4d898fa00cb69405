"""Every alert fires when it should, and rules and dashboard use only exported metrics."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from service.settings import Settings
from service.worker.metrics import Metrics

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
RULES = DEPLOY / "prometheus/rules.yaml"
DASHBOARD = DEPLOY / "grafana/newswire.json"
METRIC = re.compile(r"\b(?:newswire|process|python|kafka_consumergroup)_[a-z_]+\b(?=[{\[ )])")
EXPORTERS = {  # of danielqsj/kafka-exporter, from its README
    "kafka_consumergroup_members",
    "kafka_consumergroup_lag",
    "kafka_consumergroup_current_offset",
}


def rules() -> list[dict[str, Any]]:
    """Return all alert rules."""
    return [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]


def expressions() -> dict[str, str]:
    """Return all expressions of the dashboard by the titles of their panels."""
    panels = json.loads(DASHBOARD.read_text())["panels"]
    return {f"{panel['title']}: {part['expr']}": part["expr"] for panel in panels for part in panel.get("targets", ())}


def exported() -> set[str]:
    """Return the names of all samples that a worker exports."""
    names = set()
    for family in Metrics(Settings()).registry.collect():
        suffixes = {"counter": ["_total"], "histogram": ["_bucket", "_sum", "_count"], "info": ["_info"]}
        names |= {family.name + suffix for suffix in suffixes.get(family.type, [""])}
    return names


@pytest.fixture
def promtool() -> str:
    """Return the path of promtool."""
    path = shutil.which("promtool")
    if not path:
        pytest.skip("needs promtool (Debian: prometheus)")
    return path


def test_every_alert_fires_when_it_should(promtool: str) -> None:
    """The rules are valid, and `promtool test rules` passes all cases of every alert."""
    for command in ("check", "test"):
        path = RULES if command == "check" else RULES.with_suffix(".test.yaml")
        done = subprocess.run([promtool, command, "rules", path], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_is_tested_both_ways() -> None:
    """Every alert has a case in which it fires and one in which it does not."""
    fires: set[str] = set()
    silent: set[str] = set()
    for case in yaml.safe_load(RULES.with_suffix(".test.yaml").read_text())["tests"]:
        for moment in case["alert_rule_test"]:
            (fires if moment.get("exp_alerts") else silent).add(moment["alertname"])

    names = {rule["alert"] for rule in rules()}
    assert fires == names
    assert silent == names


def test_every_alert_has_its_section_in_the_runbook() -> None:
    """The annotations `runbook_url`, which are absolute, and the headings of the runbook match one to one."""
    headings = re.findall(r"^## (\w+)$", (DEPLOY / "runbook.md").read_text(), flags=re.MULTILINE)

    assert {rule["annotations"]["runbook_url"] for rule in rules()} == {
        f"https://example.org/newswire-enricher/runbook#{heading.lower()}" for heading in headings
    }
    assert [rule["alert"] for rule in rules()] == headings


def test_every_alert_has_severity_and_annotations() -> None:
    """Every alert has one of two severities, a summary, a description and a runbook."""
    for rule in rules():
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert rule["annotations"].keys() == {"summary", "description", "runbook_url"}


def test_the_operator_gets_the_same_rules() -> None:
    """The PrometheusRule of the Kubernetes component has the same rules as Prometheus."""
    manifest = yaml.safe_load((DEPLOY / "kustomize/components/podmonitor/rules.yaml").read_text())

    assert manifest["spec"] == yaml.safe_load(RULES.read_text()), "run scripts/make_prometheus_rule.py"


def test_the_dashboard_is_up_to_date() -> None:
    """The dashboard in the repository is the output of its script."""
    spec = importlib.util.spec_from_file_location("make_dashboard", ROOT / "scripts/make_dashboard.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    assert json.loads(DASHBOARD.read_text()) == module.dashboard(), "run scripts/make_dashboard.py"


@pytest.mark.parametrize("expression", [*(rule["expr"] for rule in rules()), *expressions().values()])
def test_every_metric_is_exported(expression: str) -> None:
    """Rules and dashboard use only metrics that the service or an exporter exports."""
    names = set(METRIC.findall(expression + " "))

    assert names or "up{" in expression
    assert names - EXPORTERS - exported() == set()


def test_every_panel_is_described() -> None:
    """Every panel has a description and a unit, and panels do not overlap."""
    panels = [panel for panel in json.loads(DASHBOARD.read_text())["panels"] if panel["type"] != "row"]
    cells = [
        (panel["gridPos"]["x"] + x, panel["gridPos"]["y"] + y)
        for panel in panels
        for x in range(panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["h"])
    ]

    assert len(cells) == len(set(cells))
    for panel in panels:
        assert panel["description"].endswith(".")
        assert panel["fieldConfig"]["defaults"]["unit"]
