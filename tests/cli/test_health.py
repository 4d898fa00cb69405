"""`newswire health`: what a container's health check sees of the worker."""

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
    """Answers `/readyz` as a worker does: with the status that the test set."""

    status = 200

    def do_GET(self) -> None:
        """Answer with the status of the moment and say which path was asked."""
        self.send_response(self.status)
        self.end_headers()
        self.wfile.write(f"{self.path} of the worker".encode())

    def log_message(self, *_: object) -> None:
        """Keep the test's output clean."""


@pytest.fixture
def port() -> Iterator[int]:
    """Serve as a worker would, and give the port."""
    with HTTPServer(("127.0.0.1", 0), Worker) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def health(port: int, host: str = "127.0.0.1") -> subprocess.CompletedProcess[str]:
    """Run the command as a container would."""
    return subprocess.run(
        [sys.executable, "-m", "service", "health"],
        env={"NEWSWIRE_WEB_PORT": str(port), "NEWSWIRE_WEB_HOST": host, "NEWSWIRE_DATA_DIR": "/nonexistent"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_ready_worker_is_healthy(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 0, also where the worker listens on every address."""
    monkeypatch.setattr(Worker, "status", 200)

    done = health(port, "0.0.0.0")  # noqa: S104 - as the image sets it

    assert done.returncode == 0, done.stderr
    assert "/readyz of the worker" in done.stderr


def test_a_worker_that_is_not_ready_says_why(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 1, and the worker's own words."""
    monkeypatch.setattr(Worker, "status", 503)

    done = health(port)

    assert done.returncode == 1
    assert "not ready (503): /readyz of the worker" in done.stderr


def test_no_worker_is_unhealthy() -> None:
    """Exit code 1 where nobody listens, with what to look at."""
    done = health(1)

    assert done.returncode == 1
    assert "no worker answers at 127.0.0.1:1" in done.stderr
    assert "Traceback" not in done.stderr
