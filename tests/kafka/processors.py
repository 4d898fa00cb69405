"""Light stand-ins for the enrichment, so that thousands of articles go through in seconds; and bad articles on demand.

An article is JSON: `{"id": …, "do": …}`; `do` says what it does to its worker process.
"""

from __future__ import annotations

import ctypes
import os
import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from service.contract.outcomes import Enriched, Message, Outcome, Refused, Tombstone
from service.contract.reject_reasons import RejectReason

if TYPE_CHECKING:
    from service.settings import Settings


class Light:
    """Makes a record of an article's id, and does what the article says."""

    def __init__(self, _settings: Settings) -> None:
        self._seconds = float(os.environ.get("TEST_SECONDS", "0"))

    def process(self, message: Message) -> Outcome:
        """Return a small record."""
        if message.value is None:
            return Tombstone()
        if self._seconds:
            time.sleep(self._seconds)
        article = orjson.loads(message.value)
        act(article.get("do", ""))
        again = ("newswire.attempt", b"2") in message.headers
        if article.get("do") == "refuse" or (article.get("do") == "refuse once" and not again):
            return Refused(RejectReason.EMPTY_TEXT, "wire", "no words")
        value = orjson.dumps({"id": article["id"], "filler": "x" * article.get("bytes", 0)})
        return Enriched(article["id"], value, "enriched", {"wire": 0.0001}, article.get("revision", ""))


class Broken:
    """A model that cannot be loaded."""

    def __init__(self, settings: Settings) -> None:
        raise OSError(f"[E050] Can't find model '{settings.model}'")


def act(deed: str) -> None:
    """Do *deed* to this process."""
    match deed:
        case "die":
            os._exit(11)
        case "segfault":
            ctypes.string_at(0)
        case "hang":
            time.sleep(600)
        case "spin":
            while True:
                pass
        case "freeze":  # as a loop in C would: deaf to the alarm
            signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGPROF])
            while True:
                pass
        case "garble":  # as a process would that an article has taken over
            _answer_garbage()
        case "eat":  # as the kernel ends what takes too much memory
            os.kill(os.getpid(), signal.SIGKILL)


def _answer_garbage() -> None:
    for descriptor in Path("/proc/self/fd").iterdir():
        with suppress(OSError):  # the descriptor of the folder itself is gone
            if descriptor.readlink().name.startswith("socket:"):
                os.write(int(descriptor.name), b"\0\0\0\2\0\0\0\0{]")
