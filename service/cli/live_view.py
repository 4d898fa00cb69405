"""The live view of `newswire up`: the last records, their number, and the lag."""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING, Any, Self

import orjson
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from service.cli.console import page_address, plain
from service.kafka import lag

if TYPE_CHECKING:
    from service.settings import Settings

Row = tuple[str, str, str, str, str]
"""Article, countries, topics, tags and text."""

MAX_ROWS = 12
MAX_TITLE_CHARACTERS = 120  # of the text, if there is no headline
LAG_SECONDS = 2.0  # between two questions for the lag: each opens connections


class LiveView:
    """Draws the last records and the figures on a terminal; elsewhere prints one line per record."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._console = Console(highlight=False)
        self._live = Live(console=self._console, auto_refresh=False)
        self._rows: deque[Row] = deque(maxlen=MAX_ROWS)
        self._started = time.monotonic()
        self._count = 0
        self._lag = 0
        self._lag_asked_at = 0.0

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._live.__enter__()
        return self

    def __exit__(self, *reason: object) -> None:
        if self._console.is_terminal:
            self._live.__exit__(None, None, None)

    def show(self, batch: list[Any]) -> None:
        """Add the records of *batch* and draw."""
        for record in batch:
            self._count += 1
            row = _row(record)
            self._rows.append(row)
            if not self._console.is_terminal:
                self._console.print("  ".join(row), markup=False, soft_wrap=True)
        if self._console.is_terminal:
            self._live.update(self._drawn(), refresh=True)

    def _drawn(self) -> Group:
        now = time.monotonic()
        if now - self._lag_asked_at > LAG_SECONDS:
            self._lag_asked_at = now
            self._lag = sum(row.lag for row in lag.partition_lags(self._settings))
        table = Table("article", "countries", "topics", "tags", "text", expand=True, box=None)
        for row in self._rows:
            table.add_row(*(Text(cell, overflow="ellipsis", no_wrap=True) for cell in row))
        figures = Text(f"{self._count:,} records, {self._lag:,} articles behind, {now - self._started:,.0f} s")
        page = f"page: {page_address(self._settings)}"
        metrics = f"metrics: http://{self._settings.web_host}:{self._settings.web_port}/metrics"
        commands = "send articles: newswire produce articles.jsonl; stop: Ctrl-C"
        return Group(table, figures, Text(f"{page}    {metrics}    {commands}", style="dim"))


def _row(record: Any) -> Row:
    """Return the cells of a record, with nothing in them that a terminal would act on."""
    article_id = (record.key or b"").decode(errors="replace")
    if record.value is None:
        return plain(article_id), "", "", "", "(deleted)"
    fields = orjson.loads(record.value)
    countries = " ".join(country["code"] for country in fields["countries"] if country["about"])
    topics = ", ".join(topic["name"] for topic in fields.get("topics", [])[:2])  # earlier records have none
    tags = " ".join(tag["tag"] for tag in fields["tags"][:3])
    title = fields["headline"] or fields["text"][:MAX_TITLE_CHARACTERS]
    return plain(article_id), countries, plain(topics), tags, plain(title)
