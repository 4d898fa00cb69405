"""A worker that is alive but makes no progress ends itself in time; an idle worker does not."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.kafka.harness import note

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.kafka.harness import Stream

STALLED = "import tests.kafka.stalls as stalls; "


@pytest.mark.parametrize(
    ("stall", "message"),
    [
        ("stop_fetching(3)", "no article was delivered for"),
        ("block_the_loop(100)", "the event loop has not turned for"),
        ("kill_the_coordinator(8)", "coordination"),
    ],
)
def test_a_stalled_worker_ends(make_stream: Callable[..., Stream], stall: str, message: str) -> None:
    """A stalled worker ends with a message on standard error, and the next worker processes the rest."""
    stream = make_stream()
    stream.produce_light(3_000)
    worker = stream.start(
        before=STALLED + f"stalls.{stall}",
        NEWSWIRE_STALL_SECONDS="10",
        NEWSWIRE_ARTICLE_TIMEOUT_SECONDS="1",
        TEST_SECONDS="0.005",
    )

    assert worker.wait(90) != 0
    assert message in worker.log.read_text()
    stream.start()
    stream.await_done()
    ledger = stream.ledger()
    note(stall, ledger)
    assert (ledger.lost, ledger.disordered) == (0, 0)


def test_an_idle_topic_is_healthy(make_stream: Callable[..., Stream]) -> None:
    """Workers without articles and without partitions stay live and ready."""
    stream = make_stream(partitions=1)
    workers = [stream.start(NEWSWIRE_STALL_SECONDS="5").await_ready() for _ in range(2)]
    time.sleep(16)  # three checks of the watchdog

    assert [worker.page("/livez") for worker in workers] == [(200, "live\n")] * 2
    assert [worker.page("/readyz")[0] for worker in workers] == [200, 200]
