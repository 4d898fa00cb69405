"""Make `deploy/grafana/newswire.json` from the rows below. A test runs every expression against a real worker.

`$m` in an expression stands for the labels that the dashboard's variables choose, `$w` for the window of a rate.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parents[1] / "deploy/grafana/newswire.json"
LABELS = 'namespace=~"$namespace", instance=~"$instance"'
WINDOW = "$__rate_interval"
WIDTH = 24  # columns of Grafana's grid
GREEN, AMBER, RED = "green", "orange", "red"


def quantile(share: float, metric: str, by: str = "") -> str:
    """Return the expression of a quantile over a histogram."""
    labels = f"le, {by}" if by else "le"
    return f"histogram_quantile({share}, sum by ({labels}) (rate({metric}_bucket{{$m}}[$w])))"


def per_article(metric: str, label: str) -> str:
    """Return the expression of the ten most frequent values of *label*, an enriched article."""
    enriched = 'scalar(sum(rate(newswire_articles_total{$m, outcome="enriched"}[$w])))'
    return f"topk(10, sum by ({label}) (rate({metric}{{$m}}[$w])) / {enriched})"


Panel = dict[str, Any]


def stat(title: str, description: str, expression: str, unit: str, steps: tuple[float, float] | None = None) -> Panel:
    """Return a panel of one number; from *steps* on it turns amber and red."""
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
    made = panel("heatmap", title, description, {"{{le}}": f"sum by (le) (rate({metric}_bucket{{$m}}[$w]))"}, "s")
    return made | {
        "options": {"calculate": False, "color": {"mode": "scheme", "scheme": "Oranges"}, "yAxis": {"unit": "s"}},
        "format": "heatmap",
    }


def panel(kind: str, title: str, description: str, expressions: dict[str, str], unit: str) -> Panel:
    """Return what all kinds of panel have."""
    return {"type": kind, "title": title, "description": description, "expressions": expressions, "unit": unit}


ROWS: dict[str, list[Panel]] = {
    "At a glance": [
        stat("Articles a second", "Delivered and committed.", "sum(rate(newswire_articles_total{$m}[$w]))", "short"),
        stat(
            "Age, 95 % within",
            "From the article's timestamp in Kafka to the commit of its record: how late the news is.",
            quantile(0.95, "newswire_event_age_seconds"),
            "s",
            (30, 120),
        ),
        stat(
            "Backlog",
            "How long it takes to work off what waits, at the present pace.",
            "sum(newswire_consumer_lag_records{$m}) / clamp_min(sum(rate(newswire_articles_total{$m}[$w])), 0.001)",
            "s",
            (300, 900),
        ),
        stat(
            "Refused",
            "Share of the articles that go to the dead-letter topic.",
            'sum(rate(newswire_articles_total{$m, outcome="rejected"}[$w]))'
            " / clamp_min(sum(rate(newswire_articles_total{$m}[$w])), 0.001)",
            "percentunit",
            (0.01, 0.02),
        ),
        stat(
            "Dead letters, last hour",
            "Refused articles, of all reasons.",
            "sum(increase(newswire_dead_letters_total{$m}[1h]))",
            "short",
        ),
        stat(
            "Partitions assigned",
            "Of the raw topic, to all workers together: less than it has means that some are not read.",
            "sum(newswire_assigned_partitions{$m})",
            "short",
        ),
    ],
    "In and out": [
        series(
            "Articles by outcome",
            "What became of the articles, a second.",
            {"{{outcome}}": "sum by (outcome) (rate(newswire_articles_total{$m}[$w]))"},
            "short",
            stacked=True,
        ),
        series(
            "Lag by partition",
            "Records that are not committed. One partition that grows alone has a worker that is stuck.",
            {"{{partition}}": 'sum by (topic, partition) (newswire_consumer_lag_records{$m, topic=~"$topic"})'},
            "short",
        ),
        heatmap(
            "Age of the news", "How old articles are when their record is committed.", "newswire_event_age_seconds"
        ),
    ],
    "Where the time goes": [
        series(
            "Stages, 95 % within",
            "Time of one article by stage, in its worker process.",
            {"{{stage}}": quantile(0.95, "newswire_stage_duration_seconds", "stage")},
            "s",
        ),
        series(
            "One article",
            "Time that a worker process spends on one article.",
            {f"{share:.0%}": quantile(share, "newswire_article_processing_seconds") for share in (0.5, 0.95, 0.99)},
            "s",
        ),
        series(
            "Busy worker processes",
            "Seconds of work a second: as many as there are worker processes means that more are needed.",
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
            "Time to publish and commit one run of articles of one partition.",
            {f"{share:.0%}": quantile(share, "newswire_publish_duration_seconds") for share in (0.5, 0.95)},
            "s",
        ),
        series(
            "Size of articles",
            "Bytes of the values on the raw topic.",
            {f"{share:.0%}": quantile(share, "newswire_article_size_bytes") for share in (0.5, 0.95)},
            "bytes",
        ),
    ],
    "What goes wrong": [
        series(
            "Refused by reason",
            "Dead letters a second. enrich_failed, worker_crash and timeout are faults of ours, the rest bad data.",
            {"{{reason}}": "sum by (reason) (rate(newswire_dead_letters_total{$m}[$w]))"},
            "short",
            stacked=True,
        ),
        series(
            "Publishing by status",
            "Records a second by topic. `error` counts deliveries that failed and are tried again.",
            {"{{topic}} {{status}}": "sum by (topic, status) (rate(newswire_published_total{$m}[$w]))"},
            "short",
        ),
        series(
            "Rebalances and restarts",
            "In the last hour: partitions dealt out anew, and worker processes replaced.",
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
            "Ten most frequent, an article.",
            {"{{country}}": per_article("newswire_places_total", "country")},
            "short",
        ),
        series(
            "Event tags",
            "Ten most frequent, an article.",
            {"{{tag}}": per_article("newswire_event_tags_total", "tag")},
            "short",
        ),
        series(
            "Events",
            "Ten most frequent types, an article.",
            {"{{type}}": per_article("newswire_events_total", "type")},
            "short",
        ),
        series(
            "Entities", "By type, an article.", {"{{label}}": per_article("newswire_entities_total", "label")}, "short"
        ),
    ],
    "The process": [
        series(
            "CPU",
            "Cores in use by the main process, which moves bytes; its worker processes show under `Busy`.",
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
            "How late it wakes from a sleep of one second: above some 100 ms, it does what it should not.",
            {"99%": quantile(0.99, "newswire_event_loop_delay_seconds")},
            "s",
        ),
        series(
            "Garbage collections",
            "A second, by generation.",
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
            "Version, model and fingerprint of every worker: equal fingerprints make equal records.",
            {"": "max by (instance, version, model, model_version, schema, fingerprint) (newswire_build_info{$m})"},
            "short",
        )
        | {"instant": True},
    ],
}


def grafana(made: Panel, number: int, place: dict[str, int]) -> Panel:
    """Return *made* in Grafana's own words."""
    targets = [
        {
            "refId": chr(ord("A") + index),
            "datasource": {"type": "prometheus", "uid": "${datasource}"},
            "expr": expression.replace("$m", LABELS).replace("$w", WINDOW),
            "legendFormat": legend,
            "format": made.get("format", "table" if made.get("instant") else "time_series"),
            "instant": made.get("instant", False),
        }
        for index, (legend, expression) in enumerate(made["expressions"].items())
    ]
    defaults: dict[str, Any] = {"unit": made["unit"], "custom": made.get("custom", {})}
    if "thresholds" in made:
        defaults["thresholds"] = {"mode": "absolute", "steps": made["thresholds"]}
    return {
        "id": number,
        "type": made["type"],
        "title": made["title"],
        "description": made["description"],
        "datasource": {"type": "prometheus", "uid": "${datasource}"},
        "gridPos": place,
        "targets": targets,
        "fieldConfig": {"defaults": defaults, "overrides": []},
        "options": made.get("options", {}),
    }


def variable(name: str, label: str, query: str) -> dict[str, Any]:
    """Return a variable that lists the values of a label; `All` matches a missing label too."""
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
            | {"gridPos": {"x": 0, "y": y, "w": WIDTH, "h": 1}}
        )
        y += 1
        height = 4 if row[0]["type"] == "stat" else 8
        columns = {4: 4}.get(len(row), 6 if row[0]["type"] == "stat" else 3)
        for index, made in enumerate(row):
            width = WIDTH // columns
            place = {"x": index % columns * width, "y": y + index // columns * height, "w": width, "h": height}
            panels.append(grafana(made, len(panels) + 1, place))
        y += -(-len(row) // columns) * height
    return {
        "uid": "newswire",
        "title": "Newswire enricher",
        "description": "How late the news is, what becomes of the articles, and where the time goes.",
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
