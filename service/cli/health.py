"""`newswire health` and `newswire resume`: ask the worker on this machine, or in this container, for something."""

from __future__ import annotations

import http.client
from typing import TYPE_CHECKING

from service.cli.console import fail, load_settings, talk

if TYPE_CHECKING:
    from service.settings import Settings

HEALTH_SECONDS = 3.0  # the probe of an image allows 5 s for the whole command
RESUME_SECONDS = 60.0  # a commit per partition; one takes about 10 ms


def health() -> None:
    """Exit 0 if the worker of this machine is ready for work, 1 if it is not or does not answer."""
    status, text = _ask(load_settings(), "GET", "/readyz", HEALTH_SECONDS)
    if status != http.HTTPStatus.OK:
        fail(f"not ready ({status}): {text}")
    talk().print(f"ready: {text}", markup=False)


def resume() -> None:
    """Let the worker of this machine read again, after it stopped reading because of too many refusals or crashes."""
    status, text = _ask(load_settings(), "POST", "/resume", RESUME_SECONDS)
    if status != http.HTTPStatus.OK:
        fail(f"not resumed ({status}): {text}")
    talk().print(text, markup=False)


def _ask(settings: Settings, method: str, path: str, seconds: float) -> tuple[int, str]:
    """Return the status and the text of the worker's answer."""
    host = "127.0.0.1" if settings.web_host in {"0.0.0.0", "::"} else settings.web_host  # noqa: S104 - not bound, asked
    connection = http.client.HTTPConnection(host, settings.web_port, timeout=seconds)
    try:
        connection.request(method, path, headers={"X-Newswire": "command"})
        answer = connection.getresponse()
        return answer.status, answer.read(2000).decode(errors="replace").strip()
    except (OSError, http.client.HTTPException) as error:
        fail(f"no worker answers at {host}:{settings.web_port} ({error}): is it running, and is NEWSWIRE_WEB_PORT its?")
    finally:
        connection.close()
