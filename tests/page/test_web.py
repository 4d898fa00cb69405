"""The live page over HTTP: what it sends, to whom, and with which rules for the browser."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import aiohttp
import orjson
import pytest
from aiohttp import web

from service.page.recent import Feed
from service.page.server import FOLLOWERS, mount
from service.settings import Settings
from service.worker.metrics import Metrics

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from service.contract.enriched_article import EnrichedArticle


class Worker:
    """The page on a web server of its own, as a worker mounts it."""

    def __init__(self, **settings: Any) -> None:
        self.settings = Settings(**settings)
        self.metrics = Metrics(self.settings)
        self.feed = Feed()
        self.app = web.Application()
        mount(self.app, self.settings, self.feed, self.metrics.registry)


@asynccontextmanager
async def serving(worker: Worker) -> AsyncIterator[aiohttp.ClientSession]:
    """Serve *worker* on loopback, and give a client."""
    runner = web.AppRunner(worker.app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    try:
        async with aiohttp.ClientSession(f"http://127.0.0.1:{port}/") as client:
            yield client
    finally:
        await runner.cleanup()


async def next_event(response: aiohttp.ClientResponse, name: str) -> Any:
    """Return the data of the next event of *name*."""
    async with asyncio.timeout(20):
        while True:
            event, data = await response.content.readline(), await response.content.readline()
            await response.content.readline()
            if event == f"event: {name}\n".encode():
                return orjson.loads(data.removeprefix(b"data: "))


@pytest.mark.parametrize("path", ["", "page/page.css", "page/page.js", "page/icon.svg", "page/events"])
async def test_every_answer_has_the_policy(path: str) -> None:
    """No inline script or style, nothing from elsewhere, no frame, no kind guessed, nothing kept."""
    async with serving(Worker()) as client, client.get(path) as response:
        policy = dict(part.strip().split(" ", 1) for part in response.headers["Content-Security-Policy"].split(";"))

    assert response.status == 200
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["form-action"] == "'none'"
    assert policy["require-trusted-types-for"] == "'script'"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "no-referrer"


async def test_the_page_itself_has_no_inline_script_or_style() -> None:
    """What the policy forbids is not there, so nothing of ours breaks on it."""
    async with serving(Worker()) as client, client.get("") as response:
        page = await response.text()

    assert page.count("<script") == page.count('<script type="module" src="page/page.js">') == 1
    assert "<style" not in page
    assert " style=" not in page
    assert " onclick=" not in page


async def test_records_come_as_they_are_published(record: EnrichedArticle) -> None:
    """Who opens the page gets the last records at once, and each new one when it comes."""
    worker = Worker()
    worker.feed.add(record.model_dump_json().encode())
    async with serving(worker) as client, client.get("page/events") as response:
        first = await next_event(response, "records")
        worker.feed.add(record.model_copy(update={"id": "cluj-2"}).model_dump_json().encode())
        second = await next_event(response, "records")

    assert [entry["id"] for entry in first] == ["cluj-1"]
    assert [entry["id"] for entry in second] == ["cluj-2"]
    assert response.content_type == "text/event-stream"


async def test_a_flood_is_thinned_and_told(record: EnrichedArticle) -> None:
    """More than a page can show are skipped, the newest are sent, and the page learns how many it missed."""
    worker = Worker()
    value = record.model_dump_json().encode()
    worker.feed.add(value)
    async with serving(worker) as client, client.get("page/events") as response:
        await next_event(response, "records")
        for _ in range(500):
            worker.feed.add(value)
        sent = await next_event(response, "records")
        skipped = await next_event(response, "skipped")

    assert len(sent) == 20
    assert skipped == 480


async def test_figures_are_those_of_the_metrics() -> None:
    """The page's figures are sums of the worker's own metrics."""
    worker = Worker()
    worker.metrics.articles.labels("enriched", "").inc(5)
    worker.metrics.articles.labels("rejected", "not_json").inc(2)
    worker.metrics.lag.labels("newswire.raw", "0").set(30)
    worker.metrics.lag.labels("newswire.raw", "1").set(12)
    worker.metrics.age.observe(1.5)
    async with serving(worker) as client, client.get("page/events") as response:
        figures = await next_event(response, "figures")

    assert figures.pop("seconds") > 0
    assert figures == {"articles": 7, "enriched": 5, "refused": 2, "lag": 42, "age": 1.5, "in_flight": 0}


async def test_other_names_for_loopback_are_refused() -> None:
    """A site whose name was made to mean 127.0.0.1 cannot read the page."""
    async with serving(Worker()) as client, client.get("", headers={"Host": "evil.example"}) as response:
        assert response.status == 403


async def test_any_name_is_taken_where_it_is_bound_widely() -> None:
    """Whoever binds it to an address of the network reaches it by the network's names."""
    worker = Worker(web_host="0.0.0.0")  # noqa: S104 - only what the guard makes of it
    async with serving(worker) as client, client.get("", headers={"Host": "news.example"}) as response:
        assert response.status == 200


async def test_it_can_be_off() -> None:
    """Off, nothing of an article can be had, and the answer says how to turn it on."""
    async with serving(Worker(page=False)) as client:
        async with client.get("") as response:
            assert response.status == 404
            assert "NEWSWIRE_PAGE=true" in await response.text()
        async with client.get("page/events") as response:
            assert response.status == 404


async def test_followers_are_bounded() -> None:
    """One browser too many is told so; when another goes there is room again."""
    async with serving(Worker()) as client:
        following = [await client.get("page/events") for _ in range(FOLLOWERS)]
        async with client.get("page/events") as response:
            assert response.status == 503
        for response in following:
            response.close()
        async with asyncio.timeout(20):
            while (again := await client.get("page/events")).status != 200:
                again.close()
        again.close()


async def test_a_follower_does_not_hold_up_the_end() -> None:
    """The worker ends at once though a browser follows."""
    async with asyncio.timeout(10):  # aiohttp alone would wait for a minute
        async with serving(Worker()) as client:
            following = await client.get("page/events")
        following.close()
