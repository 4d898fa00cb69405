"""Contender: a Faust agent that calls the model on every article."""

from __future__ import annotations

import tempfile
from typing import Any

import faust

from benchmarks.contenders.naive import BROKER, GROUP, INPUT, OUTPUT, enrich

app = faust.App(
    GROUP,
    broker=f"kafka://{BROKER}",
    key_serializer="raw",
    value_serializer="raw",
    consumer_auto_offset_reset="earliest",
    topic_allow_declare=False,
    topic_disable_leader=True,
    web_enabled=False,
    datadir=tempfile.mkdtemp(prefix="newswire-bench-"),
)
raw = app.topic(INPUT, key_type=bytes, value_type=bytes)
enriched = app.topic(OUTPUT, key_type=bytes, value_type=bytes)


@app.agent(raw)  # type: ignore[untyped-decorator]  # Faust has no types
async def agent(articles: Any) -> None:
    """Enrich articles one by one."""
    async for key, value in articles.items():
        await enriched.send(key=key, value=enrich(value))


if __name__ == "__main__":
    app.main()
