"""`newswire page` on a real Kafka: what is published is shown, and what must not be shown is not."""

from __future__ import annotations

import socket
import sys
import threading
import time
import urllib.request
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import orjson
from kafka import KafkaProducer

from service.local_kafka import Broker
from tests.kafka.harness import LIGHT, PATIENCE, Stream, await_
from tests.views.conftest import record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from service.contract.enriched_article import EnrichedArticle
    from tests.kafka.harness import Worker

__all__ = ["record"]
PAGE = [sys.executable, "-m", "service", "page"]
TEXT = "Thousands of teachers marched in Cluj"


def start_page(stream: Stream, **environment: str) -> Worker:
    """Start a page, and return it when it reads."""
    page = stream.run(PAGE, **environment)
    await_(lambda: page.page("/readyz")[0] == 200, "the page to read", PATIENCE, [page])
    return page


class Browser:
    """Follows a page, and shows what it is sent as the script of the page does."""

    def __init__(self, page: Worker) -> None:
        self._response = urllib.request.urlopen(f"http://127.0.0.1:{page.port}/page/events", timeout=60)
        self._page = page
        self._shown: dict[str, dict[str, Any]] = {}
        self.figures: dict[str, Any] = {}
        self.thread = threading.Thread(target=self._follow, daemon=True)
        self.thread.start()

    def _follow(self) -> None:
        while event := self._response.readline():
            data = orjson.loads(self._response.readline().removeprefix(b"data: "))
            self._response.readline()
            match event.removeprefix(b"event: ").strip():
                case b"held":
                    self._shown = {name: entry for name, entry in self._shown.items() if name in data}
                case b"records":
                    self._shown |= {entry["id"]: entry for entry in data}
                case b"removed":
                    self._shown = {
                        name: entry for name, entry in self._shown.items() if not {name, entry["key"]} & set(data)
                    }
                case b"figures":
                    self.figures = data

    @property
    def ids(self) -> set[str]:
        """Return the ids of the articles that are shown."""
        return set(self._shown)

    def html(self, article_id: str) -> str:
        """Return the entry of an article."""
        return str(self._shown[article_id]["html"])

    def await_ids(self, *ids: str) -> None:
        """Wait until exactly the articles *ids* are shown."""
        await_(lambda: self.ids == set(ids), f"{ids} to be shown", PATIENCE, [self._page])


def publish(stream: Stream, record: EnrichedArticle, *headers: tuple[str, bytes], **changes: Any) -> None:
    """Publish *record* with *changes*, as a worker would."""
    changed = record.model_copy(update=changes)
    send(stream, changed.id, changed.model_dump_json().encode(), *headers)


def send(stream: Stream, key: str, value: bytes | None, *headers: tuple[str, bytes]) -> None:
    """Send a value to the topic of records, always to the same partition."""
    producer = KafkaProducer(bootstrap_servers=stream.bootstrap)
    producer.send(stream.enriched, key=key.encode(), value=value, headers=list(headers), partition=1).get(timeout=60)
    producer.close()


def test_published_records_are_shown(make_stream: Callable[..., Stream]) -> None:
    """An article sent to Kafka appears on the page, and SIGTERM ends the page although a browser follows it."""
    stream = make_stream()
    stream.start("service.processes.processor:Processor").await_ready()
    page = start_page(stream)
    article = {"id": "cluj-1", "headline": "Teachers march in Cluj", "body": "Teachers marched in Cluj, Romania."}

    with urllib.request.urlopen(f"http://127.0.0.1:{page.port}/page/events", timeout=60) as events:
        stream.produce([(b"cluj-1", orjson.dumps(article))])
        while events.readline() != b"event: records\n":
            pass
        (shown,) = orjson.loads(events.readline().removeprefix(b"data: "))
        code = page.terminate()

    assert shown["id"] == "cluj-1"
    assert shown["countries"] == ["RO"]
    assert "Teachers march in Cluj" in shown["html"]
    assert code == 0
    assert [line["topic"] for line in page.lines("page_reads")] == [stream.enriched]
    assert page.lines("page_stops")


