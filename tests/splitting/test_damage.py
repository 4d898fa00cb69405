"""What cannot be read is reported with its place, and costs no other article."""

from __future__ import annotations

import gzip
import io
import json
import os
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING, Any, cast

import pytest

from service.contract.reject_reasons import RejectReason
from service.splitting import Piece, Problem, containers, split

if TYPE_CHECKING:
    from pathlib import Path

GOOD = [json.dumps({"id": f"story-{number}", "headline": "A bridge", "body": "They met."}) for number in range(3)]
ITEMS = [f"<item><guid>story-{number}</guid><title>A bridge</title></item>" for number in range(3)]


def outcome(value: str | bytes) -> tuple[list[str], list[Problem]]:
    """Return the numbers of the stories that come out of *value*, and the problems."""
    parts = list(split(value.encode() if isinstance(value, str) else value, "file"))
    stories = [part.value.decode(errors="replace") for part in parts if isinstance(part, Piece)]
    problems = [part for part in parts if isinstance(part, Problem)]
    return [number for number in "012" for story in stories if f"story-{number}" in story], problems


@pytest.mark.parametrize(
    ("value", "place"),
    [
        (f"{GOOD[0]}\nno article\n{GOOD[1]}\n{GOOD[2]}\n", "file:2"),
        (f"no article\n{GOOD[0]}\n{GOOD[1]}\n{GOOD[2]}\n", "file:1"),
        (f'{GOOD[0]}\n{{"id": "x\n{GOOD[1]}\n{GOOD[2]}\n', "file:2"),
        (f'[{GOOD[0]}, {{"id": "x}}, {GOOD[1]}, {GOOD[2]}]', "file, item 2"),
        (f'[{GOOD[0]}, {{"id": [}}, {GOOD[1]}, {GOOD[2]}]', "file, item 2"),
        (f"[{GOOD[0]}, 5, {GOOD[1]}, {GOOD[2]}]", "file:1, item 2"),
        (f'{{"articles": [{GOOD[0]}, {GOOD[1]}, {GOOD[2]}', "file"),
        (f'{{"art{{icles: [{GOOD[0]}, {GOOD[1]}, {GOOD[2]}]}}', "file"),
        (f"<rss><channel>{ITEMS[0]}<item><title>open{ITEMS[1]}{ITEMS[2]}</channel></rss>", "file, item 2"),
        (f"<rss><channel>{ITEMS[0]}{ITEMS[1]}{ITEMS[2]}<item><title>cut o", "file, item 4"),
        (f"garbage <rss><channel>{ITEMS[0]}{ITEMS[1]}{ITEMS[2]}</channel></rss>", "file:1"),
        (f'{GOOD[0]}\n<item>": "x"}}\n{GOOD[1]}\n{GOOD[2]}\n', "file:2"),
        (f'{GOOD[0]}\n<item <p>": "x"}}\n{GOOD[1]}\n{GOOD[2]}\n', "file:2"),
        (f'{GOOD[0]}\n<item>": "x"}}\n{GOOD[1]}\n{GOOD[2].replace("A bridge", "An </item>")}\n', "file:2"),
        (f'{GOOD[0]}\n<export>": "x"}}\n{GOOD[1]}\n{GOOD[2].replace("A bridge", "An </export>")}\n', "file:2"),
        (f'[{GOOD[0]}, {{<item>": "x"}}, {GOOD[1]}, {GOOD[2]}]', "file, item 2"),
        (f"<item <p>{ITEMS[0]}{ITEMS[1]}{ITEMS[2]}", "file"),
        (f'{{s<?xml version="1.0"?><rss><channel>{ITEMS[0]}{ITEMS[1]}{ITEMS[2]}</channel></rss>', "file"),
        ("id,title,text\nstory-0,A,They met.\nx,y\nstory-1,B,They met.\nstory-2,C,They met.\n", "file:3"),
        ('id,title,text\nstory-0,A,They met.\nx,"y,z\nstory-1,B,They met.\nstory-2,C,They met.\n', "file:3"),
        (b"id,title,text\nstory-0,A,They met.\nx,y,\xe9\nstory-1,B,They met.\nstory-2,C,They met.\n", "file:3"),
    ],
)
def test_a_broken_article_costs_no_other(value: str | bytes, place: str) -> None:
    """The three articles come out whole, and one problem names the place of the fourth."""
    stories, problems = outcome(value)

    assert stories == ["0", "1", "2"]
    assert [problem.position for problem in problems] == [place]
    assert all(problem.detail for problem in problems)


@pytest.mark.parametrize("broken", ["[", "[" * 1100, '{"a":' * 1100])
def test_xml_that_begins_like_json_is_read(broken: str) -> None:
    """The items of the feed come out, whatever stands in place of its first tag."""
    stories, problems = outcome(f"{broken}feed title='A, b'><title>Feed</title>{''.join(ITEMS)}</feed>")

    assert stories == ["0", "1", "2"]
    assert problems


