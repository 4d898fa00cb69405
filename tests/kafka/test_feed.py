"""`newswire feed` on a real Kafka, polling a real web server: what is new is sent once, whatever happens."""

from __future__ import annotations

import os
import signal
import sys
from functools import partial
from typing import TYPE_CHECKING

import pytest

from service import wire
from tests.feeds.conftest import web
from tests.feeds.web_server import conditional, reply, silent
from tests.kafka.harness import PATIENCE, await_

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.feeds.web_server import WebServer
    from tests.kafka.harness import Stream, Worker

__all__ = ["web"]
DIE_BEFORE_NOTE = (
    "import os, sys; from service.feeds.seen_items import SeenItems; SeenItems.note = lambda *_: os._exit(9); "
    "from service.cli import main; sys.argv[0] = 'newswire'; main()"
)


def rss(*items: str, title: str = "Harbour News", extra: str = "") -> bytes:
    """Return a feed with *items*, each of which is the id and, after a colon, the headline."""
    entries = "".join(
        f"<item><guid>{name}</guid><title>{headline or name}</title>"
        f"<description>The port of Constanta reopened on Monday.</description></item>"
        for name, _, headline in (item.partition(":") for item in items)
    )
    return f'<rss version="2.0"><channel><title>{title}</title>{extra}{entries}</channel></rss>'.encode()


def start(stream: Stream, tmp_path: Path, *urls: str, command: tuple[str, ...] = ("-m", "service")) -> Worker:
    """Start `newswire feed`, which polls *urls* every second."""
    return stream.run(
        [sys.executable, *command, "feed", *urls, "--every", "1", "--allow-private"],
        NEWSWIRE_DATA_DIR=str(tmp_path / "data"),
    )


def keys(stream: Stream) -> list[str]:
    """Return the keys of the messages on the raw topic, in their order. The topic has one partition."""
    return [record.key.decode() for record in stream.read(stream.raw)]


def await_keys(stream: Stream, feeder: Worker, *expected: str) -> None:
    """Wait until the raw topic has *expected*."""
    await_(lambda: len(keys(stream)) >= len(expected), f"{expected} to be sent", PATIENCE, [feeder])
    assert keys(stream) == list(expected)


@pytest.fixture
def stream(make_stream: Callable[..., Stream]) -> Stream:
    """Return a stream of one partition, so that its messages have one order."""
    return make_stream(partitions=1, raw_config={"max.message.bytes": "20000"})


def test_items_are_sent_once(stream: Stream, web: WebServer, tmp_path: Path) -> None:
    """The oldest comes first. A new item is sent, the others are not sent again, neither now nor after a restart."""
    web.answers["/rss"] = reply(200, rss("b", "a"))
    feeder = start(stream, tmp_path, f"{web.address}/rss")
    await_keys(stream, feeder, "a", "b")
    web.await_requests("/rss", 2)

    web.answers["/rss"] = reply(200, rss("c", "b", "a"))
    await_keys(stream, feeder, "a", "b", "c")
    assert feeder.terminate() == 0

    asked = len(web.asked_for("/rss"))
    web.answers["/rss"] = reply(200, rss("d", "c", "b", "a"))
    feeder = start(stream, tmp_path, f"{web.address}/rss")
    web.await_requests("/rss", asked + 2)
    await_keys(stream, feeder, "a", "b", "c", "d")


def test_a_message_is_an_article_with_its_source(stream: Stream, web: WebServer, tmp_path: Path) -> None:
    """Its value is read without headers. The headers are those of a CloudEvent; no password is in them."""
    web.answers["/rss"] = reply(200, rss("a:Ferries sail again", title="Știri"))
    feeder = start(stream, tmp_path, f"{web.address.replace('//', '//reader:secret@')}/rss")
    await_keys(stream, feeder, "a")

    (record,) = stream.read(stream.raw)
    article = wire.read(record.value, {})
    headers = dict(record.headers)

    assert (article.id, article.headline, article.source.name) == ("a", "Ferries sail again", "Știri")
    assert headers["ce_source"] == f"{web.address}/rss".encode()
    assert headers["ce_feedtitle"].decode() == "Știri"
    assert headers["ce_subject"] == b"a"
    assert "secret" not in feeder.log.read_text()


def test_a_changed_text_is_a_new_version(stream: Stream, web: WebServer, tmp_path: Path) -> None:
    """It has the same key. What changes beside the text, such as the date of the feed, is no news."""
    web.answers["/rss"] = reply(200, rss("a:Ferries wait", extra="<lastBuildDate>Mon</lastBuildDate>"))
    feeder = start(stream, tmp_path, f"{web.address}/rss")
    await_keys(stream, feeder, "a")

    web.answers["/rss"] = reply(200, rss("a:Ferries wait", extra="<lastBuildDate>Tue</lastBuildDate>"))
    web.await_requests("/rss", len(web.asked_for("/rss")) + 2)
    web.answers["/rss"] = reply(200, rss("a:Ferries sail"))

    await_keys(stream, feeder, "a", "a")


