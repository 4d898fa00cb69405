"""A web server on loopback for each test that asks for one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.feeds.web_server import running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.feeds.web_server import WebServer


@pytest.fixture
def web() -> Iterator[WebServer]:
    """Return a server that answers as the test says."""
    with running() as server:
        yield server