def test_an_article_after_a_long_line_of_something_else_is_found() -> None:
    """It need not begin in the first bytes that are looked at, nor in a line of its own."""
    stories, problems = outcome(f"{ITEMS[0]}no article{' and' * 50_000} {ITEMS[1]}{ITEMS[2]}")

    assert stories == ["0", "1", "2"]
    assert len(problems) == 1


def test_an_article_that_begins_between_two_reads_of_a_pipe_is_found() -> None:
    """What is read so far of its tag is not passed with the line that it stands in."""

    class Pipe(io.RawIOBase):
        """Gives one byte at a time."""

        rest = f"{ITEMS[0]}no article {ITEMS[1]}{ITEMS[2]}".encode()

        def readable(self) -> bool:
            """Return True: this is a stream to read."""
            return True

        def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
            """Put the next byte into *buffer*."""
            chunk, self.rest = self.rest[:1], self.rest[1:]
            buffer[: len(chunk)] = chunk
            return len(chunk)

    parts = list(split(io.BufferedReader(cast("Any", Pipe()), 1), "file"))

    assert [part.value.decode() for part in parts if isinstance(part, Piece)] == ITEMS


def test_a_cell_that_lost_its_quote_ends_at_the_next() -> None:
    """The rows up to there are its text, as in every reader of tables, and the rows after it are read."""
    joined = 'x,A,"They met.\ny,A,They met.\nThey talked."\n'

    stories, problems = outcome(
        f"id,title,text\n{joined}story-0,A,They met.\nstory-1,A,They met.\nstory-2,A,They met.\n"
    )

    assert stories == ["0", "1", "2"]
    assert not problems


def test_an_item_may_hold_an_article_in_json() -> None:
    """A well-formed item stays one article, whatever its text is about."""
    item = f"<item><guid>story-0</guid><title>A</title><description><![CDATA[\n{GOOD[1]}\n]]></description></item>"

    (part,) = split(item.encode(), "file")

    assert isinstance(part, Piece)
    assert part.value == item.encode()


@pytest.mark.parametrize("value", [b"\x89PNG\r\n\x1a\n\0\0", b"caf\xe9 in Paris", b"%PDF-1.7\n\xe2\xe3"])
def test_what_is_no_text_is_refused(value: bytes) -> None:
    """A picture or a document becomes one problem, not an article."""
    stories, (problem,) = outcome(value)

    assert not stories
    assert problem.reason in (RejectReason.NOT_UTF8, RejectReason.NOT_JSON)


def test_a_file_that_breaks_off_is_read_to_the_break() -> None:
    """The articles before it come out, and the last problem says what happened."""
    stories, problems = outcome(gzip.compress("\n".join([*GOOD, "{}"]).encode())[:-8])

    assert stories == ["0", "1", "2"]
    assert "breaks off" in problems[-1].detail


def zipped(**entries: bytes) -> bytes:
    """Return a zip with *entries*."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, value in entries.items():
            archive.writestr(name, value)
    return file.getvalue()


def test_a_bomb_is_stopped_and_the_rest_of_the_archive_is_read() -> None:
    """An entry that grows a thousandfold is given up long before it is decompressed."""
    stories, problems = outcome(zipped(a=GOOD[0].encode(), bomb=b" " * 300_000_000, c=GOOD[1].encode()))

    assert stories == ["0", "1"]
    assert "decompression bomb" in problems[-1].detail
    assert problems[-1].position == "file/bomb"


@pytest.mark.parametrize("name", [b"\0", b"\0\0/"])
def test_an_entry_without_a_name_costs_no_other(name: bytes) -> None:
    """A damaged name, which ends before its first letter, is reported."""
    value = zipped(a=GOOD[0].encode(), bbb=GOOD[1].encode(), c=GOOD[2].encode())
    begin, _, end = value.rpartition(b"bbb")

    stories, (problem,) = outcome(begin + name.ljust(3, b"b") + end)

    assert stories == ["0", "2"]
    assert problem.position == "file/"


def test_archives_are_unpacked_to_a_limited_depth() -> None:
    """A zip that holds itself would have no end."""
    value = GOOD[0].encode()
    for _ in range(containers.MAX_DEPTH + 1):
        value = zipped(inner=value)

    stories, (problem,) = outcome(value)

    assert not stories
    assert problem.reason is RejectReason.TOO_LARGE


def test_the_name_of_an_entry_cannot_change_the_terminal() -> None:
    """Control characters in it are replaced."""
    (part,) = split(zipped(**{"a\x1b[31m": GOOD[0].encode()}), "file")

    assert part.position == "file/a?[31m:1"


def test_damaged_files_lose_no_whole_article(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    """Some of what `scripts/fuzz_splitting.py` does with a hundred thousand inputs."""
    script = pytestconfig.rootpath / "scripts/fuzz_splitting.py"
    done = subprocess.run(
        [sys.executable, script, "--count", "1000", "--seed", "6"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(pytestconfig.rootpath)},
        capture_output=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr.decode()
