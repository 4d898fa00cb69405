"""`newswire resume`: let a worker that holds read again."""

from __future__ import annotations

import http

from service.cli.console import fail, load_settings, talk
from service.cli.worker_requests import request_worker

TIMEOUT_SECONDS = 60.0  # it commits once per partition, which takes about 10 ms each


def resume() -> None:
    """Let the worker on this machine read again after it stopped because of too many refusals or crashes."""
    status, text = request_worker(load_settings(), "POST", "/resume", TIMEOUT_SECONDS)
    if status != http.HTTPStatus.OK:
        fail(f"not resumed ({status}): {text}")
    talk().print(text, markup=False)
