"""Make the Helm chart: templates from the Kustomize base and components, values and their README from the schema.

    python scripts/make_chart.py      (needs kustomize or kubectl)

What a value can change is replaced in the rendered manifests by an expression; everything else stays as it is. A test
compares what `helm template` and `kustomize build` give.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
import textwrap
from pathlib import Path
from typing import Any

import yaml

from service import __version__

DEPLOY = Path(__file__).parents[1] / "deploy"
KUSTOMIZE = DEPLOY / "kustomize"
CHART = DEPLOY / "helm"
COMPONENTS = (["keda"], ["create-topics", "hpa", "podmonitor", "network-policy"])  # rendered apart: one scales a worker
HEAD = "# Made by scripts/make_chart.py.\n"
NAME = "newswire-enricher"
INSTANCE = {"app.kubernetes.io/instance": "<<.Release.Name>>"}
LABELS = {
    **INSTANCE,
    "app.kubernetes.io/managed-by": "<<.Release.Service>>",
    "helm.sh/chart": "<<.Chart.Name>>-<<.Chart.Version>>",
}
RULES = (
    '.Files.Get "files/rules.yaml"'
    ' | replace "https://example.org/newswire-enricher/runbook" .Values.prometheusRule.runbookUrl'
)
SCALED = "or .Values.hpa.enabled .Values.keda.enabled"
WIDTH = 120

Manifest = dict[str, Any]


def main() -> None:
    """Write every generated file of the chart."""
    for name, text in files(rendered()).items():
        (CHART / name).write_text(text)


def files(manifests: dict[str, Manifest]) -> dict[str, str]:
    """Return the generated files of the chart by name, from the rendered manifests by kind."""
    schema = json.loads((CHART / "values.schema.json").read_text())
    about, readme = ((CHART / name).read_text() for name in ("Chart.yaml", "README.md"))
    templates = {f"templates/{name}.yaml": HEAD + text for name, text in _templates(manifests).items()}
    return templates | {
        "values.yaml": _values(schema),
        "README.md": re.sub(
            r"(?<=<!-- values -->\n).*(?=<!-- end -->)",
            _table(schema),
            readme,
            flags=re.DOTALL,
        ),
        "Chart.yaml": re.sub(r"^(version|appVersion): .*$", rf"\1: {__version__}", about, flags=re.MULTILINE),
    }


def rendered() -> dict[str, Manifest]:
    """Return the base with all components that the chart has, as Kustomize renders them, by kind."""
    command = ["kustomize", "build"] if shutil.which("kustomize") else ["kubectl", "kustomize"]
    found: dict[str, Manifest] = {}
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(KUSTOMIZE, folder, dirs_exist_ok=True)
        overlay = Path(folder) / "overlays/chart"
        overlay.mkdir()
        for names in COMPONENTS:
            kustomization = {"resources": ["../../base"], "components": [f"../../components/{name}" for name in names]}
            (overlay / "kustomization.yaml").write_text(yaml.safe_dump(kustomization))
            text = subprocess.run([*command, overlay], check=True, capture_output=True, text=True).stdout  # noqa: S603 - a fixed command
            found |= {manifest["kind"]: manifest for manifest in yaml.safe_load_all(text)}
    return found


def _templates(manifests: dict[str, Manifest]) -> dict[str, str]:
    """Return the templates by name. A key `<<if …>>` at the start of a text makes the whole template conditional."""
    found = {kind: _named(manifest) for kind, manifest in manifests.items()}
    for manifest in found.values():
        manifest["metadata"] = {
            "name": manifest["metadata"]["name"],
            "labels": manifest["metadata"].get("labels", {}) | LABELS,
        }
    account, settings, deployment = (found[kind] for kind in ("ServiceAccount", "ConfigMap", "Deployment"))
    account["metadata"]["annotations"] = "<<with .Values.serviceAccountAnnotations>>"
    settings["data"] = "<<yaml .Values.settings>>"
    _open_deployment(deployment)
    autoscaler, scaled = found["HorizontalPodAutoscaler"]["spec"], found["ScaledObject"]["spec"]
    autoscaler |= {"minReplicas": "<<.Values.hpa.minReplicas>>", "maxReplicas": "<<.Values.hpa.maxReplicas>>"}
    autoscaler["metrics"][0]["resource"]["target"]["averageUtilization"] = "<<.Values.hpa.averageUtilization>>"
    scaled |= {"minReplicaCount": "<<.Values.keda.minReplicas>>", "maxReplicaCount": "<<.Values.keda.maxReplicas>>"}
    scaled["triggers"] = [
        {
            "type": scaled["triggers"][0]["type"],
            "metadata": "<<yaml .Values.keda.metadata>>",
            "authenticationRef": "<<if .Values.keda.authentication>>{name: <<.Release.Name>>}",
        }
    ]
    found["TriggerAuthentication"]["spec"] = "<<yaml .Values.keda.authentication>>"
    found["PodMonitor"]["metadata"]["labels"]["<<append .Values.podMonitor.labels>>"] = None
    found["PrometheusRule"]["metadata"]["labels"]["<<append .Values.prometheusRule.labels>>"] = None
    found["PrometheusRule"]["spec"] = "<<rules>>"
    policy = found["NetworkPolicy"]["spec"]
    policy["egress"] = [policy["egress"][0], "<<append .Values.networkPolicy.egress>>"]
    dashboard = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {
            "name": "<<.Release.Name>>-dashboard",
            "labels": {**LABELS, "<<append .Values.dashboard.labels>>": None},
        },
        "data": {"newswire.json": "<<dashboard>>"},
    }
    return {
        "service-account": _template(account),
        "settings": _template(settings),
        "deployment": _template(deployment),
        "disruption-budget": _template(found["PodDisruptionBudget"]),
        "autoscaler": _template(found["HorizontalPodAutoscaler"], ".Values.hpa.enabled"),
        "scaled-object": _template(found["ScaledObject"], ".Values.keda.enabled"),
        "trigger-authentication": _template(
            found["TriggerAuthentication"], "and .Values.keda.enabled .Values.keda.authentication"
        ),
        "pod-monitor": _template(found["PodMonitor"], ".Values.podMonitor.enabled"),
        "prometheus-rule": _template(found["PrometheusRule"], ".Values.prometheusRule.enabled"),
        "network-policy": _template(found["NetworkPolicy"], ".Values.networkPolicy.enabled"),
        "dashboard": _template(dashboard, ".Values.dashboard.enabled"),
    }


def _named(value: Any) -> Any:
    """Return *value* with the name of the release for that of the base, also in selectors, as the instance."""
    if isinstance(value, list):
        return [_named(part) for part in value]
    if not isinstance(value, dict):
        return value
    named = {key: _named(part) for key, part in value.items()}
    for key in {"name", "serviceAccountName"} & value.keys():
        if re.fullmatch(
            NAME + r"(-[a-z0-9]{10})?", str(value[key])
        ):  # Kustomize appends a hash to that of the settings
            named[key] = "<<.Release.Name>>"
    if value.get("app.kubernetes.io/name") == NAME:
        named |= INSTANCE
    return named


def _open_deployment(deployment: Manifest) -> None:
    """Put expressions where a value can change the deployment."""
    deployment["spec"]["replicas"] = f"<<if not ({SCALED})>><<.Values.replicas>>"
    template = deployment["spec"]["template"]
    template["metadata"]["annotations"]["checksum/settings"] = "<<toYaml .Values.settings | sha256sum>>"
    template["metadata"]["annotations"]["<<append .Values.podAnnotations>>"] = None
    pod = template["spec"]
    pod["securityContext"] = "<<yaml .Values.podSecurityContext>>"
    pod["priorityClassName"] = "<<if .Values.priorityClassName>><<.Values.priorityClassName>>"
    for key in ("imagePullSecrets", "nodeSelector", "tolerations"):
        pod[key] = f"<<with .Values.{key}>>"
    for container in (*pod["containers"], *pod["initContainers"]):
        container["image"] = "<<.Values.image.repository>>:<<.Values.image.tag | default .Chart.AppVersion>>"
        container["env"] = "<<with .Values.env>>"
        container["volumeMounts"].append("<<append .Values.volumeMounts>>")
    pod["containers"][0]["resources"] = "<<yaml .Values.resources>>"
    pod["volumes"].append("<<append .Values.volumes>>")
    pod["initContainers"] = ["<<if .Values.createTopics>>", *pod["initContainers"], "<<end>>"]


def _template(manifest: Manifest, condition: str = "") -> str:
    """Return the manifest as a template, its placeholders as expressions."""
    lines = yaml.safe_dump(manifest, sort_keys=False, width=10_000).splitlines()
    text = "\n".join(_expressions(line) for line in lines)
    # The key of a conditional list belongs inside of the condition.
    text = re.sub(r"^( *)(\w+):\n *- (\{\{- if .*\}\})\n", r"\1\3\n\1\2:\n", text, flags=re.MULTILINE)
    text = re.sub(r"^ *- (\{\{- end \}\})$", r"    \1", text, flags=re.MULTILINE)
    return f"{{{{- if {condition} }}}}\n{text}\n{{{{- end }}}}\n" if condition else f"{text}\n"


def _expressions(line: str) -> str:
    """Return the line of a dumped manifest with its placeholder as an expression of Helm's templates."""
    line = re.sub(r"^( *-?[^'\"]*: )?'(<<.*>>.*)'$", r"\1\2", line)
    indent = " " * (len(line) - len(line.lstrip(" ")))
    key, _, value = line.strip().partition(": ")
    inner = len(indent) + (4 if key.startswith("- ") else 2)
    lines = [_plain(line.strip())]
    if match := re.fullmatch(r"(?:- |\? )?'?<<append (\S+?)>>'?(?:: null)?", line.strip()):
        lines = [f"{{{{- with {match[1]} }}}}", f"{{{{- toYaml . | nindent {len(indent)} }}}}", "{{- end }}"]
    elif match := re.fullmatch(r"<<yaml (\S+)>>", value):
        lines = [f"{key}:", f"  {{{{- toYaml {match[1]} | nindent {inner} }}}}"]
    elif match := re.fullmatch(r"<<with (\S+)>>", value):
        lines = [f"{{{{- with {match[1]} }}}}", f"{key}:", f"  {{{{- toYaml . | nindent {inner} }}}}", "{{- end }}"]
    elif match := re.fullmatch(r"<<if ([^>]+)>>(.+)", value):
        lines = [f"{{{{- if {match[1]} }}}}", f"{key}: {_plain(match[2])}", "{{- end }}"]
    elif value == "<<rules>>":
        lines = [f"{key}:", f"  {{{{- {RULES} | nindent {inner} }}}}"]
    elif value == "<<dashboard>>":
        lines = [f"{key}: |", f'  {{{{- .Files.Get "files/newswire.json" | nindent {inner} }}}}']
    return "\n".join(indent + one for one in lines)