def test_an_unchanged_feed_costs_no_traffic(stream: Stream, web: WebServer, tmp_path: Path) -> None:
    """The validators are used, also after a restart."""
    web.answers["/rss"] = conditional(rss("a"), '"v1"')
    feeder = start(stream, tmp_path, f"{web.address}/rss")
    web.await_requests("/rss", 2)
    feeder.terminate()

    asked = len(web.asked_for("/rss"))
    start(stream, tmp_path, f"{web.address}/rss")
    web.await_requests("/rss", asked + 1)

    assert {headers["If-None-Match"] for headers in web.asked_for("/rss")[1:]} == {'"v1"'}
    assert keys(stream) == ["a"]


def test_one_bad_feed_does_not_stop_the_others(stream: Stream, web: WebServer, tmp_path: Path) -> None:
    """Each failure is logged with what to do and counted, and the feed is tried again."""
    answers = {
        "/down": (reply(500), "status"),
        "/page": (reply(200, b"<html><body>Welcome</body></html>"), "not_a_feed"),
        "/broken": (reply(200, b"\xff\xfe\xff"), "not_a_feed"),
        "/circle": (reply(302, Location="/circle"), "redirects"),
        "/silent": (silent, ""),
    }
    web.answers |= {path: answer for path, (answer, _) in answers.items()} | {"/good": reply(200, rss("a"))}
    feeder = start(stream, tmp_path, *(web.address + path for path in [*answers, "/good"]))
    for path, (_, reason) in answers.items():
        if reason:
            web.await_requests(path, 2)

    await_keys(stream, feeder, "a")
    failed = {(line["feed"].removeprefix(web.address), line["reason"]) for line in feeder.lines("feed_failed")}
    assert failed == {(path, reason) for path, (_, reason) in answers.items() if reason}
    assert feeder.metric("newswire_feed_failures_total") >= 4
    assert feeder.metric("newswire_feed_items_total") == 1

    web.answers["/down"] = reply(200, rss("b"))
    await_keys(stream, feeder, "a", "b")


def test_a_feed_that_is_gone_is_not_asked_again(stream: Stream, web: WebServer, tmp_path: Path) -> None:
    """The log says to remove it. When no feed is left, the program ends with an error."""
    web.answers["/gone"] = reply(410)
    web.answers["/good"] = reply(200, rss("a"))
    feeder = start(stream, tmp_path, f"{web.address}/gone", f"{web.address}/good")
    web.await_requests("/good", 3)

    assert len(web.asked_for("/gone")) == 1
    assert "remove it" in feeder.lines("feed_gone")[0]["error"]

    web.answers["/good"] = reply(410)
    assert feeder.wait() == 1
    assert "no feed is left" in feeder.tail()


def test_a_server_that_asks_for_time_gets_it(stream: Stream, web: WebServer, tmp_path: Path) -> None:
    """Neither the next polls nor a restart ask it before the time. Others are polled meanwhile."""
    web.answers["/busy"] = reply(429, Retry_After="3600")
    web.answers["/cached"] = reply(200, rss("a"), Cache_Control="max-age=3600")
    web.answers["/slow"] = reply(200, rss("b", extra="<ttl>60</ttl>"))
    web.answers["/good"] = reply(200, rss("c"))
    urls = [web.address + path for path in ("/busy", "/cached", "/slow", "/good")]
    feeder = start(stream, tmp_path, *urls)
    web.await_requests("/good", 3)
    assert [len(web.asked_for(path)) for path in ("/busy", "/cached", "/slow")] == [1, 1, 1]
    feeder.terminate()

    asked = len(web.asked_for("/good"))
    start(stream, tmp_path, *urls)
    web.await_requests("/good", asked + 2)

    assert len(web.asked_for("/busy")) == 1
    assert sorted(keys(stream)) == ["a", "b", "c"]


def test_a_stop_does_not_wait_for_servers(stream: Stream, web: WebServer, tmp_path: Path) -> None:
    """A server that never answers does not hold up the end. What was sent is noted."""
    web.answers |= {"/silent": silent, "/good": reply(200, rss("a"))}
    feeder = start(stream, tmp_path, f"{web.address}/silent", f"{web.address}/good")
    web.await_requests("/silent", 1)
    await_keys(stream, feeder, "a")

    assert feeder.terminate(20) == 0
    assert feeder.lines("feeds_stopped")


