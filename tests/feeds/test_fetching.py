"""Fetching from servers that misbehave: every answer is bounded in time, size and reach."""

from __future__ import annotations

import gzip
import socket
import tracemalloc
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from service.errors import FeedError
from service.feeds import addresses, fetching
from service.feeds.fetching import MAX_BODY_BYTES, MAX_REDIRECTS, Answer, Fetcher, Validators
from tests.feeds.web_server import conditional, endless, reply, running, silent

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.feeds.web_server import WebServer

FEED = b"<rss><channel><title>Harbour News</title></channel></rss>"
MEBIBYTE = 1024 * 1024


async def fetch(url: str, validators: Validators | None = None, *, allow_private: bool = True) -> Answer:
    """Fetch *url* as `newswire feed --allow-private` does."""
    async with Fetcher(allow_private=allow_private) as fetcher:
        return await fetcher.fetch(url, validators or Validators())


@asynccontextmanager
async def failing(reason: str) -> AsyncIterator[None]:
    """Expect a failure with *reason*."""
    with pytest.raises(FeedError) as caught:
        yield
    assert caught.value.reason == reason, caught.value


async def test_an_unchanged_feed_is_not_sent_again(web: WebServer) -> None:
    """The validators of the first answer go back with the second request."""
    web.answers["/rss"] = conditional(FEED, '"one"')

    first = await fetch(f"{web.address}/rss")
    second = await fetch(f"{web.address}/rss", first.validators)

    assert (first.status, first.body) == (200, FEED)
    assert (second.status, second.body) == (304, b"")


async def test_the_program_says_who_it_is(web: WebServer) -> None:
    """A publisher sees the name and the version, and the name that a robots.txt can address."""
    web.answers["/rss"] = reply(200, FEED)

    await fetch(f"{web.address}/rss")

    assert web.asked_for("/rss")[0]["User-Agent"].startswith("newswire-enricher/")


@pytest.mark.parametrize("answer", [silent, lambda handler: handler.server.web.closing.wait()])
async def test_a_server_that_does_not_finish_is_given_up(
    web: WebServer, monkeypatch: pytest.MonkeyPatch, answer: object
) -> None:
    """The limit is for the whole answer, so a server cannot hold a feed up by sending slowly."""
    monkeypatch.setattr(fetching, "REQUEST_SECONDS", 0.5)
    web.answers["/rss"] = answer  # type: ignore[assignment] # a lambda has no types
    web.answers["/robots.txt"] = reply(404)

    async with failing("timeout"):
        await fetch(f"{web.address}/rss")


async def test_a_body_without_end_is_given_up(web: WebServer) -> None:
    """No more than the limit is read."""
    web.answers["/rss"] = endless

    async with failing("too_large"):
        await fetch(f"{web.address}/rss")


async def test_a_bomb_is_not_unpacked(web: WebServer) -> None:
    """100 MiB of zeros in 100 kB stop at the limit, and never take much more memory than that."""
    web.answers["/rss"] = reply(200, gzip.compress(bytes(100 * MEBIBYTE)), Content_Encoding="gzip")

    tracemalloc.start()
    try:
        async with failing("too_large"):
            await fetch(f"{web.address}/rss")
        assert tracemalloc.get_traced_memory()[1] < 4 * MAX_BODY_BYTES
    finally:
        tracemalloc.stop()


async def test_a_compressed_feed_is_unpacked(web: WebServer) -> None:
    """Servers that compress save both sides most of the traffic."""
    web.answers["/rss"] = reply(200, gzip.compress(FEED), Content_Encoding="gzip")

    assert (await fetch(f"{web.address}/rss")).body == FEED


@pytest.mark.parametrize(
    ("body", "encoding"),
    [(gzip.compress(FEED)[:-9], "gzip"), (FEED, "gzip"), (FEED, "br")],
    ids=["broken off", "not compressed", "not asked for"],
)
async def test_a_damaged_body_is_no_feed(web: WebServer, body: bytes, encoding: str) -> None:
    """Half a feed would look like a feed from which items vanished."""
    web.answers["/rss"] = reply(200, body, Content_Encoding=encoding)

    async with failing("not_a_feed"):
        await fetch(f"{web.address}/rss")


