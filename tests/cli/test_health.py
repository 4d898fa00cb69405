"""`newswire health`: the health check of a container."""

from __future__ import annotations

import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator


class Worker(BaseHTTPRequestHandler):
    """Answers `/readyz` like a worker, with the status set by the test."""

    status = 200

    def do_GET(self) -> None:
        """Answer with the current status and the requested path."""
        self.send_response(self.status)
        self.end_headers()
        self.wfile.write(f"{self.path} of the worker".encode())

    def log_message(self, *_: object) -> None:
        """Log nothing, to keep the output of the test clean."""


@pytest.fixture
def port() -> Iterator[int]:
    """Serve like a worker, and return the port."""
    with HTTPServer(("127.0.0.1", 0), Worker) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def health(port: int, host: str = "127.0.0.1") -> subprocess.CompletedProcess[str]:
    """Run the command as in a container."""
    return subprocess.run(
        [sys.executable, "-m", "service", "health"],
        env={"NEWSWIRE_WEB_PORT": str(port), "NEWSWIRE_WEB_HOST": host, "NEWSWIRE_DATA_DIR": "/nonexistent"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_ready_worker_is_healthy(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The exit code is 0, even if the worker listens on all addresses."""
    monkeypatch.setattr(Worker, "status", 200)

    done = health(port, "0.0.0.0")  # noqa: S104 - as the image sets it

    assert done.returncode == 0, done.stderr
    assert "/readyz of the worker" in done.stderr


def test_a_worker_that_is_not_ready_is_reported_with_its_reason(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The exit code is 1, and the worker's answer is printed."""
    monkeypatch.setattr(Worker, "status", 503)

    done = health(port)

    assert done.returncode == 1
    assert "not ready (503): /readyz of the worker" in done.stderr


def test_no_worker_is_unhealthy() -> None:
    """The exit code is 1 if nothing listens, and the message names what to check."""
    done = health(1)

    assert done.returncode == 1
    assert "no worker answers at 127.0.0.1:1" in done.stderr
    assert "Traceback" not in done.stderr