def _plain(text: str) -> str:
    """Return *text* with expressions for placeholders that stand for a part of it."""
    return re.sub(r"<<(if |end)?(.*?)>>", lambda m: f"{{{{{'-' if m[1] else ''} {m[1] or ''}{m[2]} }}}}", text)


def _values(schema: Manifest) -> str:
    """Return the defaults of the schema as YAML, each with its description."""
    lines = [HEAD.rstrip().replace(".py.", ".py from values.schema.json.")]
    for name, part in schema["properties"].items():
        if name == "global":
            continue
        if "default" in part:
            lines += ["", *_described(name, part)]
            continue
        lines += ["", f"{name}:"]
        for inner, value in part["properties"].items():
            lines += [textwrap.indent(line, "  ") for line in _described(inner, value)]
    return "\n".join(lines) + "\n"


def _described(name: str, part: Manifest) -> list[str]:
    comment = textwrap.wrap(part["description"], WIDTH - 4, initial_indent="# ", subsequent_indent="# ")
    return [*comment, *yaml.safe_dump({name: part["default"]}, sort_keys=False, width=WIDTH).splitlines()]


def _table(schema: Manifest) -> str:
    """Return the table of the README, a row for each value."""
    rows = ["| value | default | meaning |", "| --- | --- | --- |"]
    for name, part in schema["properties"].items():
        nested = {} if "default" in part else part.get("properties", {})
        for path, value in {
            name: part,
            **{f"{name}.{inner}": inner_part for inner, inner_part in nested.items()},
        }.items():
            if "default" in value:
                rows.append(f"| `{path}` | `{json.dumps(value['default'])}` | {value['description']} |")
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    main()