def test_a_worker_shows_no_records(make_stream: Callable[..., Stream]) -> None:
    """A worker says what shows the records, and has loaded nothing that could."""
    report = "import atexit; atexit.register(lambda: print('loaded', *sys.modules, file=sys.stderr))"
    worker = make_stream().start(LIGHT, report).await_ready()

    status, text = worker.page("/")
    missing = worker.page("/page/events")[0]
    worker.terminate()
    (loaded,) = (line.split() for line in worker.log.read_text().splitlines() if line.startswith("loaded "))

    assert status == 200
    assert "newswire page" in text
    assert missing == 404
    assert "service.worker.health.web" in loaded
    assert [name for name in loaded if name.startswith(("jinja2", "service.page", "service.views"))] == []


def test_a_deletion_removes_the_article(make_stream: Callable[..., Stream], record: EnrichedArticle) -> None:
    """A tombstone removes an article from the pages that show it, and it is not shown after a restart."""
    stream = make_stream()
    page = start_page(stream)
    browser = Browser(page)
    publish(stream, record)
    publish(stream, record, id="b")
    browser.await_ids("cluj-1", "b")
    send(stream, "cluj-1", None)
    browser.await_ids("b")

    Browser(start_page(stream)).await_ids("b")


def test_a_retraction_hides_the_text(make_stream: Callable[..., Stream], record: EnrichedArticle) -> None:
    """After a kill notice the text is not shown any more, and the entry says so."""
    stream = make_stream()
    page = start_page(stream)
    browser = Browser(page)
    publish(stream, record)
    browser.await_ids("cluj-1")
    assert TEXT in browser.html("cluj-1")
    publish(stream, record, status="retracted")
    await_(lambda: "retracted this article" in browser.html("cluj-1"), "the retraction", PATIENCE, [page])

    assert TEXT not in browser.html("cluj-1")


def test_an_embargoed_record_waits(make_stream: Callable[..., Stream], record: EnrichedArticle) -> None:
    """A record appears when its embargo ends, also on a page that was started before that."""
    stream = make_stream()
    browser = Browser(start_page(stream))
    until = datetime.now(UTC) + timedelta(seconds=15)
    publish(stream, record, embargoed_until=until)
    publish(stream, record, id="b")
    late_browser = Browser(start_page(stream))
    browser.await_ids("b")
    late_browser.await_ids("b")
    assert datetime.now(UTC) < until, "this machine is too slow for the test"
    browser.await_ids("b", "cluj-1")
    late_browser.await_ids("b", "cluj-1")

    assert datetime.now(UTC) >= until


def test_a_superseded_record_is_not_shown(make_stream: Callable[..., Stream], record: EnrichedArticle) -> None:
    """An older version does not replace a newer one, whether it is marked or only has a smaller revision."""
    stream = make_stream()
    browser = Browser(start_page(stream))
    publish(stream, record, revision="2", headline="Newer")
    publish(stream, record, ("newswire.superseded", b"true"), revision="1", headline="Marked")
    publish(stream, record, revision="1", headline="Not marked")
    publish(stream, record, id="b")
    browser.await_ids("cluj-1", "b")

    assert "Newer" in browser.html("cluj-1")


def test_the_last_records_are_shown_at_once(make_stream: Callable[..., Stream], record: EnrichedArticle) -> None:
    """A page that is started later shows the last hundred records, and what is not committed is not shown."""
    stream = make_stream()
    producer = KafkaProducer(bootstrap_servers=stream.bootstrap, transactional_id=stream.name)
    producer.init_transactions()
    for committed in (True, False):
        producer.begin_transaction()
        for number in range(120):
            changed = record.model_copy(update={"id": f"{committed}-{number}"})
            producer.send(
                stream.enriched,
                key=changed.id.encode(),
                value=changed.model_dump_json().encode(),
                partition=number % stream.partitions,
                timestamp_ms=1_700_000_000_000 + number,
            )
        if committed:
            producer.commit_transaction()
            send(stream, "foreign", b"not a record")
        else:
            producer.abort_transaction()
    producer.close()
    page = start_page(stream)

    Browser(page).await_ids(*(f"True-{number}" for number in range(20, 120)))
    assert page.lines("record_not_shown")


