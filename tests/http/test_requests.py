"""Many clients at once, some of them slow, gone or hostile: none of them hurts another."""

from __future__ import annotations

import asyncio
import gzip
import socket
from io import BytesIO
from typing import TYPE_CHECKING

import aiohttp
import orjson
import pytest

from service.http import answers, request_body, serving
from service.http.serving import Server
from service.settings import Settings
from tests.http.running import LIGHT, article, running

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

BIG = 50_000_000


async def pieces() -> AsyncIterator[bytes]:
    """Yield a body of 50 MB whose length is not declared."""
    for _ in range(50):
        yield bytes(BIG // 50)


async def test_two_hundred_at_once_get_their_own_answers() -> None:
    """Of 200 requests at once some are refused, crash or hang; every other one gets the record of its article."""
    faults = {7: "refuse", 50: "die", 100: "hang", 150: "garble", 199: "segfault"}
    async with running(article_timeout_seconds=0.5) as server:
        done = await asyncio.gather(*(server.post(article(number, faults.get(number, ""))) for number in range(200)))
        restarts = await server.metric("newswire_serve_worker_process_restarts_total")
        enriched = await server.metric('newswire_serve_articles_total{outcome="enriched",reason=""}')
        refused = await server.metric('newswire_serve_articles_total{outcome="rejected",reason="worker_crash"}')
        in_progress = await server.metric("newswire_serve_requests_in_progress")

    good = {number: orjson.loads(body)["id"] for number, (status, body) in enumerate(done) if status == 200}
    bad = {
        number: (status, orjson.loads(body)["reason"]) for number, (status, body) in enumerate(done) if status != 200
    }
    assert good == {number: str(number) for number in range(200) if number not in faults}
    assert bad == {
        7: (422, "empty_text"),
        50: (500, "worker_crash"),
        100: (422, "timeout"),
        150: (500, "worker_crash"),
        199: (500, "worker_crash"),
    }
    assert (enriched, refused, in_progress) == (195, 3, 0)
    assert restarts >= 4


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (lambda: BytesIO(bytes(BIG)), {}),
        (pieces, {}),
        (lambda: gzip.compress(bytes(BIG)), {"Content-Encoding": "gzip"}),
    ],
    ids=["declared", "chunked", "bomb"],
)
async def test_a_body_of_50_mb_is_refused(body: Callable[[], object], headers: dict[str, str]) -> None:
    """A body over the limit is refused with 413, however it comes, and the requests beside it are answered."""
    async with running() as server:
        big = server.post(body(), headers)
        (status, problem), *others = await asyncio.gather(big, *(server.post(article(number)) for number in range(20)))
        counted = await server.metric('newswire_serve_requests_total{status="413"}')

    assert (status, orjson.loads(problem)["reason"]) == (413, "too_large")
    assert {status for status, _ in others} == {200}
    assert counted == 1


async def test_a_body_that_cannot_be_unpacked_is_refused() -> None:
    """A body that is not what `Content-Encoding` says is a bad request."""
    async with running() as server:
        status, body = await server.post(b"no gzip", {"Content-Encoding": "gzip"})

    assert status == 400
    assert b"Content-Encoding" in body


async def test_a_client_that_sends_slowly_keeps_nobody_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Clients that send half a body take no place, and are told so when their time is over."""
    monkeypatch.setattr(request_body, "BODY_SECONDS", 2.0)
    async with running(serve_max_requests=1) as server:
        slow = [await server.send(b'{"id"', 100) for _ in range(10)]
        await server.wait_for("newswire_serve_requests_in_progress", 10)
        status, _ = await server.post(article("quick"))
        heads = [await reader.readline() for reader, _ in slow]
        for _, writer in slow:
            writer.close()

    assert status == 200
    assert {head.split()[1] for head in heads} == {b"408"}


async def test_the_bytes_of_all_bodies_are_bounded() -> None:
    """Bodies that are half here take memory, so a further body is asked to come again, and is welcome later."""
    async with running(serve_max_requests=1, max_article_bytes=1000, serve_max_batch_bytes=1000) as server:
        _, writer = await server.send(bytes(900), 1000)
        await server.wait_for("newswire_serve_requests_in_progress", 1)
        status, _ = await server.post(article("x" * 500))
        writer.transport.abort()
        await server.wait_for('newswire_serve_requests_total{status="dropped"}', 1)
        later, _ = await server.post(article("x" * 500))

    assert (status, later) == (503, 200)


async def test_a_connection_without_a_request_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that connects and never sends a head is disconnected."""
    monkeypatch.setattr(serving, "IDLE_SECONDS", 0.2)
    async with running() as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(b"POST /enr")
        rest = await asyncio.wait_for(reader.read(), 60)
        writer.close()

    assert rest == b""


async def test_a_client_that_does_not_read_is_disconnected(monkeypatch: pytest.MonkeyPatch) -> None:
    """A record that is not fetched does not keep its place: the next request gets it."""
    monkeypatch.setattr(answers, "SEND_SECONDS", 0.5)
    body = article("large", size=3_900_000)
    async with running(serve_max_requests=1) as server:
        with socket.socket() as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.setblocking(False)
            await asyncio.get_running_loop().sock_connect(client, ("127.0.0.1", server.port))
            head = b"POST /enrich HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % len(body)
            await asyncio.get_running_loop().sock_sendall(client, head + body)
            await server.wait_for('newswire_serve_requests_total{status="dropped"}', 1)
            status, _ = await server.post(article("next"))

    assert status == 200


