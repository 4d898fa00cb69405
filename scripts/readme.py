"""Write the tables of README.md that are generated from the code; `--check` fails if they are stale.

A block starts with `<!-- made from the code: NAME -->` and ends with `<!-- end -->`.
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
from service.contract import reject_reasons
from service.settings import Settings
from service.worker.metrics import Metrics

if TYPE_CHECKING:
    from collections.abc import Iterable

README = Path(__file__).parent.parent / "README.md"
DEFAULTS_IN_WORDS = {"worker_processes": "cores, or the container's CPU limit if it is less"}
BLOCK = re.compile(r"(<!-- made from the code: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def settings() -> str:
    """Return the table of settings: environment variable, default, meaning."""
    rows = []
    for name, field in Settings.model_fields.items():
        alias = field.validation_alias
        names = [str(choice) for choice in getattr(alias, "choices", [])] or [f"NEWSWIRE_{name.upper()}"]
        default = DEFAULTS_IN_WORDS.get(name, "") if field.default_factory else _shown(field.default)
        rows.append((", ".join(f"`{choice}`" for choice in names), default, field.description or ""))
    return _table(("variable", "default", "meaning"), rows)


def _shown(value: object) -> str:
    if value is None:
        return ""
    return f"`{','.join(map(str, value))}`" if isinstance(value, tuple) else f"`{value}`"


def commands() -> str:
    """Return the table of commands, from the help of the command line."""
    group = typer.main.get_command(app)
    rows = []
    for name, command in getattr(group, "commands", {}).items():
        for part, leaf in getattr(command, "commands", {"": command}).items():
            summary = (leaf.help or "").split("\n\n")[0].replace("\n", " ")
            rows.append((f"`newswire {name} {part}`".replace(" `", "`"), summary))
    return _table(("command", "what it does"), rows)


def reasons() -> str:
    """Return the table of the reasons for which an article is refused, from the docstring below each."""
    body = ast.parse(inspect.getsource(reject_reasons.RejectReason)).body[0]
    assert isinstance(body, ast.ClassDef)
    rows, code = [], ""
    for node in body.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            code = str(node.value.value)
        elif code and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            rows.append((f"`{code}`", str(node.value.value)))
    return _table(("reason", "meaning"), rows)


def metrics() -> str:
    """Return the table of metrics, from their declarations."""
    rows = []
    for family in vars(Metrics(Settings())).values():
        if isinstance(family, MetricWrapperBase):
            kind = str(family._type)  # noqa: SLF001 - there is no public accessor
            suffix = {"counter": "_total", "info": "_info"}.get(kind, "")
            labels = ", ".join(f"`{label}`" for label in family._labelnames)  # noqa: SLF001 - there is no public accessor
            rows.append((f"`{family._name}{suffix}`", kind, labels, family._documentation))  # noqa: SLF001 - there is no public accessor
    return _table(("metric", "type", "labels", "meaning"), rows)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)


TABLES = {"settings": settings, "commands": commands, "reasons": reasons, "metrics": metrics}


def with_tables(text: str) -> str:
    """Return *text* with every table generated again."""
    return BLOCK.sub(lambda match: f"{match[1]}{TABLES[match[2]]()}{match[3]}", text)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    before = README.read_text()
    after = with_tables(before)
    if parser.parse_args().check and after != before:
        sys.exit("README.md is stale: run `make readme`")
    README.write_text(after)