def test_a_crash_before_the_note_repeats_that_poll_only(stream: Stream, web: WebServer, tmp_path: Path) -> None:
    """Items are noted after Kafka has them: none is lost, and those of the last poll may come twice."""
    web.answers["/rss"] = reply(200, rss("a"))
    feeder = start(stream, tmp_path, f"{web.address}/rss")
    await_keys(stream, feeder, "a")
    web.await_requests("/rss", len(web.asked_for("/rss")) + 1)
    assert feeder.terminate() == 0

    web.answers["/rss"] = reply(200, rss("b", "a"))
    assert start(stream, tmp_path, f"{web.address}/rss", command=("-c", DIE_BEFORE_NOTE)).wait() == 9
    feeder = start(stream, tmp_path, f"{web.address}/rss")

    await_keys(stream, feeder, "a", "b", "b")
    first, second = stream.read(stream.raw)[1:]
    assert dict(first.headers)["ce_id"] == dict(second.headers)["ce_id"]


def test_a_kill_loses_nothing(stream: Stream, web: WebServer, tmp_path: Path) -> None:
    """Whenever it comes: the items of the feed are on the topic in the end."""
    web.answers["/rss"] = reply(200, rss(*map(str, range(500))))
    feeder = start(stream, tmp_path, f"{web.address}/rss")
    web.await_requests("/rss", 1)
    feeder.signal(signal.SIGKILL)
    feeder.wait()

    feeder = start(stream, tmp_path, f"{web.address}/rss")

    await_(lambda: len(set(keys(stream))) == 500, "all items", PATIENCE, [feeder])


def test_an_item_too_large_for_the_topic_is_left_out(stream: Stream, web: WebServer, tmp_path: Path) -> None:
    """It is counted, and does not hold up the others."""
    web.answers["/rss"] = reply(200, rss("b", f"long:{os.urandom(40_000).hex()}", "a"))
    feeder = start(stream, tmp_path, f"{web.address}/rss")

    await_keys(stream, feeder, "a", "b")
    await_(lambda: bool(feeder.lines("feed_polled")), "the poll to be logged", PATIENCE, [feeder])
    line = feeder.lines("feed_polled")[0]
    assert (line["sent"], line["too_large"]) == (2, 1)


def test_what_kafka_refuses_is_sent_later(stream: Stream, web: WebServer, tmp_path: Path) -> None:
    """The poll has failed, so nothing is noted; the next one sends the items. Here the topic is changed for a while."""
    web.answers["/rss"] = reply(200, rss("a"))
    feeder = start(stream, tmp_path, f"{web.address}/rss")
    await_keys(stream, feeder, "a")

    stream.configure(stream.raw, {"max.message.bytes": "1000"})
    web.answers["/rss"] = reply(200, rss(f"b:{os.urandom(2_000).hex()}", "a"))
    await_(lambda: bool(feeder.lines("feed_failed")), "the refusal", PATIENCE, [feeder])
    stream.configure(stream.raw, {"max.message.bytes": "20000"})

    await_keys(stream, feeder, "a", "b")
    assert feeder.lines("feed_failed")[0]["reason"] == "kafka"


def test_a_missing_topic_is_reported_at_once(stream: Stream, tmp_path: Path) -> None:
    """The error names the topic and the command that creates it."""
    done = stream.command(
        *("feed", "https://harbour.example/rss"), NEWSWIRE_RAW_TOPIC="nowhere", NEWSWIRE_DATA_DIR=str(tmp_path)
    )

    assert done.returncode == 1
    assert "there is no topic nowhere: `newswire topics create`" in done.stderr


@pytest.mark.parametrize("url", ["harbour.example/rss", "file:///etc/passwd", "https://"])
def test_what_is_no_web_address_is_refused(stream: Stream, url: str) -> None:
    """Before anything is polled, with the exit code of wrong arguments."""
    done = stream.command("feed", "https://harbour.example/rss", url)

    assert done.returncode == 2
    assert "is no web address" in done.stderr


def test_a_feed_of_up_comes_out_enriched(stream: Stream, web: WebServer, tmp_path: Path) -> None:
    """`newswire up --feed URL` starts everything, and the items of the feed become records."""
    web.answers["/rss"] = reply(200, rss("a:Ferries leave Constanta for Varna"))
    ports = ("NEWSWIRE_PAGE_PORT=0", "NEWSWIRE_FEED_PORT=0")  # the worker has the port of the stream
    up = stream.run(
        ["env", *ports, sys.executable, "-m", "service", "up", "--feed", f"{web.address}/rss"],
        NEWSWIRE_DATA_DIR=str(tmp_path / "data"),
        NEWSWIRE_FEED_ALLOW_PRIVATE="true",
    )
    records = partial(stream.read, stream.enriched)

    await_(lambda: b"a" in {record.key for record in records()}, "the record of the item", 2 * PATIENCE, [up])
    assert up.terminate() == 0
