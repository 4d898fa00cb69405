"""What robots.txt forbids is not read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from yarl import URL

from service.errors import FeedError
from service.feeds.fetching import Fetcher, Validators
from tests.feeds.web_server import reply, running

if TYPE_CHECKING:
    from tests.feeds.web_server import WebServer


@pytest.mark.parametrize(
    ("rules", "allowed"),
    [
        ("User-agent: *\nDisallow: /", False),
        ("User-agent: *\nDisallow: /\nAllow: /rss", True),
        ("User-agent: *\nDisallow: /*.xml$", False),
        ("User-agent: newswire-enricher\nDisallow: /rss\n\nUser-agent: *\nAllow: /", False),
        ("User-agent: other\nDisallow: /", True),
        ("<html>no rules at all</html>", True),
    ],
)
async def test_the_rules_are_obeyed(web: WebServer, rules: str, allowed: bool) -> None:
    """The longest rule counts, and a group for this program comes before the general one (RFC 9309)."""
    web.answers["/robots.txt"] = reply(200, rules.encode())
    web.answers["/rss/news.xml"] = reply(200, b"<rss/>")

    async with Fetcher(allow_private=True) as fetcher:
        if allowed:
            await fetcher.fetch(f"{web.address}/rss/news.xml", Validators())
        else:
            with pytest.raises(FeedError, match=r"robots\.txt of 127\.0\.0\.1 forbids"):
                await fetcher.fetch(f"{web.address}/rss/news.xml", Validators())

    assert len(web.asked_for("/rss/news.xml")) == allowed


async def test_a_server_is_asked_once_for_its_rules(web: WebServer) -> None:
    """They hold for all of its feeds. The delay that they ask for is known from then on."""
    web.answers["/robots.txt"] = reply(200, b"User-agent: *\nCrawl-delay: 30")
    web.answers["/a"] = web.answers["/b"] = reply(200, b"<rss/>")

    async with Fetcher(allow_private=True) as fetcher:
        for path in ("/a", "/b", "/a"):
            await fetcher.fetch(web.address + path, Validators())
        assert fetcher.robots.delay(URL(web.address)) == 30

    assert len(web.asked_for("/robots.txt")) == 1


async def test_rules_that_cannot_be_read_forbid_for_now(web: WebServer) -> None:
    """A server in trouble is left alone, and asked again at the next poll."""
    web.answers["/robots.txt"] = reply(503)
    web.answers["/rss"] = reply(200, b"<rss/>")

    async with Fetcher(allow_private=True) as fetcher:
        with pytest.raises(FeedError, match="status 503"):
            await fetcher.fetch(f"{web.address}/rss", Validators())
        web.answers["/robots.txt"] = reply(404)
        await fetcher.fetch(f"{web.address}/rss", Validators())


async def test_a_redirect_asks_the_rules_of_its_target(web: WebServer) -> None:
    """A permission of one server is none of another."""
    with running() as other:
        web.answers["/rss"] = reply(302, Location=f"{other.address}/rss")
        other.answers["/robots.txt"] = reply(200, b"User-agent: *\nDisallow: /")

        async with Fetcher(allow_private=True) as fetcher:
            with pytest.raises(FeedError, match="forbids"):
                await fetcher.fetch(f"{web.address}/rss", Validators())

        assert other.asked_for("/rss") == []
