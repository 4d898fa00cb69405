"""A real API server accepts all manifests, also when they are applied again after a change.

Its namespaces enforce the restricted Pod Security Standard. `make kubernetes` builds the server.
"""

from __future__ import annotations

import copy
import re
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from tests.deploy.api_server import ApiServer, Refused
from tests.deploy.programs import BUILD_SECONDS, built
from tests.deploy.test_helm import CHART, charted
from tests.deploy.test_kustomize import KUSTOMIZE, OVERLAYS, definitions, pods, render

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.deploy.test_kustomize import Manifest

RESTRICTED = {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "warn")}
WITHOUT_DEFINITIONS = {  # Strimzi publishes its definitions with its manifests only, so their fields are not checked
    "KafkaTopic": ("kafka.strimzi.io", "v1"),
    "KafkaUser": ("kafka.strimzi.io", "v1"),
    "KafkaAccess": ("access.strimzi.io", "v1alpha1"),
}

pytestmark = pytest.mark.timeout(BUILD_SECONDS)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiServer]:
    """Run an API server that knows the kinds of the operators."""
    etcd = shutil.which("etcd")
    if not etcd:
        pytest.skip("needs etcd (Debian: etcd-server)")
    with ApiServer(tmp_path_factory.mktemp("kubernetes"), built("kube-apiserver"), etcd) as running:
        running.define([*definitions(), *(_open(kind, *names) for kind, names in WITHOUT_DEFINITIONS.items())])
        yield running


def _open(kind: str, group: str, version: str) -> Manifest:
    """Return a definition of *kind* that allows any field."""
    plural = "kafkaaccesses" if kind == "KafkaAccess" else f"{kind.lower()}s"
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{group}"},
        "spec": {
            "group": group,
            "names": {"kind": kind, "plural": plural},
            "scope": "Namespaced",
            "versions": [{"name": version, "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}],
        },
    }


def apply(server: ApiServer, manifests: list[Manifest]) -> list[Manifest]:
    """Apply *manifests*, after their namespaces, and return what is stored."""
    namespaces = {manifest["metadata"].get("namespace") for manifest in manifests} - {None}
    for name in sorted(namespaces):
        server.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": RESTRICTED}})
        # A controller, which does not run here, creates the default account of each namespace.
        server.apply({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default", "namespace": name}})
    return [server.apply(manifest) for manifest in manifests if manifest["kind"] != "Namespace"]


def changed(manifests: list[Manifest]) -> list[Manifest]:
    """Return *manifests* as they are after another setting, whose hash Kustomize appends, and another image."""
    others = copy.deepcopy(manifests)
    (settings,) = (one for one in others if "NEWSWIRE_WORKER_PROCESSES" in one.get("data", ()))
    settings["data"]["NEWSWIRE_LOG_LEVEL"] = "WARNING"
    name = settings["metadata"]["name"]
    settings["metadata"]["name"] = re.sub(r"(?<=^newswire-enricher-).*", "0000000000", name)
    for pod in pods(others):
        for container in (*pod["containers"], *pod.get("initContainers", ())):
            container["image"] += "-next"
            for source in container.get("envFrom", ()):
                source["configMapRef"]["name"] = settings["metadata"]["name"]
    return others


def pod_of(manifest: Manifest) -> Manifest:
    """Return the pod that a workload would start, with a name of its own."""
    template = copy.deepcopy(manifest["spec"]["template"])
    metadata = template["metadata"] | {"generateName": "test-", "namespace": manifest["metadata"]["namespace"]}
    for claim in manifest["spec"].get("volumeClaimTemplates", ()):
        template["spec"]["volumes"].append({"name": claim["metadata"]["name"], "emptyDir": {}})
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template["spec"]}


def versions(stored: list[Manifest]) -> list[Any]:
    """Return the version of each stored resource, which changes whenever one is written."""
    return [manifest["metadata"]["resourceVersion"] for manifest in stored]


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_an_overlay_can_be_applied_again(server: ApiServer, overlay: str) -> None:
    """Applied again as it is, nothing changes; applied again after a change, nothing is refused."""
    manifests = render(KUSTOMIZE / "overlays" / overlay)

    first = apply(server, manifests)

    assert versions(apply(server, manifests)) == versions(first)
    assert versions(apply(server, changed(manifests))) != versions(first)


def test_the_chart_can_be_applied_again(server: ApiServer) -> None:
    """What `helm template` gives is accepted, too, and again after a change."""
    manifests = charted("--values", CHART / "strimzi.yaml", release="charted")
    for manifest in manifests:
        manifest["metadata"]["namespace"] = "charts"

    first = apply(server, manifests)

    assert versions(apply(server, manifests)) == versions(first)
    assert versions(apply(server, changed(manifests))) != versions(first)


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_its_pods_are_admitted(server: ApiServer, overlay: str) -> None:
    """The namespace enforces the restricted standard and admits the pods; a pod with one privilege is refused."""
    manifests = render(KUSTOMIZE / "overlays" / overlay)
    apply(server, manifests)
    (workload,) = (manifest for manifest in manifests if "template" in manifest.get("spec", ()))
    pod = pod_of(workload)

    server.create(pod)

    pod["spec"]["containers"][0]["securityContext"]["allowPrivilegeEscalation"] = True
    with pytest.raises(Refused, match="violates PodSecurity"):
        server.create(pod)


def test_feeds_are_admitted(server: ApiServer) -> None:
    """The pod that polls feeds is accepted and admitted, too."""
    manifests = render(KUSTOMIZE / "feed")
    for manifest in manifests:
        manifest["metadata"]["namespace"] = "feeds"
    apply(server, manifests)

    server.create(pod_of(manifests[0]))


def test_the_server_is_strict(server: ApiServer) -> None:
    """A misspelt field is refused; otherwise the tests above would prove nothing."""
    (workload,) = (manifest for manifest in render(KUSTOMIZE / "overlays/plain") if manifest["kind"] == "Deployment")
    workload["spec"]["replica"] = 3

    with pytest.raises(Refused, match="replica"):
        server.apply(workload)
