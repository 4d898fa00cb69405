"""The live page over HTTP: what it sends, to whom, and with which security headers."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import aiohttp
import orjson
import pytest
from aiohttp import web

from service.page.figures import Figures
from service.page.publications import Deletion
from service.page.recent_records import RecentRecords
from service.page.server import MAX_BROWSERS, mount
from service.settings import Settings
from tests.page.publishing import publication, published

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from service.contract.enriched_article import EnrichedArticle


class Page:
    """The page without a topic."""

    def __init__(self, **settings: Any) -> None:
        self.settings = Settings(**settings)
        self.recent = RecentRecords()
        self.figures = Figures(reading=True)
        self.app = web.Application()
        mount(self.app, self.settings, self.recent, self.figures)


@asynccontextmanager
async def serving(page: Page) -> AsyncIterator[aiohttp.ClientSession]:
    """Serve *page* on loopback, and yield a client."""
    runner = web.AppRunner(page.app)
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
    """No inline script or style, nothing from other origins, no frame, no guessed type, nothing cached."""
    async with serving(Page()) as client, client.get(path) as response:
        policy = dict(part.strip().split(" ", 1) for part in response.headers["Content-Security-Policy"].split(";"))

    assert response.status == 200
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["form-action"] == "'none'"
    assert policy["require-trusted-types-for"] == "'script'"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "no-referrer"


async def test_the_page_itself_has_no_inline_script_or_style() -> None:
    """The page has nothing that its own policy forbids."""
    async with serving(Page()) as client, client.get("") as response:
        page = await response.text()

    assert page.count("<script") == page.count('<script type="module" src="page/page.js">') == 1
    assert "<style" not in page
    assert " style=" not in page
    assert " onclick=" not in page


async def test_records_come_as_they_are_published(record: EnrichedArticle) -> None:
    """A browser gets the last records at once, and every new one when it comes."""
    page = Page()
    page.recent.add(published(record))
    async with serving(page) as client, client.get("page/events") as response:
        first = await next_event(response, "records")
        page.recent.add(published(record, id="cluj-2"))
        second = await next_event(response, "records")

    assert [entry["id"] for entry in first] == ["cluj-1"]
    assert [entry["id"] for entry in second] == ["cluj-2"]
    assert response.content_type == "text/event-stream"


async def test_a_flood_is_thinned(record: EnrichedArticle) -> None:
    """If more records come than a page can show, the newest are sent with the number of those that were skipped."""
    page = Page()
    page.recent.add(published(record))
    async with serving(page) as client, client.get("page/events") as response:
        await next_event(response, "records")
        for number in range(500):
            page.recent.add(published(record, id=str(number)))
        sent = await next_event(response, "records")
        skipped = await next_event(response, "skipped")

    assert len(sent) == 20
    assert skipped == 480


async def test_a_deletion_reaches_the_browsers(record: EnrichedArticle) -> None:
    """A browser learns what it holds when it connects, and then which keys were deleted."""
    page = Page()
    page.recent.add(published(record))
    async with serving(page) as client, client.get("page/events") as response:
        held = await next_event(response, "held")
        await next_event(response, "records")
        page.recent.add(Deletion("cluj-1", timestamp=0))
        removed = await next_event(response, "removed")

    assert held == ["cluj-1"]
    assert removed == ["cluj-1"]


async def test_after_an_outage_the_browsers_compare(record: EnrichedArticle) -> None:
    """When the records were read again, browsers get the ids of all that is left, and every record."""
    page = Page()
    page.recent.add(published(record))
    async with serving(page) as client, client.get("page/events") as response:
        await next_event(response, "records")
        page.recent.reset([published(record, id="cluj-2")])
        held = await next_event(response, "held")
        records = await next_event(response, "records")

    assert held == ["cluj-2"]
    assert [entry["id"] for entry in records] == ["cluj-2"]


async def test_an_invalid_record_is_left_out(record: EnrichedArticle) -> None:
    """A record that cannot be rendered does not keep the others from the browsers."""
    page = Page()
    page.recent.add(publication("invalid", b"{}"))
    page.recent.add(published(record))
    async with serving(page) as client, client.get("page/events") as response:
        records = await next_event(response, "records")

    assert [entry["id"] for entry in records] == ["cluj-1"]


async def test_figures_count_what_the_page_reads() -> None:
    """Records are counted by status, deletions too, and their ages are added up."""
    page = Page()
    now = round(time.time() * 1000)
    for status in ("enriched", "enriched", "unsupported_language", "retracted"):
        page.figures.count(publication(status=status, timestamp=now))
    page.figures.count(Deletion("a", timestamp=now - 60_000))
    page.figures.lag = 42
    async with serving(page) as client, client.get("page/events") as response:
        figures = await next_event(response, "figures")

    assert figures.pop("seconds") > 0
    assert figures.pop("age") == pytest.approx(60, abs=5)
    assert figures == {
        "reading": True,
        "records": 5,
        "enriched": 2,
        "unsupported_language": 1,
        "retracted": 1,
        "deleted": 1,
        "lag": 42,
    }


async def test_probes_can_see_whether_it_reads() -> None:
    """The page is ready while it reads records, and lives while it does not."""
    page = Page()
    async with serving(page) as client:
        async with client.get("readyz") as response:
            assert response.status == 200
        page.figures.reading = False
        async with client.get("readyz") as response:
            assert response.status == 503
        async with client.get("livez") as response:
            assert response.status == 200


@pytest.mark.parametrize("bound_to", ["127.0.0.1", "0.0.0.0"])  # noqa: S104 - only what the guard makes of it
async def test_unknown_host_names_are_refused(bound_to: str) -> None:
    """A site whose name resolves to an address of the page cannot read it (DNS rebinding); probes are answered."""
    async with serving(Page(page_host=bound_to)) as client:
        for path, status in {"": 403, "page/events": 403, "readyz": 200}.items():
            async with client.get(path, headers={"Host": "evil.example"}) as response:
                assert response.status == status


@pytest.mark.parametrize("host", ["localhost:6067", "10.0.0.7:6067", "[::1]:6067", "News.example"])
async def test_allowed_hosts(host: str) -> None:
    """The page answers to the names that are set, and to addresses."""
    page = Page(allowed_hosts=("localhost", "news.example"))
    async with serving(page) as client, client.get("", headers={"Host": host}) as response:
        assert response.status == 200


async def test_every_host_if_asked_for() -> None:
    """With `*` the page answers to any name."""
    async with serving(Page(allowed_hosts="*")) as client, client.get("", headers={"Host": "a.example"}) as response:
        assert response.status == 200


async def test_a_base_path() -> None:
    """Behind a proxy that passes on a path, page and files are below it, and probes are not."""
    async with serving(Page(base_path="/newswire/")) as client:
        async with client.get("newswire") as response:  # follows the redirect
            assert response.status == 200
            assert response.url.path == "/newswire/"
        for path, status in {"newswire/page/page.css": 200, "page/page.css": 404, "readyz": 200}.items():
            async with client.get(path) as response:
                assert response.status == status


async def test_a_token() -> None:
    """With a token set, a program sends it as Bearer and a browser as the password of any user."""
    tries = [
        (None, 401),
        ("Bearer wrong", 401),
        ("Bearer open sesame", 200),
        (aiohttp.encode_basic_auth("ali", "open sesame"), 200),
        (aiohttp.encode_basic_auth("ali", "wrong"), 401),
        ("Basic ?", 401),
    ]
    async with serving(Page(access_token="open sesame")) as client:
        for header, status in tries:
            async with client.get("", headers={"Authorization": header} if header else None) as response:
                assert response.status == status
                assert ("WWW-Authenticate" in response.headers) == (status == 401)
        async with client.get("livez") as response:
            assert response.status == 200


async def test_browsers_are_bounded() -> None:
    """One browser too many is refused; when another disconnects there is room again."""
    async with serving(Page()) as client:
        following = [await client.get("page/events") for _ in range(MAX_BROWSERS)]
        async with client.get("page/events") as response:
            assert response.status == 503
        for response in following:
            response.close()
        async with asyncio.timeout(20):
            while (again := await client.get("page/events")).status != 200:
                again.close()
        again.close()


async def test_a_browser_does_not_delay_the_end() -> None:
    """The page ends at once although a browser follows it."""
    async with asyncio.timeout(10):  # aiohttp alone would wait for a minute
        async with serving(Page()) as client:
            following = await client.get("page/events")
        following.close()
