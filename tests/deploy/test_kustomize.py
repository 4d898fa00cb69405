"""The Kubernetes manifests render, are valid and restricted, and match the rest of the repository."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any, ClassVar

import jsonschema
import kubernetes_validate
import pytest
import yaml

from service.contract.topics import declared
from service.feeds.sending import CONFIRM_SECONDS
from service.settings import Settings
from service.worker.application import STOP_SECONDS
from service.worker.preflight import WAIT_SECONDS

ROOT = Path(__file__).parents[2]
KUSTOMIZE = ROOT / "deploy/kustomize"
OVERLAYS = ["dev", "prod"]
COMPONENTS = sorted(path.parent.name for path in KUSTOMIZE.glob("components/*/kustomization.yaml"))
CUSTOM = {"KafkaTopic", "KafkaUser", "ScaledObject", "TriggerAuthentication", "PodMonitor", "PrometheusRule"}
GO_MODULES = {  # the operators' definitions of their kinds, in the Go modules of their releases
    "github.com/kedacore/keda/v2@v2.21.0": "config/crd/bases",
    "github.com/prometheus-operator/prometheus-operator@v0.85.0": "example/prometheus-operator-crd",
}

Manifest = dict[str, Any]


class Loader(yaml.SafeLoader):
    """Parse a lone `=` as text, as YAML 1.2 does; it is one of the operators in a definition."""

    yaml_constructors: ClassVar = yaml.SafeLoader.yaml_constructors | {
        "tag:yaml.org,2002:value": yaml.SafeLoader.construct_scalar
    }


def render(folder: Path) -> list[Manifest]:
    """Return the manifests that *folder* renders to."""
    command = ["kustomize", "build"] if shutil.which("kustomize") else ["kubectl", "kustomize"]
    if not shutil.which(command[0]):
        pytest.skip("needs kubectl or kustomize to render")
    done = subprocess.run([*command, folder], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return list(yaml.safe_load_all(done.stdout))


@pytest.fixture(params=[*OVERLAYS, *COMPONENTS])
def manifests(request: pytest.FixtureRequest, tmp_path: Path) -> list[Manifest]:
    """Return the manifests of each overlay, and of each component on the base."""
    if request.param in OVERLAYS:
        return render(KUSTOMIZE / "overlays" / request.param)
    shutil.copytree(KUSTOMIZE, tmp_path / "kustomize")
    folder = tmp_path / "kustomize/overlays/component"
    folder.mkdir()
    kustomization = {"resources": ["../../base"], "components": [f"../../components/{request.param}"]}
    (folder / "kustomization.yaml").write_text(yaml.safe_dump(kustomization))
    return render(folder)


@pytest.fixture
def prod() -> list[Manifest]:
    """Return the manifests of the production overlay."""
    return render(KUSTOMIZE / "overlays/prod")


def only(manifests: list[Manifest], kind: str) -> Manifest:
    """Return the only manifest of *kind*."""
    (match,) = (manifest for manifest in manifests if manifest["kind"] == kind)
    return match


def pods(manifests: list[Manifest]) -> list[Manifest]:
    """Return the pod specifications of all workloads."""
    return [manifest["spec"]["template"]["spec"] for manifest in manifests if manifest["kind"] in {"Deployment", "Job"}]


def test_manifests_are_valid(manifests: list[Manifest]) -> None:
    """Every manifest conforms to the schema of Kubernetes, without unknown fields."""
    for manifest in manifests:
        if manifest["kind"] not in CUSTOM:
            kubernetes_validate.validate(manifest, "1.34", strict=True)


def test_custom_kinds_are_valid(prod: list[Manifest]) -> None:
    """Manifests for KEDA and the Prometheus operator conform to the operators' released definitions."""
    if not shutil.which("go"):
        pytest.skip("needs Go to fetch the operators' definitions")
    schemas = {}
    for module, folder in GO_MODULES.items():
        done = subprocess.run(["go", "mod", "download", "-json", module], capture_output=True, check=False, cwd="/")
        assert done.returncode == 0, done.stderr
        for path in (Path(json.loads(done.stdout)["Dir"]) / folder).glob("*.yaml"):
            definition = yaml.load(path.read_text(), Loader)["spec"]  # noqa: S506 - a safe loader
            for version in definition["versions"]:
                kind = (f"{definition['group']}/{version['name']}", definition["names"]["kind"])
                schemas[kind] = version["schema"]["openAPIV3Schema"]
    checked = set()
    for manifest in prod:
        kind = (manifest["apiVersion"], manifest["kind"])
        if kind in schemas:
            jsonschema.Draft202012Validator(closed(schemas[kind])).validate(manifest)
            checked.add(manifest["kind"])
    assert checked == {"ScaledObject", "TriggerAuthentication", "PodMonitor", "PrometheusRule"}


