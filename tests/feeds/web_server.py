"""A real web server on loopback that answers as a test says, and remembers what it was asked."""

from __future__ import annotations

import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from email.message import Message

    Answer = Callable[["Handler"], None]

PATIENCE_SECONDS = 60.0


@dataclass
class WebServer:
    """The answers by path, and the requests so far. A path without an answer is not found."""

    address: str
    """Without a slash at the end."""
    answers: dict[str, Answer] = field(default_factory=dict)
    requests: list[tuple[str, Message]] = field(default_factory=list)
    """Paths and headers, in the order in which they came."""
    closing: threading.Event = field(default_factory=threading.Event)
    """Set when the server ends, for answers that never do."""
    arrived: threading.Condition = field(default_factory=threading.Condition)

    def asked_for(self, path: str) -> list[Message]:
        """Return the headers of all requests for *path*."""
        return [headers for asked, headers in self.requests if asked == path]

    def await_requests(self, path: str, count: int) -> None:
        """Wait until *path* was asked for *count* times in all."""
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.asked_for(path)) >= count, PATIENCE_SECONDS), self.requests


class Handler(BaseHTTPRequestHandler):
    """Answers as its server says."""

    server: Server

    def do_GET(self) -> None:
        """Note the request and answer it."""
        web = self.server.web
        answer = web.answers.get(self.path, reply(404))
        with web.arrived:
            web.requests.append((self.path, self.headers))
            web.arrived.notify_all()
        with suppress(ConnectionError):  # the client has seen enough
            answer(self)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """Knows its `WebServer`."""

    web: WebServer
    daemon_threads = True


def reply(status: int, body: bytes = b"", **headers: str) -> Answer:
    """Return an answer. Names of headers have underscores for hyphens."""

    def answer(handler: Handler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def conditional(body: bytes, etag: str) -> Answer:
    """Return an answer with *body*, or 304 to a client that has the version *etag*."""

    def answer(handler: Handler) -> None:
        known = handler.headers.get("If-None-Match") == etag
        (reply(304, ETag=etag) if known else reply(200, body, ETag=etag))(handler)

    return answer


def endless(handler: Handler) -> None:
    """Answer with a body that does not end."""
    handler.send_response(200)
    handler.end_headers()
    while not handler.server.web.closing.is_set():
        handler.wfile.write(b"<item>" * 10_000)


def silent(handler: Handler) -> None:
    """Begin an answer and never end it."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b"<rss>")
    handler.wfile.flush()
    handler.server.web.closing.wait()


@contextmanager
def running(host: str = "127.0.0.1") -> Iterator[WebServer]:
    """Run a server on a free port of *host*."""
    server = Server((host, 0), Handler)
    server.web = WebServer(f"http://{host}:{server.server_address[1]}")
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield server.web
    finally:
        server.web.closing.set()
        server.shutdown()
        server.server_close()
