"""`newswire health`: ask the worker on this machine whether it is ready; for container health checks."""

from __future__ import annotations

import http.client

from service.cli.terminal import fail, load_settings, talk

ANSWER_SECONDS = 3.0  # the probe of an image allows 5 s for the whole command


def health() -> None:
    """Exit 0 where the worker of this machine is ready for work, 1 where it is not or does not answer."""
    settings = load_settings()
    host = "127.0.0.1" if settings.web_host in {"0.0.0.0", "::"} else settings.web_host  # noqa: S104 - not bound, asked
    connection = http.client.HTTPConnection(host, settings.web_port, timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        text = answer.read(2000).decode(errors="replace").strip()
    except (OSError, http.client.HTTPException) as error:
        fail(f"no worker answers at {host}:{settings.web_port} ({error}): is it running, and is NEWSWIRE_WEB_PORT its?")
    finally:
        connection.close()
    if answer.status != http.HTTPStatus.OK:
        fail(f"not ready ({answer.status}): {text}")
    talk().print(f"ready: {text}", markup=False)