def closed(schema: Any) -> Any:
    """Return *schema* without unknown fields, which an API server would prune."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    strict = {name: closed(part) for name, part in schema.items()}
    if isinstance(schema.get("properties"), dict) and not schema.get("x-kubernetes-preserve-unknown-fields"):
        strict.setdefault("additionalProperties", False)
        if schema["properties"].keys() >= {"apiVersion", "kind", "metadata"}:
            strict["properties"]["metadata"] = {"type": "object"}
    return strict


def test_pods_are_restricted(manifests: list[Manifest]) -> None:
    """Every pod meets the restricted Pod Security Standard, with a read-only root and without an API token."""
    for pod in pods(manifests):
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert pod["automountServiceAccountToken"] is False
        assert pod["enableServiceLinks"] is False
        assert {kind for volume in pod.get("volumes", ()) for kind in volume if kind != "name"} <= {
            "emptyDir",
            "secret",
        }
        for container in pod["containers"]:
            context = container["securityContext"]
            assert context["allowPrivilegeEscalation"] is False
            assert context["readOnlyRootFilesystem"] is True
            assert context["capabilities"] == {"drop": ["ALL"]}
            assert container["resources"]["limits"]["memory"] == container["resources"]["requests"]["memory"]


def test_pods_run_as_the_image_does(manifests: list[Manifest]) -> None:
    """User and group of every pod are those of the Dockerfile."""
    user = re.findall(r"^USER (\d+):(\d+)$", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)

    for pod in pods(manifests):
        assert [(str(pod["securityContext"]["runAsUser"]), str(pod["securityContext"]["runAsGroup"]))] == user


def test_the_pod_of_feeds_is_restricted(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is one pod with a volume for what was sent. Every variable is a setting, and its port is that of the probe."""
    (workload,) = render(KUSTOMIZE / "feed")
    kubernetes_validate.validate(workload, "1.34", strict=True)
    pod = workload["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    for entry in container["env"]:
        monkeypatch.setenv(entry["name"], entry["value"])

    settings = Settings()

    assert workload["spec"]["replicas"] == 1
    assert len(settings.model_fields_set) == len(container["env"])
    assert str(settings.data_dir) in {mount["mountPath"] for mount in container["volumeMounts"]}
    assert container["ports"] == [{"name": "http", "containerPort": settings.feed_port}]
    assert pod["terminationGracePeriodSeconds"] > CONFIRM_SECONDS
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}


def test_the_enricher_accepts_its_settings(manifests: list[Manifest], monkeypatch: pytest.MonkeyPatch) -> None:
    """Every variable is a setting of the service, with a valid value."""
    (container,) = only(manifests, "Deployment")["spec"]["template"]["spec"]["containers"]
    variables = dict(only(manifests, "ConfigMap")["data"])
    variables |= {entry["name"]: entry.get("value", "from a secret") for entry in container.get("env", ())}
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    settings = Settings()

    assert len(settings.model_fields_set) == len(variables)
    assert container["ports"] == [{"name": "http", "containerPort": settings.web_port}]


def test_a_pod_has_time_to_stop(manifests: list[Manifest]) -> None:
    """The grace period of Kubernetes is longer than the worker's own limit for a stop."""
    assert only(manifests, "Deployment")["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] > STOP_SECONDS


def test_a_pod_has_time_to_wait_for_its_brokers(manifests: list[Manifest]) -> None:
    """The startup probe allows the wait for the brokers and at least a minute to load the model."""
    (container,) = only(manifests, "Deployment")["spec"]["template"]["spec"]["containers"]
    probe = container["startupProbe"]

    assert probe["periodSeconds"] * probe["failureThreshold"] >= WAIT_SECONDS + 60


def test_selectors_match_the_pods(prod: list[Manifest]) -> None:
    """Every selector matches the pods of the enricher."""
    deployment = only(prod, "Deployment")
    labels = deployment["spec"]["template"]["metadata"]["labels"].items()
    selectors = [
        deployment["spec"]["selector"],
        only(prod, "PodDisruptionBudget")["spec"]["selector"],
        only(prod, "PodMonitor")["spec"]["selector"],
        only(prod, "NetworkPolicy")["spec"]["podSelector"],
        *(spread["labelSelector"] for spread in deployment["spec"]["template"]["spec"]["topologySpreadConstraints"]),
    ]

    for selector in selectors:
        assert selector["matchLabels"].items() <= labels


def test_topics_are_as_declared(prod: list[Manifest]) -> None:
    """Strimzi creates the topics that `schemas/topics` declares, with three replicas."""
    created = {manifest["metadata"]["name"]: manifest["spec"] for manifest in prod if manifest["kind"] == "KafkaTopic"}
    declared_topics = {topic.name: topic for topic in declared()}

    assert created.keys() == declared_topics.keys()
    for name, spec in created.items():
        config = {key: str(value) for key, value in spec["config"].items()}
        assert spec["partitions"] == declared_topics[name].partitions
        assert config == declared_topics[name].config | {"min.insync.replicas": "2"}
        assert spec["replicas"] == 3


def test_there_are_no_more_replicas_than_partitions(prod: list[Manifest]) -> None:
    """KEDA starts at most as many pods as the raw topic has partitions."""
    (raw,) = (topic for topic in declared() if topic.role == "raw")
    scaled = only(prod, "ScaledObject")["spec"]

    assert scaled["maxReplicaCount"] == raw.partitions
    assert scaled["triggers"][0]["metadata"]["topic"] == raw.name
    assert scaled["triggers"][0]["metadata"]["consumerGroup"] == Settings().group
    assert "replicas" not in only(prod, "Deployment")["spec"]
