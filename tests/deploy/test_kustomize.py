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
OVERLAYS = sorted(path.parent.name for path in KUSTOMIZE.glob("overlays/*/kustomization.yaml"))
COMPONENTS = sorted(path.parent.name for path in KUSTOMIZE.glob("components/*/kustomization.yaml"))
AFTER = {  # components that change what another one adds
    "client-certificate": ["strimzi"],
    "kafka-access": ["strimzi", "keda"],
    "kube-prometheus-stack": ["podmonitor"],
    "runbook-url": ["podmonitor"],
    "openshift": ["network-policy"],
    "traces": ["network-policy"],
}
VERSIONS = ["1.31", "1.34", "1.37"]
CUSTOM = {
    "KafkaAccess",
    "KafkaTopic",
    "KafkaUser",
    "PodMonitor",
    "PrometheusRule",
    "ScaledObject",
    "TriggerAuthentication",
}
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


@pytest.fixture(params=[*(f"overlays/{name}" for name in OVERLAYS), *COMPONENTS])
def manifests(request: pytest.FixtureRequest, tmp_path: Path) -> list[Manifest]:
    """Return the manifests of each overlay, and of each component on the base."""
    if "/" in request.param:
        return render(KUSTOMIZE / request.param)
    return with_components(tmp_path, request.param)


@pytest.fixture
def prod() -> list[Manifest]:
    """Return the manifests of the production overlay."""
    return render(KUSTOMIZE / "overlays/prod")


def with_components(folder: Path, *names: str, base: str = "base") -> list[Manifest]:
    """Return the manifests of *base* with components and those that they change."""
    shutil.copytree(KUSTOMIZE, folder / "kustomize", dirs_exist_ok=True)
    overlay = folder / "kustomize/overlays/components"
    overlay.mkdir(exist_ok=True)
    needed = dict.fromkeys(name for wanted in names for name in (*AFTER.get(wanted, ()), wanted))
    kustomization = {
        "resources": [f"../../{base}", *(["runbook.yaml"] if "runbook-url" in needed else [])],
        "components": [f"../../components/{name}" for name in needed],
    }
    shutil.copy(KUSTOMIZE / "overlays/prod/runbook.yaml", overlay)
    (overlay / "kustomization.yaml").write_text(yaml.safe_dump(kustomization))
    return render(overlay)


def only(manifests: list[Manifest], kind: str) -> Manifest:
    """Return the only manifest of *kind*."""
    (match,) = (manifest for manifest in manifests if manifest["kind"] == kind)
    return match


def pods(manifests: list[Manifest]) -> list[Manifest]:
    """Return the pod specifications of all workloads."""
    return [manifest["spec"]["template"]["spec"] for manifest in manifests if "template" in manifest.get("spec", ())]


def variables(manifests: list[Manifest]) -> dict[str, str]:
    """Return the environment of the enricher."""
    (container,) = only(manifests, "Deployment")["spec"]["template"]["spec"]["containers"]
    (source,) = container["envFrom"]
    settings = {manifest["metadata"]["name"]: manifest["data"] for manifest in manifests if "data" in manifest}
    values = {entry["name"]: entry.get("value", "from a secret") for entry in container.get("env", ())}
    return {**settings[source["configMapRef"]["name"]], **values}


def test_manifests_are_valid(manifests: list[Manifest]) -> None:
    """Every manifest conforms to the schemas of three versions of Kubernetes, without unknown fields."""
    for manifest in manifests:
        for version in VERSIONS if manifest["kind"] not in CUSTOM else []:
            kubernetes_validate.validate(manifest, version, strict=True)


def definitions() -> list[Manifest]:
    """Return what defines the kinds of KEDA and the Prometheus operator, from the Go modules of their releases."""
    if not shutil.which("go"):
        pytest.skip("needs Go to fetch the operators' definitions")
    found = []
    for module, folder in GO_MODULES.items():
        done = subprocess.run(["go", "mod", "download", "-json", module], capture_output=True, check=False, cwd="/")
        assert done.returncode == 0, done.stderr
        for path in (Path(json.loads(done.stdout)["Dir"]) / folder).glob("*.yaml"):
            definition = yaml.load(path.read_text(), Loader)  # noqa: S506 - a safe loader
            if definition["kind"] == "CustomResourceDefinition":
                found.append(definition)
    return found


def test_custom_kinds_are_valid(prod: list[Manifest]) -> None:
    """Manifests for KEDA and the Prometheus operator conform to the operators' released definitions."""
    schemas = {
        (f"{definition['spec']['group']}/{version['name']}", definition["spec"]["names"]["kind"]): version["schema"]
        for definition in definitions()
        for version in definition["spec"]["versions"]
    }
    checked = set()
    for manifest in prod:
        kind = (manifest["apiVersion"], manifest["kind"])
        if kind in schemas:
            jsonschema.Draft202012Validator(closed(schemas[kind]["openAPIV3Schema"])).validate(manifest)
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
        for container in (*pod["containers"], *pod.get("initContainers", ())):
            context = container["securityContext"]
            assert context["allowPrivilegeEscalation"] is False
            assert context["readOnlyRootFilesystem"] is True
            assert context["capabilities"] == {"drop": ["ALL"]}
            assert container["resources"]["limits"]["memory"] == container["resources"]["requests"]["memory"]