def test_the_page_knows_the_lag(make_stream: Callable[..., Stream], record: EnrichedArticle) -> None:
    """The page shows how many articles wait for the enricher, and counts what is published."""
    stream = make_stream()
    stream.produce_light(7)
    page = start_page(stream)
    browser = Browser(page)
    publish(stream, record)
    send(stream, "a", None)

    await_(lambda: browser.figures.get("lag") == 7, "the lag", PATIENCE, [page])
    await_(lambda: browser.figures["records"] == 2, "the records to be counted", PATIENCE, [page])
    assert (browser.figures["enriched"], browser.figures["deleted"]) == (1, 1)


@contextmanager
def stopped(broker: Broker) -> Iterator[None]:
    """Stop *broker* for a while."""
    broker.stop()
    yield
    broker.start()


def test_brokers_that_are_away_are_reported(tmp_path: Path, record: EnrichedArticle) -> None:
    """Before Kafka is there and while it is away, page, probe and log say so; then the page goes on by itself."""
    with Broker(tmp_path) as broker:
        stream = Stream(broker.bootstrap_servers, folder=tmp_path)
        try:
            with stopped(broker):
                page = stream.run(PAGE)
                await_(lambda: page.page("/readyz")[0] == 503, "the page to report", PATIENCE, [page])
                browser = Browser(page)
                await_(lambda: browser.figures.get("reading") is False, "the browser to know", PATIENCE, [page])
                await_(lambda: bool(page.lines("page_cannot_read")), "the log to say so", PATIENCE, [page])
            await_(lambda: page.page("/readyz")[0] == 200, "the page to read", PATIENCE, [page])
            publish(stream, record)
            browser.await_ids("cluj-1")
            with stopped(broker):
                await_(lambda: browser.figures["reading"] is False, "the browser to know", PATIENCE, [page])
                assert browser.ids == {"cluj-1"}
            await_(lambda: browser.figures["reading"], "the page to read again", PATIENCE, [page])
            publish(stream, record, id="b")
            browser.await_ids("cluj-1", "b")
            broker.stop()
            started = time.monotonic()
            assert page.terminate() == 0
            assert time.monotonic() - started < 20
        finally:
            stream.stop()


def test_a_taken_port_is_reported(make_stream: Callable[..., Stream]) -> None:
    """A second page on the same port ends with a message that says what to do."""
    stream = make_stream()
    page = start_page(stream)

    done = stream.command("page", NEWSWIRE_PAGE_PORT=str(page.port))

    assert done.returncode == 1
    assert "NEWSWIRE_PAGE_PORT" in done.stderr


def test_up_starts_the_page(make_stream: Callable[..., Stream], tmp_path: Path) -> None:
    """`newswire up` starts the page beside its worker, prints its address, and stops both."""
    stream = make_stream()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        web_port = probe.getsockname()[1]
    command = ["env", f"NEWSWIRE_WEB_PORT={web_port}", sys.executable, "-m", "service", "up"]
    up = stream.run(command, NEWSWIRE_DATA_DIR=str(tmp_path))

    await_(lambda: up.page("/readyz")[0] == 200, "the page to read", PATIENCE, [up])
    Browser(up).await_ids("nato-summit-2022-03-24")
    assert f"page: http://127.0.0.1:{up.port}/" in up.log.read_text()
    assert up.terminate() == 0
    assert up.page("/readyz")[0] == 0
    assert "page_stops" in (tmp_path / "page.log").read_text()
