"""Evaluate all dashboard expressions and alerts in a real Prometheus that scrapes a real worker under load."""

from __future__ import annotations

import json
import math
import shutil
import socket
import subprocess
import time
import urllib.parse
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import pytest
import yaml

from tests.kafka.harness import PATIENCE, Worker, await_

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.kafka.harness import Stream

DEPLOY = Path(__file__).parents[2] / "deploy"
VARIABLES = {"$__rate_interval": "15s", "$namespace": ".*", "$instance": ".*", "$topic": ".*"}
ARTICLES = [
    "Police arrested twelve protesters in Bucharest, Romania, on Monday after thousands of teachers had marched.",
    "The president of Bulgaria condemned the attack in Plovdiv that killed three people. Slovakia sent aid.",
]


class Prometheus:
    """A client of the HTTP API of a Prometheus server."""

    def __init__(self, port: int) -> None:
        self._api = f"http://127.0.0.1:{port}/api/v1"

    def query(self, path: str, **parameters: str) -> Any:
        """Return the data of a response, or None if there is no answer yet."""
        try:
            with urllib.request.urlopen(  # noqa: S310 - always http and loopback
                f"{self._api}/{path}?{urllib.parse.urlencode(parameters)}", timeout=10
            ) as response:
                return json.loads(response.read())["data"]
        except OSError:
            return None

    def values(self, expression: str) -> list[float]:
        """Return the current values of *expression*."""
        data = self.query("query", query=expression)
        return [float(row["value"][1]) for row in data["result"]] if data else []


@contextmanager
def scraping(worker: Worker, folder: Path) -> Iterator[Prometheus]:
    """Run a Prometheus that scrapes *worker* every second and evaluates the alert rules."""
    program = shutil.which("prometheus")
    if not program:
        pytest.skip("needs Prometheus (Debian: prometheus)")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": [str(DEPLOY / "prometheus/rules.yaml")],
        "scrape_configs": [
            {"job_name": "newswire-enricher", "static_configs": [{"targets": [f"127.0.0.1:{worker.port}"]}]}
        ],
    }
    (folder / "prometheus.yaml").write_text(yaml.safe_dump(config))
    command = [
        program,
        f"--config.file={folder / 'prometheus.yaml'}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    with (folder / "prometheus.log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as process:
        try:
            yield Prometheus(port)
        finally:
            process.terminate()


def expressions() -> list[str]:
    """Return all expressions of the dashboard, with values for its variables."""
    panels = json.loads((DEPLOY / "grafana/newswire.json").read_text())["panels"]
    filled = []
    for panel in panels:
        for target in panel.get("targets", ()):
            expression = target["expr"]
            for name, value in VARIABLES.items():
                expression = expression.replace(name, value)
            assert "$" not in expression
            filled.append(expression)
    return filled


def test_every_panel_has_data(make_stream: Callable[..., Stream], tmp_path: Path) -> None:
    """Under load, with good and bad articles, every expression has values and every rule evaluates."""
    stream = make_stream()
    worker = stream.start("service.processes.processor:Processor").await_ready()
    with scraping(worker, tmp_path) as prometheus:
        await_(lambda: prometheus.values("up") == [1.0], "the first scrape", PATIENCE, [worker])
        missing = set(expressions())
        number = 0

        def load() -> bool:
            nonlocal number, missing
            values = [orjson.dumps({"id": str(number + index), "body": body}) for index, body in enumerate(ARTICLES)]
            stream.produce((None, value) for value in [*values * 5, b"no JSON"])
            number += len(ARTICLES)
            missing = {expression for expression in missing if not any(map(_is_number, prometheus.values(expression)))}
            return not missing

        deadline = time.monotonic() + PATIENCE
        while not load() and time.monotonic() < deadline:
            time.sleep(1)
        rules = [rule for group in prometheus.query("rules")["groups"] for rule in group["rules"]]

    assert missing == set()
    assert {rule["health"] for rule in rules} == {"ok"}
    assert len(rules) == 14


def _is_number(value: float) -> bool:
    return not math.isnan(value)