async def test_a_client_that_leaves_costs_no_work() -> None:
    """Articles of clients that left are not enriched, and the next request is answered at once."""
    async with running(article_timeout_seconds=1) as server:
        left = [await server.send(article(number, "hang"), len(article(number, "hang"))) for number in range(50)]
        await server.wait_for("newswire_serve_requests_in_progress", 50)
        for _, writer in left:
            writer.transport.abort()
        await server.wait_for('newswire_serve_requests_total{status="dropped"}', 50)
        status, _ = await asyncio.wait_for(server.post(article("next")), 50)

    assert status == 200


async def test_too_many_requests_are_asked_to_come_again() -> None:
    """When all places are taken, a request is answered with 503 and when to come again; later it is welcome."""
    async with running(serve_max_requests=2, article_timeout_seconds=1) as server:
        hanging = [asyncio.create_task(server.post(article(number, "hang"))) for number in range(2)]
        await server.wait_for("newswire_serve_requests_in_progress", 2)
        async with server.client.post("enrich", data=article("third")) as response:
            problem = await response.json(content_type="application/problem+json")
        done = await asyncio.gather(*hanging)
        status, _ = await server.post(article("fourth"))

    assert (response.status, problem["status"]) == (503, 503)
    assert int(response.headers["Retry-After"]) > 0
    assert [orjson.loads(body)["reason"] for _, body in done] == ["timeout", "timeout"]
    assert status == 200


async def test_other_paths_and_methods_are_problems_too() -> None:
    """A client that asks for the wrong thing gets problem details, and the method that it may use."""
    async with running() as server, server.client.get("nowhere") as missing, server.client.get("enrich") as wrong:
        types = {missing.content_type, wrong.content_type}

    assert (missing.status, wrong.status) == (404, 405)
    assert wrong.headers["Allow"] == "POST"
    assert types == {"application/problem+json"}


async def test_an_unknown_format_is_a_bad_request() -> None:
    """The formats that may be named are those that the service reads."""
    async with running() as server, server.client.post("enrich?format=avro", data=b"{}") as response:
        problem = await response.json(content_type="application/problem+json")

    assert response.status == 400
    assert "ninjs" in problem["detail"]


async def test_requests_are_refused_until_the_model_is_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While it loads the model, the server is alive and not ready, and asks clients to come again."""
    monkeypatch.setenv("TEST_START_FILE", str(tmp_path / "start"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = Server(Settings(serve_port=port, worker_processes=1), "tests.http.waiting_processor:Waiting")
    starting = asyncio.create_task(server.start())
    while not server._runner.addresses:  # noqa: ASYNC110 - there is no event for it
        await asyncio.sleep(0.01)
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}/") as client:
        before = [(await client.get(path)).status for path in ("livez", "readyz")]
        early = await client.post("enrich", data=article("early"))
        (tmp_path / "start").touch()
        await starting
        after = [(await client.get(path)).status for path in ("livez", "readyz")]
    await server.stop()

    assert (before, after) == ([200, 503], [200, 200])
    assert (early.status, "Retry-After" in early.headers) == (503, True)


async def test_a_server_that_loads_the_model_can_be_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that is told to stop before it is ready does not load the model to its end."""
    monkeypatch.setenv("TEST_START_FILE", str(tmp_path / "never"))
    server = Server(Settings(serve_port=0, worker_processes=1), "tests.http.waiting_processor:Waiting")
    serving_task = asyncio.create_task(serving.serve_until_stopped(server))
    while not server._runner.addresses:  # noqa: ASYNC110 - there is no event for it
        await asyncio.sleep(0.01)
    server.stop_requested.set()

    await asyncio.wait_for(serving_task, 30)


async def test_a_server_that_stops_answers_what_it_has_begun() -> None:
    """A body that is half here when the server is told to stop is read, enriched and answered."""
    body = article("last")
    async with running() as server:
        reader, writer = await server.send(body[:5], len(body))
        await server.wait_for("newswire_serve_requests_in_progress", 1)
        stopping = asyncio.create_task(server.server.stop())
        await asyncio.sleep(0)
        writer.write(body[5:])
        answer = await asyncio.wait_for(reader.read(), 60)
        await stopping
        writer.close()

    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b'"id":"last"' in answer


async def test_a_pool_that_fails_stops_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """If no article can be enriched any more, the server says why and asks to be stopped."""
    async with running(LIGHT) as server:
        monkeypatch.setattr(server.server._pool._fork_server, "_factory", "tests.kafka.processors:Broken")
        process = server.server._pool._fork_server._process
        assert process is not None
        process.kill()
        process.wait()
        await asyncio.wait_for(server.server.stop_requested.wait(), 60)

    assert "cannot be loaded" in str(server.server.failure)


async def test_behind_a_proxy() -> None:
    """With a base path, a host and a token set, others are refused with problem details; probes are answered."""
    async with running(base_path="/newswire", allowed_hosts=("news.example",), access_token="open sesame") as server:
        body, right = article(1), {"Host": "news.example", "Authorization": "Bearer open sesame"}
        tries = [
            ("newswire/enrich", right, 200),
            ("enrich", right, 404),
            ("newswire/enrich", right | {"Host": "evil.example"}, 403),
            ("newswire/enrich", {"Host": "news.example"}, 401),
        ]
        for path, headers, status in tries:
            async with server.client.post(path, data=body, headers=headers) as response:
                assert response.status == status
                assert (response.content_type == "application/problem+json") == (status != 200)
                assert ("WWW-Authenticate" in response.headers) == (status == 401)
        async with server.client.get("livez", headers={"Host": "10.0.0.7"}) as response:
            assert response.status == 200
