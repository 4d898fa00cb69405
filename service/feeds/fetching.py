"""Fetch a feed over HTTP: conditional, with limits on time, size and redirects (aiohttp)."""

from __future__ import annotations

import asyncio
import zlib
from dataclasses import dataclass
from http import HTTPStatus
from typing import Self

import aiohttp
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from service import __version__
from service.errors import FeedError
from service.feeds import robots
from service.feeds.addresses import PrivateAddressError, socket_factory

REQUEST_SECONDS = 30.0  # for the whole answer, with redirects and robots.txt
MAX_BODY_BYTES = 10_000_000  # decompressed; 2,000 items of 5 kB
MAX_REDIRECTS = 5
_CHUNK_BYTES = 64 * 1024
_MAX_CONNECTIONS = 16
_MAX_CONNECTIONS_PER_SERVER = 2
_MOVED = {301, 302, 303, 307, 308}
_MOVED_FOR_GOOD = {301, 308}
_ACCEPT = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.9, "
    "application/json;q=0.9, */*;q=0.1"
)


@dataclass(frozen=True, slots=True)
class Validators:
    """What the server said about the version that was read last."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer of a server."""

    status: int
    headers: CIMultiDictProxy[str]
    body: bytes
    """Empty unless the status is 200."""
    charset: str | None = None
    moved_to: str | None = None
    """The address that should be used from now on."""

    @property
    def validators(self) -> Validators:
        """Return the validators for the next request."""
        return Validators(self.headers.get("ETag"), self.headers.get("Last-Modified"))


class Fetcher:
    """Holds the connections to all servers.

    Args:
        allow_private: Whether feeds may be on private addresses, such as this machine.
    """

    def __init__(self, *, allow_private: bool) -> None:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=_MAX_CONNECTIONS,
                limit_per_host=_MAX_CONNECTIONS_PER_SERVER,
                socket_factory=socket_factory(allow_private=allow_private),
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,  # see `_read`, which stops a bomb at the limit
            timeout=aiohttp.ClientTimeout(total=None),  # see `REQUEST_SECONDS`
            headers={
                "User-Agent": f"{robots.PRODUCT}/{__version__}",
                "Accept": _ACCEPT,
                "Accept-Encoding": "gzip",
            },
        )
        self.robots = robots.Robots(self._read_robots)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def fetch(self, url: str, validators: Validators) -> Answer:
        """Return the answer for *url*, whatever its status; 304 if *validators* are still valid.

        Raises:
            FeedError: There is no answer, or it breaks a limit.
        """
        conditions = {"If-None-Match": validators.etag, "If-Modified-Since": validators.last_modified}
        headers = {name: value for name, value in conditions.items() if value}
        try:
            async with asyncio.timeout(REQUEST_SECONDS):
                return await self._follow(URL(url), headers)
        except TimeoutError as error:
            raise FeedError("timeout", f"the answer was not complete after {REQUEST_SECONDS:g} s") from error
        except aiohttp.ClientConnectorError as error:
            if isinstance(error.os_error, PrivateAddressError):
                raise FeedError(
                    "private_address",
                    f"{error.host} has a private address, which is refused: --allow-private permits it, if you trust "
                    "every feed that is named",
                ) from error
            raise FeedError("unreachable", f"cannot connect: {error}") from error
        except (aiohttp.ClientError, OSError, ValueError) as error:  # ValueError: an address that cannot be encoded
            raise FeedError(
                "unreachable", f"the answer cannot be read: {str(error) or type(error).__name__}"
            ) from error

    async def _follow(self, url: URL, headers: dict[str, str], *, obey_robots: bool = True) -> Answer:
        permanent = True
        start = url
        limit = MAX_BODY_BYTES if obey_robots else robots.MAX_BYTES
        for _ in range(MAX_REDIRECTS + 1):
            if obey_robots:
                await self.robots.require_allowed(url)
            async with self._session.get(url, headers=headers, allow_redirects=False) as response:
                if response.status in _MOVED and "Location" in response.headers:
                    permanent &= response.status in _MOVED_FOR_GOOD
                    url = _target(url, response.headers["Location"])
                    continue
                body = await _read(response, limit) if response.status == HTTPStatus.OK else b""
                moved = str(url.with_user(None)) if permanent and url != start else None
                return Answer(response.status, _headers(response), body, response.charset, moved)
        raise FeedError("redirects", f"more than {MAX_REDIRECTS} redirects, the last one to {url.with_user(None)}")

    async def _read_robots(self, url: URL) -> tuple[int, bytes]:
        answer = await self._follow(url, {}, obey_robots=False)
        return answer.status, answer.body


def _headers(response: aiohttp.ClientResponse) -> CIMultiDictProxy[str]:
    return CIMultiDictProxy(CIMultiDict(response.headers))


def _target(url: URL, location: str) -> URL:
    """Return where *location* leads from *url*. A password in *url* goes along to the same server only."""
    target = url.join(URL(location))
    if target.scheme not in {"http", "https"} or not target.host:
        raise FeedError("redirects", f"a redirect to {location[:200]}, which is no web address")
    if target.origin() == url.origin():
        target = target.with_user(url.user).with_password(url.password) if url.user else target
    return target


async def _read(response: aiohttp.ClientResponse, limit: int) -> bytes:
    """Return the decompressed body. It never takes more memory than *limit* and a chunk."""
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in {"identity", "gzip", "x-gzip", ""}:
        raise FeedError("not_a_feed", f"the body is compressed by {encoding[:40]}, which was not asked for")
    gzip = zlib.decompressobj(zlib.MAX_WBITS + 16) if "gzip" in encoding else None
    body = bytearray()
    try:
        async for chunk in response.content.iter_chunked(_CHUNK_BYTES):
            body += gzip.decompress(chunk, limit + 1 - len(body)) if gzip else chunk
            if len(body) > limit:
                raise FeedError("too_large", f"the body has more than {limit:,} bytes")
    except zlib.error as error:
        raise FeedError("not_a_feed", f"the compressed body is damaged ({error})") from error
    if gzip and not gzip.eof and body:
        raise FeedError("not_a_feed", "the compressed body breaks off")
    return bytes(body)
