"""The Helm chart gives what Kustomize gives."""

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

from service import __version__
from tests.deploy.programs import BUILD_SECONDS, program
from tests.deploy.test_kustomize import CUSTOM, KUSTOMIZE, Manifest, render, with_components

ROOT = Path(__file__).parents[2]
CHART = ROOT / "deploy/helm"
ADDED_LABELS = {"app.kubernetes.io/instance", "app.kubernetes.io/managed-by", "helm.sh/chart"}
CASES = {
    "create-topics": ["createTopics=true"],
    "hpa": ["hpa.enabled=true"],
    "podmonitor": ["podMonitor.enabled=true", "prometheusRule.enabled=true"],
    "network-policy": ["networkPolicy.enabled=true"],
    "openshift": [
        "podSecurityContext.runAsUser=null",
        "podSecurityContext.runAsGroup=null",
        "networkPolicy.enabled=true",
    ],
}

pytestmark = pytest.mark.timeout(BUILD_SECONDS)


def template(*options: str | Path, release: str = "newswire-enricher") -> subprocess.CompletedProcess[str]:
    """Run `helm template` with *options*. A Helm built from its module takes an old Kubernetes for the cluster's."""
    command = [program("helm"), "template", release, CHART, "--kube-version", "1.31.0", *options]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def charted(*options: str | Path, release: str = "newswire-enricher") -> list[Manifest]:
    """Return the manifests that the chart gives with *options*."""
    done = template(*options, release=release)
    assert done.returncode == 0, done.stderr
    return [manifest for manifest in yaml.safe_load_all(done.stdout) if manifest]


def comparable(manifests: list[Manifest]) -> dict[str, Any]:
    """Return the manifests by kind and name, without what Helm and Kustomize add each in its own way."""
    found = {}
    for manifest in manifests:
        cleaned = _cleaned(manifest)
        cleaned["metadata"] = {key: value for key, value in cleaned["metadata"].items() if value and key != "namespace"}
        found[f"{cleaned['kind']}/{cleaned['metadata']['name']}"] = cleaned
    return found


def _cleaned(value: Any) -> Any:
    if isinstance(value, list):
        cleaned = [_cleaned(part) for part in value]
        return sorted(cleaned, key=lambda part: part["name"]) if all("name" in part for part in cleaned) else cleaned
    if isinstance(value, dict):
        return {key: _cleaned(part) for key, part in value.items() if key not in {*ADDED_LABELS, "checksum/settings"}}
    # Kustomize appends a hash to the name of the settings; Helm adds their checksum to the pods instead.
    return (
        re.sub(r"^newswire-enricher-(?=[a-z]*\d)[a-z0-9]{10}$", "newswire-enricher", value)
        if isinstance(value, str)
        else value
    )


def test_the_defaults_are_the_base() -> None:
    """Without a value, `helm template` gives what `kustomize build` gives for the base."""
    assert comparable(charted()) == comparable(render(KUSTOMIZE / "base"))


@pytest.mark.parametrize("component", CASES)
def test_a_value_is_a_component(component: str, tmp_path: Path) -> None:
    """Each switch of the chart gives what its component gives."""
    options = [part for value in CASES[component] for part in ("--set", value)]
    expected = comparable(with_components(tmp_path, component))
    if component == "openshift":  # its way to DNS and from Prometheus is a value in the chart
        for policy in (expected, found := comparable(charted(*options))):
            del policy["NetworkPolicy/newswire-enricher"]
        assert found == expected
        return
    assert comparable(charted(*options)) == expected


def test_the_values_for_strimzi_are_the_overlay_for_production() -> None:
    """`strimzi.yaml` gives what `overlays/prod` gives, without topics and users."""
    prod = [one for one in render(KUSTOMIZE / "overlays/prod") if one["kind"] not in {"KafkaTopic", "KafkaUser"}]
    found = comparable(charted("--values", CHART / "strimzi.yaml"))

    assert found == comparable(prod)
    assert CUSTOM & {manifest["kind"] for manifest in prod} == {
        "PodMonitor",
        "PrometheusRule",
        "ScaledObject",
        "TriggerAuthentication",
    }


def test_two_releases_share_a_namespace() -> None:
    """Names and selectors of a release are its own."""
    one, two = (charted("--values", CHART / "strimzi.yaml", release=name) for name in ("english", "french"))
    names = [{(manifest["kind"], manifest["metadata"]["name"]) for manifest in manifests} for manifests in (one, two)]
    selectors = [
        manifest["spec"]["selector"]["matchLabels"]["app.kubernetes.io/instance"]
        for manifests in (one, two)
        for manifest in manifests
        if "selector" in manifest.get("spec", ())
    ]

    assert not names[0] & names[1]
    assert selectors == ["english"] * 3 + ["french"] * 3


@pytest.mark.parametrize("wrong", ["replica=3", "replicas=three", "settings.lower_case=x", "hpa.enabled=maybe"])
def test_a_wrong_value_is_refused(wrong: str) -> None:
    """A misspelt value, or one of another type, is an error that names it."""
    done = template("--set", wrong)

    assert done.returncode != 0
    assert re.split("[.=]", wrong)[-2] in done.stderr


def test_helm_finds_no_fault() -> None:
    """`helm lint --strict` accepts the chart."""
    done = subprocess.run([program("helm"), "lint", "--strict", CHART], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


def test_the_chart_is_up_to_date() -> None:
    """Templates, values and README are the output of the script."""
    if not (shutil.which("kustomize") or shutil.which("kubectl")):
        pytest.skip("needs kubectl or kustomize to render")
    spec = importlib.util.spec_from_file_location("make_chart", ROOT / "scripts/make_chart.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)

    for name, text in script.files(script.rendered()).items():
        assert (CHART / name).read_text() == text, "run scripts/make_chart.py"


def test_the_chart_has_the_version_of_the_service() -> None:
    """A release of the chart runs the image of the same version, and its schema describes each of its values."""
    about = yaml.safe_load((CHART / "Chart.yaml").read_text())
    schema = json.loads((CHART / "values.schema.json").read_text())["properties"]

    assert about["version"] == about["appVersion"] == __version__
    assert yaml.safe_load((CHART / "values.yaml").read_text()).keys() == schema.keys() - {"global"}
