"""After too many refusals or crashes the worker holds, even across restarts, until an operator resumes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.kafka.harness import PATIENCE, await_, note

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.kafka.harness import Stream, Worker


def _await_hold(worker: Worker) -> str:
    await_(lambda: "holding" in worker.page("/readyz")[1], "the worker to hold", PATIENCE, [worker])
    return worker.page("/readyz")[1]


@pytest.mark.parametrize("restarts", [2, pytest.param(10, marks=pytest.mark.faults)])
def test_a_flood_of_refusals_does_not_flood_the_dead_letter_topic(
    make_stream: Callable[..., Stream], delivery: str, restarts: int
) -> None:
    """Of 5,000 bad articles about 500 are refused, even if the worker is restarted repeatedly."""
    stream = make_stream(delivery=delivery)
    stream.produce_light(5_000, do="refuse")
    worker = stream.start()
    assert "of the last 500 articles were refused" in _await_hold(worker)
    assert worker.page("/livez") == (200, "live\n")
    assert worker.metric("newswire_held") == 1
    assert worker.lines("worker_holds")
    for restart in range(restarts):
        assert worker.terminate() == 0
        worker = stream.start(NEWSWIRE_REFUSAL_LIMIT="0.8" if restart == 1 else "0.9")
        _await_hold(worker)

    ledger = stream.unfinished_ledger()
    note(f"5,000 bad articles and {restarts} restarts (held)", ledger)
    assert 500 <= ledger.dead <= 1_000
    assert (ledger.lost, ledger.duplicated, ledger.disordered) == (0, 0, 0)


def test_a_held_worker_resumes_by_command(make_stream: Callable[..., Stream], delivery: str) -> None:
    """`newswire resume` continues where the worker stopped: nothing is lost or repeated."""
    stream = make_stream(delivery=delivery, partitions=1)
    stream.produce_light(600, do="refuse")
    stream.produce_light(1_000, first=600)
    worker = stream.start()
    _await_hold(worker)
    process = stream.command("resume", NEWSWIRE_WEB_PORT=str(worker.port))
    assert (process.returncode, process.stderr.strip()) == (0, "the worker reads again")
    stream.await_done()

    ledger = stream.ledger()
    note("held and resumed", ledger)
    assert (ledger.lost, ledger.duplicated, ledger.disordered) == (0, 0, 0)
    assert (ledger.dead, ledger.out) == (600, 1_000)
    await_(lambda: worker.page("/readyz")[0] == 200, "the worker to be ready", PATIENCE, [worker])
    assert worker.metric("newswire_held") == 0


def test_a_held_worker_continues_when_the_setting_changes(make_stream: Callable[..., Stream]) -> None:
    """A worker that is started with a limit of 1 processes the rest."""
    stream = make_stream()
    stream.produce_light(1_000, do="refuse")
    worker = stream.start()
    _await_hold(worker)
    assert worker.terminate() == 0
    stream.start(NEWSWIRE_REFUSAL_LIMIT="1")
    stream.await_done()

    assert stream.ledger().dead == 1_000


def test_consecutive_crashes_hold_the_worker(make_stream: Callable[..., Stream]) -> None:
    """If consecutive articles crash their processes, the worker holds and refuses no more of them."""
    stream = make_stream(partitions=1)
    stream.produce_light(100, do="die")
    worker = stream.start(NEWSWIRE_CRASH_LIMIT="5")
    assert "articles in a row crashed their worker process" in _await_hold(worker)
    assert worker.terminate() == 0
    successor = stream.start(NEWSWIRE_CRASH_LIMIT="5")
    _await_hold(successor)

    assert 5 <= len(stream.read(stream.dead)) < 20


def test_resume_needs_the_header_of_the_command(make_stream: Callable[..., Stream]) -> None:
    """A web page in a browser on the same machine cannot resume the worker, since it may not send the header."""
    worker = make_stream().start().await_ready()

    assert worker.page("/resume", method="POST")[0] == 403