async def test_a_body_shorter_than_announced_is_refused(web: WebServer) -> None:
    """The connection broke, so the end of the feed is missing."""
    web.answers["/rss"] = reply(200, FEED[:10], Content_Length="57")

    async with failing("unreachable"):
        await fetch(f"{web.address}/rss")


@pytest.mark.parametrize(("status", "moved"), [(301, True), (308, True), (302, False), (307, False)])
async def test_redirects_are_followed(web: WebServer, status: int, moved: bool) -> None:
    """A permanent redirect also gives the new address."""
    web.answers["/old"] = reply(status, Location="/new")
    web.answers["/new"] = reply(200, FEED)

    answer = await fetch(f"{web.address}/old")

    assert answer.body == FEED
    assert answer.moved_to == (f"{web.address}/new" if moved else None)


async def test_redirects_without_end_are_given_up(web: WebServer) -> None:
    """A server that redirects in a circle is asked a few times only."""
    web.answers["/rss"] = reply(302, Location="/rss")

    async with failing("redirects"):
        await fetch(f"{web.address}/rss")

    assert len(web.asked_for("/rss")) == MAX_REDIRECTS + 1


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/rss", "mailto:desk@harbour.example"])
async def test_a_redirect_leads_to_the_web_only(web: WebServer, target: str) -> None:
    """Files of this machine are never read."""
    web.answers["/rss"] = reply(302, Location=target)

    async with failing("redirects"):
        await fetch(f"{web.address}/rss")


async def test_a_password_stays_with_its_server(web: WebServer) -> None:
    """A redirect within the server keeps it, a redirect to another server does not."""
    with running() as other:
        web.answers["/rss"] = reply(302, Location=f"{web.address}/here")
        web.answers["/here"] = reply(302, Location=f"{other.address}/there")
        other.answers["/there"] = reply(200, FEED)

        await fetch(f"{web.address.replace('//', '//reader:secret@')}/rss")

        assert web.asked_for("/here")[0]["Authorization"] is not None
        assert other.asked_for("/there")[0]["Authorization"] is None


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_a_private_address_is_refused(web: WebServer, host: str) -> None:
    """Whether it is written as a number or as a name; the message names the option that permits it."""
    web.answers["/rss"] = reply(200, FEED)

    with pytest.raises(FeedError, match="--allow-private") as caught:
        await fetch(f"{web.address.replace('127.0.0.1', host)}/rss", allow_private=False)

    assert caught.value.reason == "private_address"
    assert web.requests == []


async def test_a_redirect_to_a_private_address_is_refused(web: WebServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A public server cannot send the program to a machine that only the program may reach."""
    monkeypatch.setattr(addresses, "is_public", lambda address: address == "127.0.0.1")  # of two on loopback
    with running("127.0.0.2") as inner:
        web.answers["/rss"] = reply(302, Location=f"{inner.address}/secret")
        inner.answers["/secret"] = reply(200, FEED)

        async with failing("private_address"):
            await fetch(f"{web.address}/rss", allow_private=False)

        assert inner.requests == []


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("127.0.0.1", False),
        ("0.0.0.0", False),  # noqa: S104 - nothing is bound
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:10.1.2.3", False),
        ("64:ff9b::a01:203", False),
        ("2002:a01:203::1", False),
    ],
)
def test_which_addresses_are_public(address: str, public: bool) -> None:
    """Cloud metadata, carrier networks and IPv4 addresses inside IPv6 are recognised."""
    assert addresses.is_public(address) is public


async def test_nobody_listens() -> None:
    """A server that is down is a failure like any other."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    async with failing("unreachable"):
        await fetch(f"http://127.0.0.1:{port}/rss")


@pytest.mark.parametrize("url", ["https://{}/rss", "http://x..y/rss", f"http://{'a' * 70}.example/rss"])
async def test_an_address_that_cannot_work_fails(web: WebServer, url: str) -> None:
    """TLS to a server without it, and names that DNS does not allow, are no crash."""
    async with failing("unreachable"):
        await fetch(url.format(web.address.removeprefix("http://")))