def test_pods_run_as_the_image_does(tmp_path: Path) -> None:
    """User and group of every pod are those of the Dockerfile; on OpenShift, which assigns them, no pod names any."""
    user = re.findall(r"^USER (\d+):(\d+)$", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)

    for base in ("base", "feed"):
        (pod,) = pods(render(KUSTOMIZE / base))
        assert [(str(pod["securityContext"]["runAsUser"]), str(pod["securityContext"]["runAsGroup"]))] == user
        (pod,) = pods(with_components(tmp_path, "openshift", base=base))
        assert pod["securityContext"].keys() == {"runAsNonRoot", "seccompProfile"}


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
    ours = {name: value for name, value in variables(manifests).items() if not name.startswith("OTEL_")}
    for name, value in ours.items():
        monkeypatch.setenv(name, value)

    settings = Settings()

    assert len(settings.model_fields_set) == len(ours)
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


def test_keda_looks_at_the_lag_of_the_enricher(prod: list[Manifest]) -> None:
    """KEDA asks for the topic and the group that the enricher reads."""
    (raw,) = (topic for topic in declared() if topic.role == "raw")
    scaled = only(prod, "ScaledObject")["spec"]

    assert scaled["triggers"][0]["metadata"]["topic"] == raw.name
    assert scaled["triggers"][0]["metadata"]["consumerGroup"] == Settings().group


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_keda_finds_kafka_from_its_own_namespace(overlay: str) -> None:
    """KEDA takes the address from the settings of the enricher, and the address names the namespace of Kafka."""
    manifests = render(KUSTOMIZE / "overlays" / overlay)
    for scaled in (manifest for manifest in manifests if manifest["kind"] == "ScaledObject"):
        (trigger,) = scaled["spec"]["triggers"]
        address = variables(manifests)[trigger["metadata"]["bootstrapServersFromEnv"]]

        assert all("." in server.split(":")[0] for server in address.split(","))


@pytest.mark.parametrize("name", ["keda", "hpa"])
def test_an_autoscaler_keeps_its_number_of_replicas(tmp_path: Path, name: str) -> None:
    """Applying the manifests again does not reset what the autoscaler has set, and it never exceeds the partitions."""
    manifests = with_components(tmp_path, name)
    (raw,) = (topic for topic in declared() if topic.role == "raw")
    limits = [manifest["spec"] for manifest in manifests if "scaleTargetRef" in manifest.get("spec", ())]

    assert [limit.get("maxReplicas", limit.get("maxReplicaCount")) for limit in limits] == [raw.partitions]
    assert "replicas" not in only(manifests, "Deployment")["spec"]


def test_prometheus_finds_monitor_and_rules(prod: list[Manifest]) -> None:
    """They have the label that kube-prometheus-stack selects, and every alert the address of the runbook."""
    (rules,) = (manifest for manifest in prod if manifest["kind"] == "PrometheusRule")
    addresses = [rule["annotations"]["runbook_url"] for group in rules["spec"]["groups"] for rule in group["rules"]]
    (wiki,) = {address.partition("#")[0] for address in addresses}

    assert rules["metadata"]["labels"] == {"release": "kube-prometheus-stack"}
    assert only(prod, "PodMonitor")["metadata"]["labels"] == {"release": "kube-prometheus-stack"}
    assert wiki == yaml.safe_load((KUSTOMIZE / "overlays/prod/runbook.yaml").read_text())["data"]["url"]


def test_grafana_finds_the_dashboard(prod: list[Manifest]) -> None:
    """A ConfigMap holds the dashboard, with the label that the sidecar of Grafana's chart looks for."""
    (dashboard,) = (manifest for manifest in prod if manifest["metadata"].get("labels") == {"grafana_dashboard": "1"})

    assert dashboard["data"] == {"newswire.json": (ROOT / "deploy/grafana/newswire.json").read_text()}


def test_the_policy_opens_what_a_component_needs(tmp_path: Path) -> None:
    """DNS of OpenShift and the collector of traces can be reached if their components follow the policy."""
    policy = only(with_components(tmp_path, "traces", "openshift"), "NetworkPolicy")["spec"]
    ports = [{port["port"] for port in rule["ports"]} for rule in policy["egress"]]

    assert ports == [{53}, {9093}, {4318}, {5353}]


def test_topics_are_created_by_the_same_image(tmp_path: Path) -> None:
    """The container that creates topics has the image of the enricher, whatever an overlay names, and its settings."""
    pod = only(with_components(tmp_path, "create-topics"), "Deployment")["spec"]["template"]["spec"]
    (topics,) = pod["initContainers"]
    (enricher,) = pod["containers"]

    assert topics["image"] == enricher["image"]
    assert topics["envFrom"] == enricher["envFrom"]


def test_nothing_is_applied_that_cannot_be_changed(manifests: list[Manifest]) -> None:
    """There is no Job: its template is immutable, so that applying it again after a change would fail."""
    assert [manifest for manifest in manifests if manifest["kind"] == "Job"] == []


def test_a_namespace_of_its_own_has_every_secret() -> None:
    """Beside Kafka's namespace, the pod uses no secret but the one that the Access Operator writes."""
    manifests = render(KUSTOMIZE / "overlays/openshift")
    (pod,) = pods(manifests)
    secrets = {volume["secret"]["secretName"] for volume in pod["volumes"] if "secret" in volume}
    secrets |= {
        entry["valueFrom"]["secretKeyRef"]["name"] for entry in pod["containers"][0]["env"] if "valueFrom" in entry
    }
    (authority,) = (volume["secret"]["items"] for volume in pod["volumes"] if volume["name"] == "kafka-ca")

    assert secrets == {only(manifests, "KafkaAccess")["metadata"]["name"]}
    assert authority == [{"key": "ssl.truststore.crt", "path": "ca.crt"}]
    assert not {"KafkaTopic", "KafkaUser"} & {manifest["kind"] for manifest in manifests}
