"""Batches: one line per article, in order, whatever happens to some of them or to the process that splits them."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest

from service.http import admission, splitting_client
from tests.http.running import NDJSON, article, running
from tests.process_tree import children

NAMES = [str(number) for number in range(100)]


def lines(body: bytes) -> list[Any]:
    """Return the values of NDJSON."""
    return [orjson.loads(line) for line in body.splitlines()]


async def wait_for_splitting_processes(count: int) -> None:
    """Wait until there are *count* processes that split."""
    async with asyncio.timeout(60):
        while sum(b"splitting_process" in command(pid) for pid in children(os.getpid())) != count:  # noqa: ASYNC110 - there is no event for it
            await asyncio.sleep(0.01)


def command(pid: int) -> bytes:
    """Return the command line of a process; nothing if it has just ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except FileNotFoundError:
        return b""


async def test_each_article_has_its_line() -> None:
    """Records and problems stand in the order of the articles, and a problem says where its article stands."""
    faults = {3: "refuse", 10: "die", 20: "hang"}
    body = b"\n".join(article(name, faults.get(int(name), "")) for name in NAMES)
    async with running(article_timeout_seconds=0.5) as server:
        status, answer = await server.post(body, NDJSON)
    made = lines(answer)

    assert status == 200
    assert [line.get("id", line.get("reason")) for line in made] == [
        {3: "empty_text", 10: "worker_crash", 20: "timeout"}.get(int(name), name) for name in NAMES
    ]
    assert made[3]["position"] == "body:4"


async def test_an_article_over_the_limit_costs_no_other() -> None:
    """Of a batch, each article has the limit of an article; the batch has one of its own."""
    body = b"\n".join([article("a"), article("b" * 2000), article("c")])
    async with running(max_article_bytes=1000, serve_max_batch_bytes=4000) as server:
        _, answer = await server.post(body, NDJSON)
        status, _ = await server.post(body * 2, NDJSON)

    assert [line.get("id", line.get("reason")) for line in lines(answer)] == ["a", "too_large", "c"]
    assert status == 413


async def test_a_batch_does_not_keep_single_requests_waiting() -> None:
    """A request is answered while a batch that takes long is enriched beside it."""
    body = b"\n".join(article(name, "hang") for name in NAMES)
    async with running(article_timeout_seconds=0.5) as server:
        batch = asyncio.create_task(server.post(body, NDJSON))
        await server.wait_for("newswire_serve_requests_in_progress", 1)
        status, _ = await server.post(article("single"))
        is_first = not batch.done()
        batch.cancel()

    assert (status, is_first) == (200, True)


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("import os; os.kill(os.getpid(), 11)", "worker_crash"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGXCPU)", "timeout"),
        ("print('no frame')", "worker_crash"),
        ('print(\'{"position": "x", "bytes": 9}\')', "worker_crash"),
        ('print(\'{"position": "x", "bytes": 999999999}\')', "worker_crash"),
        ("raise MemoryError", "worker_crash"),
    ],
)
async def test_a_splitter_that_fails_ends_only_its_batch(
    monkeypatch: pytest.MonkeyPatch, program: str, reason: str
) -> None:
    """If the process that splits a body fails, the last line says so, and other requests are answered."""
    async with running() as server:
        with monkeypatch.context() as patch:
            patch.setattr(splitting_client, "COMMAND", (sys.executable, "-c", program))
            status, answer = await server.post(article("a"), NDJSON)
        other, _ = await server.post(article("b"))

    assert (status, other) == (200, 200)
    assert [(line["reason"], line["stage"]) for line in lines(answer)] == [(reason, "split")]


async def test_a_client_that_leaves_ends_the_splitter() -> None:
    """When the client of a batch leaves, the process that splits its body ends."""
    body = b"\n".join(article(number, "hang") for number in range(20_000))
    async with running(article_timeout_seconds=1) as server:
        batch = asyncio.create_task(server.post(body, NDJSON))
        await wait_for_splitting_processes(1)
        batch.cancel()
        await wait_for_splitting_processes(0)
        status, _ = await server.post(article("next"))

    assert status == 200


async def test_too_many_batches_are_asked_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch needs a process of its own, so there are few at once; single articles are enriched all the same."""
    monkeypatch.setattr(admission, "MAX_BATCHES", 1)
    async with running(article_timeout_seconds=1) as server:
        first = asyncio.create_task(server.post(article("slow", "hang"), NDJSON))
        await wait_for_splitting_processes(1)
        busy, _ = await server.post(article("second"), NDJSON)
        single, _ = await server.post(article("single"))
        done, _ = await first

    assert (busy, single, done) == (503, 200, 200)
