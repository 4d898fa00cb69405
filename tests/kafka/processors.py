"""Fast replacements for the enrichment, so that thousands of articles take seconds, with faults on demand.

An article is JSON: `{"id": …, "do": …}`. `do` names the fault in its worker process, `events` the ids of its events.
"""

from __future__ import annotations

import ctypes
import os
import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from service.contract.outcomes import Enriched, Message, Outcome, Refused, Tombstone
from service.contract.reject_reasons import RejectReason

if TYPE_CHECKING:
    from service.settings import Settings


class Light:
    """Creates a record with the article's id, after the fault that the article names."""

    def __init__(self, settings: Settings) -> None:
        self._writes_events = settings.events_topic is not None
        self._seconds = float(os.environ.get("TEST_SECONDS", "0"))

    def process(self, message: Message) -> Outcome:
        """Return a small record, or refuse the article if it says so."""
        if message.value is None:
            return Tombstone()
        if self._seconds:
            time.sleep(self._seconds)
        article = orjson.loads(message.value)
        misbehave(article.get("do", ""))
        is_second_attempt = ("newswire.attempt", b"2") in message.headers
        if article.get("do") == "refuse" or (article.get("do") == "refuse once" and not is_second_attempt):
            return Refused(RejectReason.EMPTY_TEXT, "wire", "no words")
        value = orjson.dumps({"id": article["id"], "filler": "x" * article.get("bytes", 0)})
        revision = article.get("revision", "")
        return Enriched(
            article["id"],
            value,
            article.get("status", "enriched"),
            {"wire": 0.0001},
            revision,
            flat_events=self._flat_events(article, revision),
        )

    def _flat_events(self, article: dict[str, Any], revision: str) -> dict[str, bytes]:
        events = article.get("events", ["first", "second"]) if self._writes_events else ()
        return {event: orjson.dumps({"event": event, "revision": revision}) for event in events}


class Broken:
    """A processor whose model cannot be loaded."""

    def __init__(self, settings: Settings) -> None:
        raise OSError(f"[E050] Can't find model '{settings.model}'")


def misbehave(fault: str) -> None:
    """Cause *fault* in this process."""
    match fault:
        case "die":
            os._exit(11)
        case "segfault":
            ctypes.string_at(0)
        case "hang":
            time.sleep(600)
        case "spin":
            while True:
                pass
        case "freeze":  # as a loop in C would: the signal of the time limit is not handled
            signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGPROF])
            while True:
                pass
        case "garble":  # as a process would that an article has taken over
            _answer_garbage()
        case "eat":  # as the kernel kills a process that uses too much memory
            os.kill(os.getpid(), signal.SIGKILL)


def _answer_garbage() -> None:
    for descriptor in Path("/proc/self/fd").iterdir():
        with suppress(OSError):  # the descriptor of the folder itself is gone
            if descriptor.readlink().name.startswith("socket:"):
                os.write(int(descriptor.name), b"\0\0\0\2\0\0\0\0{]")
