"""Where `newswire up` cannot draw, it prints a line for each record."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from service.cli.live_view import LiveView
from service.settings import Settings

if TYPE_CHECKING:
    import pytest

EXAMPLE = Path(__file__).parents[2] / "schemas/examples/enriched-article.v1/valid/enriched.json"


def shown(fields: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> str:
    """Return the line that is printed for the record with *fields*."""
    with LiveView(Settings()) as view:
        view.show([SimpleNamespace(key=b"a1", value=json.dumps(fields).encode())])
    return capsys.readouterr().out.strip()


def test_a_record_is_a_line_with_its_topics_and_tags(capsys: pytest.CaptureFixture[str]) -> None:
    """The line says which countries the article is about, its topics and tags, and its headline."""
    line = shown(json.loads(EXAMPLE.read_bytes()), capsys)

    assert line.split("  ") == [
        "a1",
        "RO HU",
        "international relations, transport",
        "border-opening",
        "Romania opens new border crossing with Hungary",
    ]


def test_a_record_from_before_topics_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """The topic may still hold records of an earlier version, which lack the member."""
    fields = json.loads(EXAMPLE.read_bytes())
    del fields["topics"]

    assert shown(fields, capsys).endswith("border-opening  Romania opens new border crossing with Hungary")
