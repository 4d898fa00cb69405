"""Write the tables of the documents that are made from the code; `--check` fails if one is stale.

A block starts with `<!-- made from the code: NAME -->` and ends with `<!-- end -->`. It may stand in any document:
README.md or a page of docs/.
"""

from __future__ import annotations

import argparse
import ast
import inspect
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer.main
from prometheus_client.metrics import MetricWrapperBase

from service.cli import app
from service.contract import reject_reasons, topics
from service.feeds.feed_metrics import FeedMetrics
from service.http.admission import Admission
from service.http.request_metrics import RequestMetrics
from service.settings import Settings
from service.worker.metrics import Metrics

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).parent.parent
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
DEFAULTS_IN_WORDS = {"worker_processes": "cores, or the container's CPU limit if it is less"}
BLOCK = re.compile(r"(<!-- made from the code: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
MILLISECONDS_PER_DAY = 86_400_000


def settings_table() -> str:
    """Return the table of settings: environment variable, default, meaning."""
    rows = []
    for name, field in Settings.model_fields.items():
        alias = field.validation_alias
        names = [str(choice) for choice in getattr(alias, "choices", [])] or [f"NEWSWIRE_{name.upper()}"]
        default = DEFAULTS_IN_WORDS.get(name, "") if field.default_factory else _default(field.default)
        rows.append((", ".join(f"`{choice}`" for choice in names), default, field.description or ""))
    return _table(("variable", "default", "meaning"), rows)


def _default(value: object) -> str:
    if value is None:
        return ""
    return f"`{','.join(map(str, value))}`" if isinstance(value, tuple) else f"`{value}`"


def commands_table() -> str:
    """Return the table of commands, from the command line's own help."""
    group = typer.main.get_command(app)
    rows = []
    for name, command in getattr(group, "commands", {}).items():
        for part, leaf in getattr(command, "commands", {"": command}).items():
            summary = (leaf.help or "").split("\n\n")[0].replace("\n", " ")
            rows.append((f"`newswire {name} {part}`".replace(" `", "`"), summary))
    return _table(("command", "what it does"), rows)


def reasons_table() -> str:
    """Return the table of the reasons for which an article is refused, from the docstring under each."""
    body = ast.parse(inspect.getsource(reject_reasons.RejectReason)).body[0]
    assert isinstance(body, ast.ClassDef)
    rows, code = [], ""
    for node in body.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            code = str(node.value.value)
        elif code and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            rows.append((f"`{code}`", str(node.value.value)))
    return _table(("reason", "meaning"), rows)


def metrics_table(metrics: object) -> str:
    """Return the table of *metrics*, from their declarations."""
    rows = []
    for family in vars(metrics).values():
        if isinstance(family, MetricWrapperBase):
            kind = str(family._type)  # noqa: SLF001 - no public way
            suffix = {"counter": "_total", "info": "_info"}.get(kind, "")
            labels = ", ".join(f"`{label}`" for label in family._labelnames)  # noqa: SLF001 - no public way
            rows.append((f"`{family._name}{suffix}`", kind, labels, family._documentation))  # noqa: SLF001 - no public way
    return _table(("metric", "type", "labels", "meaning"), rows)


def topics_table() -> str:
    """Return the table of topics, as `schemas/topics` declares them."""
    rows = []
    for topic in topics.declared():
        retention = int(topic.config.get("retention.ms", -1))
        kept = f"{retention // MILLISECONDS_PER_DAY} days" if retention >= 0 else "unlimited"
        rows.append((f"`{topic.name}`", topic.description, topic.key, str(topic.partitions), kept))
    return _table(("topic", "what", "key", "partitions", "retention"), rows)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)


TABLES = {
    "settings": settings_table,
    "commands": commands_table,
    "reasons": reasons_table,
    "metrics": lambda: metrics_table(Metrics(Settings())),
    "request_metrics": lambda: metrics_table(RequestMetrics(Admission(Settings()))),
    "feed_metrics": lambda: metrics_table(FeedMetrics(())),
    "topics": topics_table,
}


def with_tables(text: str) -> str:
    """Return *text* with the table of every block written anew."""
    return BLOCK.sub(lambda match: f"{match[1]}{TABLES[match[2]]()}{match[3]}", text)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check_only = parser.parse_args().check
    for path in DOCUMENTS:
        old = path.read_text()
        new = with_tables(old)
        if check_only and new != old:
            sys.exit(f"{path.relative_to(ROOT)} is stale: run `make readme`")
        if new != old:
            path.write_text(new)
