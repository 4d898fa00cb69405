"""`newswire health`: whether the worker on this machine, or in this container, is ready."""

from __future__ import annotations

import http

from service.cli.console import fail, load_settings, talk
from service.cli.worker_requests import request_worker

TIMEOUT_SECONDS = 3.0  # the probe of an image allows 5 s for the whole command


def health() -> None:
    """Exit 0 if the worker on this machine is ready, 1 if it is not or does not answer."""
    status, text = request_worker(load_settings(), "GET", "/readyz", TIMEOUT_SECONDS)
    if status != http.HTTPStatus.OK:
        fail(f"not ready ({status}): {text}")
    talk().print(f"ready: {text}", markup=False)
