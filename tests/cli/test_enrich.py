"""`newswire enrich`: records in order on standard output, refusals on standard error, the same bytes every time."""

from __future__ import annotations

import gzip
import json
import lzma
import os
import select
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

COMMAND = [sys.executable, "-m", "service", "enrich"]


def _article(number: int) -> dict[str, str]:
    return {"id": f"article-{number}", "body": f"Angela Merkel met {number} ministers in Bucharest.", "language": "en"}


@pytest.fixture(scope="module")
def lines() -> bytes:
    """Return twenty articles as JSON lines."""
    return b"".join(json.dumps(_article(number)).encode() + b"\n" for number in range(20))


def _run(*arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*COMMAND, *arguments], input=stdin, capture_output=True, check=False)


@pytest.fixture
def command() -> Iterator[subprocess.Popen[bytes]]:
    """Start the command with an input that stays open and a wall-clock limit of 3 s per article."""
    with subprocess.Popen(
        [*COMMAND, "--processes", "2", "-"],
        env=os.environ | {"NEWSWIRE_ARTICLE_TIMEOUT_SECONDS": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
    ) as process:
        yield process
        process.kill()


def _send(command: subprocess.Popen[bytes], lines: bytes) -> None:
    assert command.stdin is not None
    command.stdin.write(lines)


def _await_record(command: subprocess.Popen[bytes]) -> None:
    assert command.stdout is not None
    ready, _, _ = select.select([command.stdout], [], [], 60)
    assert ready, "no record came within a minute"


def test_records_come_in_the_order_of_the_input(lines: bytes) -> None:
    """The records are in the order of the articles although two processes work at once."""
    done = _run("--processes", "2", "-", stdin=lines)
    ids = [json.loads(line)["id"] for line in done.stdout.splitlines()]

    assert done.returncode == 0, done.stderr.decode()
    assert ids == [f"article-{number}" for number in range(20)]


def test_one_process_and_two_give_the_same_bytes(lines: bytes) -> None:
    """A record depends neither on the process nor on the articles before it."""
    reversed_lines = b"".join(reversed(lines.splitlines(keepends=True)))
    forward = _run("--processes", "2", "-", stdin=lines).stdout.splitlines()
    backward = _run("--processes", "1", "-", stdin=reversed_lines).stdout.splitlines()

    assert forward == backward[::-1]


def test_a_record_does_not_wait_for_the_next_article(command: subprocess.Popen[bytes], lines: bytes) -> None:
    """Each record is written when it is done, even if the next article takes long to arrive."""
    first, *rest = lines.splitlines(keepends=True)
    _send(command, first)
    _await_record(command)
    _send(command, b"".join(rest))
    out, error = command.communicate()

    assert command.returncode == 0, error.decode()
    assert [json.loads(line)["id"] for line in out.splitlines()] == [f"article-{number}" for number in range(20)]


def test_a_reader_that_pauses_loses_nothing(command: subprocess.Popen[bytes], lines: bytes) -> None:
    """A pause in `newswire enrich | less` does not count against the time limit of an article."""
    _send(command, 10 * lines)
    _await_record(command)
    time.sleep(4)  # only its length makes it a pause: longer than an article may take
    out, error = command.communicate()

    assert command.returncode == 0, error.decode()
    assert len(out.splitlines()) == 200


def test_an_interrupt_ends_it_quietly_while_it_waits(command: subprocess.Popen[bytes], lines: bytes) -> None:
    """Ctrl-C ends it at once. At most it prints that it was interrupted."""
    _send(command, lines)
    _await_record(command)
    command.send_signal(signal.SIGINT)
    assert command.wait(60) == 130
    assert command.stderr is not None
    assert command.stderr.read().decode() in {"", "newswire: interrupted\n"}


def test_a_refused_article_is_reported_and_the_others_are_enriched(lines: bytes) -> None:
    """A line without an article is reported with its number and reason, and the exit code is 1."""
    done = _run("-", stdin=b'{"id": "empty", "body": " "}\n' + lines + b"no json\n")

    assert done.returncode == 1
    assert len(done.stdout.splitlines()) == 20
    assert "standard input:1: refused, empty_text" in done.stderr.decode()
    assert "standard input:22: refused, not_json" in done.stderr.decode()


def test_a_plain_text_file_is_one_article(tmp_path: Path) -> None:
    """A .txt file becomes one record whose id is the name of the file."""
    (tmp_path / "story.txt").write_text("Boris Johnson flew to Kyiv.")
    record = json.loads(_run(str(tmp_path / "story.txt")).stdout)

    assert record["id"] == "story"
    assert record["text"] == "Boris Johnson flew to Kyiv."


def test_compressed_lines_are_read(tmp_path: Path, lines: bytes) -> None:
    """A .jsonl.gz file can be read without unpacking it."""
    (tmp_path / "articles.jsonl.gz").write_bytes(gzip.compress(lines))

    assert len(_run(str(tmp_path / "articles.jsonl.gz")).stdout.splitlines()) == 20


@pytest.mark.parametrize(("compress", "suffix"), [(gzip.compress, ".gz"), (lzma.compress, ".xz")])
def test_a_truncated_file_is_reported(
    tmp_path: Path, lines: bytes, compress: Callable[[bytes], bytes], suffix: str
) -> None:
    """Articles before the damage are enriched, and the error names the file."""
    path = tmp_path / f"articles.jsonl{suffix}"
    path.write_bytes(compress(lines)[:-20])

    done = _run(str(path))

    assert done.returncode == 1
    assert f"{path}: refused, not_json (the input breaks off here" in done.stderr.decode()


def test_a_missing_file_is_reported_without_a_traceback() -> None:
    """The error names the file and the problem."""
    done = _run("nowhere.jsonl")

    assert done.returncode == 1
    assert done.stderr.decode() == "newswire: cannot read nowhere.jsonl: No such file or directory\n"


def test_a_feed_is_split_whatever_its_file_is_called(tmp_path: Path) -> None:
    """A feed as it was downloaded gives one record per item, with the feed as their source."""
    items = "".join(f"<item><title>Talks in Sofia, day {number}</title></item>" for number in (1, 2))
    (tmp_path / "download").write_text(f"<rss><channel><title>Example Wire</title>{items}</channel></rss>")

    done = _run(str(tmp_path))

    assert done.returncode == 0, done.stderr.decode()
    records = [json.loads(line) for line in done.stdout.splitlines()]
    assert [record["text"] for record in records] == ["Talks in Sofia, day 1", "Talks in Sofia, day 2"]
    assert {record["source"]["name"] for record in records} == {"Example Wire"}


def test_places_are_written_for_a_map(tmp_path: Path) -> None:
    """`--geojson` writes one document with a point for every place of every article."""
    (tmp_path / "story.txt").write_text("Talks in Bucharest went on.")
    document = json.loads(_run("--geojson", str(tmp_path / "story.txt")).stdout)

    assert document["type"] == "FeatureCollection"
    assert [feature["properties"]["name"] for feature in document["features"]] == ["Bucharest"]
