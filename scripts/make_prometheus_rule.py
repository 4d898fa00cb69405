"""Create the Prometheus operator's form of the alert rules in `deploy/prometheus/rules.yaml`. A test compares them."""

from __future__ import annotations

from pathlib import Path

DEPLOY = Path(__file__).parents[1] / "deploy"
HEAD = """\
# Made from deploy/prometheus/rules.yaml by scripts/make_prometheus_rule.py.
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: newswire-enricher
spec:
"""


def main() -> None:
    """Write the manifest: the rules with their comments, indented by one level."""
    lines = (DEPLOY / "prometheus/rules.yaml").read_text().splitlines()
    body = "".join(f"  {line}".rstrip() + "\n" for line in lines if not line.startswith("#"))
    (DEPLOY / "kustomize/components/podmonitor/rules.yaml").write_text(HEAD + body)


if __name__ == "__main__":
    main()
