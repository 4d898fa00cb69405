"""The page for people on a real worker: what the stream publishes is shown, and no browser holds up its end."""

from __future__ import annotations

import urllib.request
from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.kafka.harness import Stream


def test_published_records_are_shown(make_stream: Callable[..., Stream]) -> None:
    """An article sent to Kafka comes out on the page, and SIGTERM ends the worker though a browser follows."""
    stream = make_stream()
    worker = stream.start("service.processes.processor:Processor").await_ready()
    article = {"id": "cluj-1", "headline": "Teachers march in Cluj", "body": "Teachers marched in Cluj, Romania."}

    with urllib.request.urlopen(f"http://127.0.0.1:{worker.port}/page/events", timeout=60) as events:
        stream.produce([(b"cluj-1", orjson.dumps(article))])
        while events.readline() != b"event: records\n":
            pass
        (shown,) = orjson.loads(events.readline().removeprefix(b"data: "))
        code = worker.terminate()

    assert shown["id"] == "cluj-1"
    assert shown["countries"] == ["RO"]
    assert "Teachers march in Cluj" in shown["html"]
    assert code == 0


def test_the_page_can_be_off(make_stream: Callable[..., Stream]) -> None:
    """Off, the worker keeps no text for it, and the answer says how to turn it on."""
    worker = make_stream().start(NEWSWIRE_PAGE="false").await_ready()

    status, text = worker.page("/")

    assert status == 404
    assert "NEWSWIRE_PAGE=true" in text
    assert worker.page("/page/events")[0] == 404
    assert worker.page("/readyz")[0] == 200
