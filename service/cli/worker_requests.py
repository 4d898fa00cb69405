"""HTTP requests to the worker on this machine, or in this container."""

from __future__ import annotations

import http.client
from typing import TYPE_CHECKING

from service.cli.console import fail

if TYPE_CHECKING:
    from service.settings import Settings

MAX_RESPONSE_BYTES = 2000


def request_worker(settings: Settings, method: str, path: str, timeout_seconds: float) -> tuple[int, str]:
    """Return the status and the text of the worker's response. Exit 1 if there is none."""
    host = "127.0.0.1" if settings.web_host in {"0.0.0.0", "::"} else settings.web_host  # noqa: S104 - requested, not bound
    connection = http.client.HTTPConnection(host, settings.web_port, timeout=timeout_seconds)
    try:
        connection.request(method, path, headers={"X-Newswire": "command"})
        response = connection.getresponse()
        return response.status, response.read(MAX_RESPONSE_BYTES).decode(errors="replace").strip()
    except (OSError, http.client.HTTPException) as error:
        fail(
            f"no worker answers at {host}:{settings.web_port} ({error}): is it running, and is NEWSWIRE_WEB_PORT the "
            "same for both?"
        )
    finally:
        connection.close()
