"""Create `deploy/grafana/newswire.json` from the rows below. A test runs every expression against a real worker.

In an expression, `$m` stands for the labels that the dashboard's variables select, and `$w` for the window of a rate.
Longer than other scripts, because four fifths of it are the panels themselves.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parents[1] / "deploy/grafana/newswire.json"
LABELS = 'namespace=~"$namespace", instance=~"$instance"'
WINDOW = "$__rate_interval"
GRID_COLUMNS = 24
GREEN, AMBER, RED = "green", "orange", "red"


def quantile(share: float, metric: str, by: str = "") -> str:
    """Return the expression of a quantile over a histogram."""
    labels = f"le, {by}" if by else "le"
    return f"histogram_quantile({share}, sum by ({labels}) (rate({metric}_bucket{{$m}}[$w])))"


def per_article(metric: str, label: str) -> str:
    """Return the expression of the ten most frequent values of *label*, per enriched article."""
    enriched = 'scalar(sum(rate(newswire_articles_total{$m, outcome="enriched"}[$w])))'
    return f"topk(10, sum by ({label}) (rate({metric}{{$m}}[$w])) / {enriched})"


Panel = dict[str, Any]


def stat(title: str, description: str, expression: str, unit: str, steps: tuple[float, float] | None = None) -> Panel:
    """Return a panel of one number, which turns amber and red at *steps*."""
    thresholds: list[dict[str, Any]] = [{"color": GREEN, "value": None}]
    thresholds += [{"color": color, "value": step} for color, step in zip((AMBER, RED), steps or (), strict=False)]
    return panel("stat", title, description, {"": expression}, unit) | {
        "options": {"reduceOptions": {"calcs": ["lastNotNull"]}, "colorMode": "value", "graphMode": "area"},
        "thresholds": thresholds,
    }


def series(title: str, description: str, expressions: dict[str, str], unit: str, *, stacked: bool = False) -> Panel:
    """Return a panel of lines over time; the keys of *expressions* are their legends."""
    return panel("timeseries", title, description, expressions, unit) | {
        "options": {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi"}},
        "custom": {"fillOpacity": 20 if stacked else 5, "stacking": {"mode": "normal" if stacked else "none"}},
    }


def heatmap(title: str, description: str, metric: str) -> Panel:
    """Return a panel of a histogram over time."""
    base = panel("heatmap", title, description, {"{{le}}": f"sum by (le) (rate({metric}_bucket{{$m}}[$w]))"}, "s")
    return base | {
        "options": {"calculate": False, "color": {"mode": "scheme", "scheme": "Oranges"}, "yAxis": {"unit": "s"}},
        "format": "heatmap",
    }


def panel(kind: str, title: str, description: str, expressions: dict[str, str], unit: str) -> Panel:
    """Return the fields that all kinds of panel have."""
    return {"type": kind, "title": title, "description": description, "expressions": expressions, "unit": unit}


ROWS: dict[str, list[Panel]] = {
    "At a glance": [
        stat("Articles per second", "Delivered and committed.", "sum(rate(newswire_articles_total{$m}[$w]))", "short"),
        stat(
            "Age, 95 % within",
            "From the article's timestamp in Kafka to the commit of its record: how late the news is.",
            quantile(0.95, "newswire_event_age_seconds"),
            "s",
            (30, 120),
        ),
        stat(
            "Backlog",
            "Time needed to process the waiting articles at the present rate.",
            "sum(newswire_consumer_lag_records{$m}) / clamp_min(sum(rate(newswire_articles_total{$m}[$w])), 0.001)",
            "s",
            (300, 900),
        ),
        stat(
            "Refused",
            "Share of articles that go to the dead-letter topic.",
            'sum(rate(newswire_articles_total{$m, outcome="rejected"}[$w]))'
            " / clamp_min(sum(rate(newswire_articles_total{$m}[$w])), 0.001)",
            "percentunit",
            (0.01, 0.02),
        ),
        stat(
            "Dead letters, last hour",
            "Refused articles, for all reasons.",
            "sum(increase(newswire_dead_letters_total{$m}[1h]))",
            "short",
        ),
        stat(
            "Partitions assigned",
            "Of the raw topic, over all workers. Fewer than the topic has means that some are not read.",
            "sum(newswire_assigned_partitions{$m})",
            "short",
        ),
    ],
    "In and out": [
        series(
            "Articles by outcome",
            "Articles per second by outcome.",
            {"{{outcome}}": "sum by (outcome) (rate(newswire_articles_total{$m}[$w]))"},
            "short",
            stacked=True,
        ),
        series(
            "Lag by partition",
            "Records not yet committed. If one partition grows alone, its worker is stuck.",
            {"{{partition}}": 'sum by (topic, partition) (newswire_consumer_lag_records{$m, topic=~"$topic"})'},
            "short",
        ),
        heatmap("Age of the news", "Age of articles when their record is committed.", "newswire_event_age_seconds"),
    ],
    "Where the time goes": [
        series(
            "Stages, 95 % within",
            "Time per article by stage, in its worker process.",
            {"{{stage}}": quantile(0.95, "newswire_stage_duration_seconds", "stage")},
            "s",
        ),
        series(
            "One article",
            "Time a worker process needs per article.",
            {f"{share:.0%}": quantile(share, "newswire_article_processing_seconds") for share in (0.5, 0.95, 0.99)},
            "s",
        ),
        series(
            "Busy worker processes",
            "Seconds of work per second. If this equals the number of worker processes, more are needed.",
            {"{{instance}}": "sum by (instance) (rate(newswire_article_processing_seconds_sum{$m}[$w]))"},
            "short",
        ),
        series(
            "In flight",
            "Articles accepted and not yet committed.",
            {"{{instance}}": "sum by (instance) (newswire_in_flight_articles{$m})"},
            "short",
        ),
        series(
            "Publishing",
            "Time to publish and commit one batch of articles of one partition.",
            {f"{share:.0%}": quantile(share, "newswire_publish_duration_seconds") for share in (0.5, 0.95)},
            "s",
        ),
        series(
            "Size of articles",
            "Bytes per value on the raw topic.",
            {f"{share:.0%}": quantile(share, "newswire_article_size_bytes") for share in (0.5, 0.95)},
            "bytes",
        ),
    ],
    "What goes wrong": [
        series(
            "Refused by reason",
            "Dead letters per second. enrich_failed, worker_crash and timeout are faults of the service.",
            {"{{reason}}": "sum by (reason) (rate(newswire_dead_letters_total{$m}[$w]))"},
            "short",
            stacked=True,
        ),
        series(
            "Publishing by status",
            "Records per second by topic. `error` counts deliveries that failed and are retried.",
            {"{{topic}} {{status}}": "sum by (topic, status) (rate(newswire_published_total{$m}[$w]))"},
            "short",
        ),
        series(
            "Rebalances and restarts",
            "In the last hour: partitions reassigned, and worker processes replaced.",
            {
                "rebalances {{instance}}": "sum by (instance) (increase(newswire_rebalances_total{$m}[1h]))",
                "restarts {{instance}}": "sum by (instance) (increase(newswire_worker_process_restarts_total{$m}[1h]))",
            },
            "short",
        ),
    ],
    "What is in the news": [
        series(
            "Places by country",
            "Ten most frequent, per article.",
            {"{{country}}": per_article("newswire_places_total", "country")},
            "short",
        ),
        series(
            "Event tags",
            "Ten most frequent, per article.",
            {"{{tag}}": per_article("newswire_event_tags_total", "tag")},
            "short",
        ),
        series(
            "Events",
            "Ten most frequent types, per article.",
            {"{{type}}": per_article("newswire_events_total", "type")},
            "short",
        ),
        series(
            "Entities", "By type, per article.", {"{{label}}": per_article("newswire_entities_total", "label")}, "short"
        ),
        series(
            "Languages",
            "Share of the records by language of the article.",
            {"{{language}}": per_article("newswire_article_languages_total", "language")},
            "percentunit",
        ),
    ],
    "The process": [
        series(
            "CPU",
            "Cores used by the main process, which moves bytes. `Busy worker processes` shows the others.",
            {"{{instance}}": "sum by (instance) (rate(process_cpu_seconds_total{$m}[$w]))"},
            "short",
        ),
        series(
            "Memory",
            "Resident memory of the main process.",
            {"{{instance}}": "sum by (instance) (process_resident_memory_bytes{$m})"},
            "bytes",
        ),
        series(
            "Delay of the event loop",
            "How late it wakes from a sleep of one second. Above about 100 ms, something blocks it.",
            {"99%": quantile(0.99, "newswire_event_loop_delay_seconds")},
            "s",
        ),
        series(
            "Garbage collections",
            "Per second, by generation.",
            {"generation {{generation}}": "sum by (generation) (rate(python_gc_collections_total{$m}[$w]))"},
            "short",
        ),
        series(
            "Time to load the model",
            "At the last start.",
            {"{{instance}}": "max by (instance) (newswire_model_load_seconds{$m})"},
            "s",
        ),
        panel(
            "table",
            "What runs",
            "Version, model and fingerprint of every worker. Equal fingerprints produce equal records.",
            {"": "max by (instance, version, model, model_version, schema, fingerprint) (newswire_build_info{$m})"},
            "short",
        )
        | {"instant": True},
    ],
}


def grafana(definition: Panel, number: int, position: dict[str, int]) -> Panel:
    """Return *definition* as a Grafana panel at *position*."""
    targets = [
        {
            "refId": chr(ord("A") + index),
            "datasource": {"type": "prometheus", "uid": "${datasource}"},
            "expr": expression.replace("$m", LABELS).replace("$w", WINDOW),
            "legendFormat": legend,
            "format": definition.get("format", "table" if definition.get("instant") else "time_series"),
            "instant": definition.get("instant", False),
        }
        for index, (legend, expression) in enumerate(definition["expressions"].items())
    ]
    defaults: dict[str, Any] = {"unit": definition["unit"], "custom": definition.get("custom", {})}
    if "thresholds" in definition:
        defaults["thresholds"] = {"mode": "absolute", "steps": definition["thresholds"]}
    return {
        "id": number,
        "type": definition["type"],
        "title": definition["title"],
        "description": definition["description"],
        "datasource": {"type": "prometheus", "uid": "${datasource}"},
        "gridPos": position,
        "targets": targets,
        "fieldConfig": {"defaults": defaults, "overrides": []},
        "options": definition.get("options", {}),
    }


def variable(name: str, label: str, query: str) -> dict[str, Any]:
    """Return a variable that lists the values of a label. `All` also matches a missing label."""
    return {
        "name": name,
        "label": label,
        "type": "query",
        "datasource": {"type": "prometheus", "uid": "${datasource}"},
        "query": {"query": query, "refId": name},
        "refresh": 2,
        "includeAll": True,
        "multi": True,
        "allValue": ".*",
        "current": {"text": "All", "value": "$__all"},
    }


def dashboard() -> dict[str, Any]:
    """Return the dashboard."""
    panels: list[Panel] = []
    y = 0
    for title, row in ROWS.items():
        panels.append(
            {"id": len(panels) + 1, "type": "row", "title": title, "collapsed": False, "panels": []}
            | {"gridPos": {"x": 0, "y": y, "w": GRID_COLUMNS, "h": 1}}
        )
        y += 1
        height = 4 if row[0]["type"] == "stat" else 8
        columns = {4: 4}.get(len(row), 6 if row[0]["type"] == "stat" else 3)
        for index, definition in enumerate(row):
            width = GRID_COLUMNS // columns
            position = {"x": index % columns * width, "y": y + index // columns * height, "w": width, "h": height}
            panels.append(grafana(definition, len(panels) + 1, position))
        y += -(-len(row) // columns) * height
    return {
        "uid": "newswire",
        "title": "Newswire enricher",
        "description": "How late the news is, the outcomes of articles, and where the time goes.",
        "tags": ["newswire", "kafka"],
        "schemaVersion": 39,
        "version": 1,
        "editable": True,
        "refresh": "10s",
        "time": {"from": "now-1h", "to": "now"},
        "timezone": "",
        "templating": {
            "list": [
                {"name": "datasource", "label": "Prometheus", "type": "datasource", "query": "prometheus"},
                variable("namespace", "Namespace", "label_values(newswire_build_info, namespace)"),
                variable("instance", "Worker", 'label_values(newswire_build_info{namespace=~"$namespace"}, instance)'),
                variable("topic", "Topic", "label_values(newswire_consumer_lag_records, topic)"),
            ]
        },
        "annotations": {"list": []},
        "panels": panels,
    }


if __name__ == "__main__":
    TARGET.write_text(json.dumps(dashboard(), indent=2) + "\n")
