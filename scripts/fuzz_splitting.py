"""Split 100,000 damaged files and streams, and count what came of their articles.

    python scripts/fuzz_splitting.py [--count 100000] [--seed 0]

Each input has one to six articles in one of the forms that `service.splitting` reads, with random damage: bytes
changed, pieces cut, repeated or inserted. An article of which no byte is damaged stands whole, so it must come out,
alone in its piece. Not counted are articles that the damage puts inside a comment, a CDATA section or a quoted cell,
tables whose header is damaged, and compressed data that are damaged themselves.
The exit code is 1 if an input raised an exception, needed more than two seconds, or lost an article; such an input is
written to `fuzz-N.bin`.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import json
import lzma
import random
import re
import sys
import tarfile
import time
import traceback
import zipfile
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from service import wire
from service.contract.reject_reasons import InvalidArticleError
from service.splitting import Piece, split

if TYPE_CHECKING:
    from collections.abc import Callable

HANG_SECONDS = 2.0  # of CPU time
"""An undamaged input needs about one millisecond."""
WORDS = ["talks", "bridge", "border", "minister", "vote", "river", "“naïve”", "a,b;", "<p>", "&", "\\", "\n"]

# fmt: off
DAMAGE = [
    b"\x00", b"\xff", b"\xed\xa0\x80", b"\\ud800", b'"', b"'", b"\\", b"{", b"}", b"[", b"]", b",", b":", b"\n", b"\t",
    b"\r\n", b"&", b"<", b">", b"</", b"/>", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"<?", b"<item>", b"</item>",
    b"<entry", b"</rss>", b"</channel>", b"<!DOCTYPE x [<!ENTITY a 'b'>]>", b"[" * 1100, b'{"a":' * 1100, b'""' * 50,
    b" " * 500, b"null", b'"articles": [',
]
# fmt: on


@dataclass
class Sample:
    """An input that is not damaged yet, and where each of its articles stands."""

    form: str
    value: bytes
    spans: list[tuple[int, int]] = field(default_factory=list)
    """Empty for compressed data, of which no part can be damaged alone."""


def _text(rng: random.Random) -> str:
    return " ".join(rng.choices(WORDS, k=rng.randint(3, 40)))


def _row(rng: random.Random, number: int) -> dict[str, str]:
    shape = rng.choice(
        [("headline", "body", "published_at"), ("title", "content", "publishedAt"), ("title", "text", "date")]
    )
    values = ("A headline", _text(rng), "2022-05-04T09:30:00Z")
    return {"id": f"article-{number}-", **dict(zip(shape, values, strict=True))}


def _joined(form: str, start: str, parts: list[str], between: str, end: str) -> Sample:
    """Return the sample of *parts*, and the place of each."""
    value = bytearray(start.encode())
    spans = []
    for index, part in enumerate(parts):
        value += between.encode() if index else b""
        spans.append((len(value), len(value) + len(part.encode())))
        value += part.encode()
    return Sample(form, bytes(value + end.encode()), spans)


def _json_parts(rng: random.Random, count: int) -> list[str]:
    indent = rng.choice([None, None, 2])
    return [json.dumps(_row(rng, number), ensure_ascii=False, indent=indent) for number in range(count)]


def _json(rng: random.Random, count: int) -> Sample:
    form, start, between, end = rng.choice(
        [
            ("values", "", "\n", "\n"),
            ("list", "[", ", ", "]"),
            ("list", "[\n", ",\n", "\n]\n"),
            ("answer", '{"status": "ok", "articles": [', ", ", "]}"),
            ("answer", '{"response": {"total": 9, "results": [\n', ",\n", '\n], "pages": 1}}\n'),
            ("feed", '{"version": "https://jsonfeed.org/version/1.1", "title": "Feed", "items": [', ",", "]}"),
        ]
    )
    return _joined(form, start, _json_parts(rng, count), between, end)


def _lines(rng: random.Random, count: int) -> Sample:
    parts = [json.dumps(_row(rng, number)) for number in range(count)]
    return _joined("lines", "", parts, "\n", "\n")


def _rss(rng: random.Random, count: int) -> Sample:
    parts = []
    for number in range(count):
        text = _text(rng)
        escaped = text.replace("&", "&amp;").replace("<", "&lt;")
        body = rng.choice([escaped, f"<![CDATA[{text}]]>"])
        parts.append(f"<item><guid>article-{number}-</guid><title>A</title><description>{body}</description></item>")
    start = '<?xml version="1.0"?>\n<rss version="2.0"><channel><title>Feed</title><link>https://feed.example</link>'
    return _joined("rss", start, parts, rng.choice(["", "\n"]), "</channel></rss>\n")


def _atom(rng: random.Random, count: int) -> Sample:
    parts = [
        f"<entry><id>article-{number}-</id><title>A</title><content>{_text(rng).replace('&', '&amp;').replace('<', '')}"
        "</content></entry>"
        for number in range(count)
    ]
    start = '<feed xmlns="http://www.w3.org/2005/Atom"><title>Feed</title>'
    return _joined("atom", start, parts, "\n", "</feed>")


def _table(rng: random.Random, count: int) -> Sample:
    delimiter = rng.choice([",", "\t", ";"])

    def line(cells: list[str]) -> str:
        text = io.StringIO()
        csv.writer(text, delimiter=delimiter, lineterminator="\n").writerow(cells)
        return text.getvalue().removesuffix("\n")

    parts = [line([f"article-{number}-", "A headline", _text(rng), "2022-05-04"]) for number in range(count)]
    return _joined("table", line(["id", "title", "text", "date"]) + "\n", parts, "\n", "\n")


PLAIN: list[Callable[[random.Random, int], Sample]] = [_json, _json, _lines, _lines, _rss, _rss, _atom, _table]


def _zip(value: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(zipfile.ZipInfo("inner"), value, zipfile.ZIP_DEFLATED)  # the default date, not today's
    return file.getvalue()


def _tar(value: bytes) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        entry = tarfile.TarInfo("inner")
        entry.size = len(value)
        archive.addfile(entry, io.BytesIO(value))
    return file.getvalue()


PACKERS: list[Callable[[bytes], bytes]] = [
    partial(gzip.compress, mtime=0),
    partial(lzma.compress, preset=0),
    _zip,
    _tar,
]


class _Trickle(io.RawIOBase):
    """A stream that gives a few bytes at a time, as a slow pipe does."""

    def __init__(self, value: bytes, rng: random.Random) -> None:
        self._rest = value
        self._rng = rng

    def readable(self) -> bool:
        """Return True: this is a stream to read."""
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        """Put some bytes into *buffer* and return how many."""
        count = min(len(buffer), len(self._rest), self._rng.randint(1, 200))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count


def _damage(rng: random.Random, sample: Sample) -> tuple[bytes, set[int], int]:
    """Return the damaged value, the numbers of the articles that still stand whole, and where the damage begins.

    What stands beside an article (a comma, a line break) belongs to it if it is damaged.
    """
    value = sample.value
    whole = set(range(len(sample.spans)))
    first = len(value)
    for position in sorted((rng.randint(0, len(value)) for _ in range(rng.randint(0, 3))), reverse=True):
        end = min(first, position + rng.choice([0, 0, 1, 4, 30]))
        new = rng.choice(
            [b"", rng.choice(DAMAGE), rng.choice(DAMAGE), rng.randbytes(rng.randint(1, 6)), value[position:end] * 2]
        )
        value = value[:position] + new + value[end:]
        whole -= {
            number for number, (start, stop) in enumerate(sample.spans) if position <= stop + 2 and end >= start - 2
        }
        first = position
    return value, whole, first


_CELL = rb'(?:"[^"]*+(?:""[^"]*+)*+"|(?!")[^\r\n%b]*+)'  # of RFC 4180, by its delimiter
_SECTION = re.compile(rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|<!DOCTYPE.*", re.DOTALL)


def _excused(sample: Sample, value: bytes, number: int, first: int) -> bool:
    """Return whether the damage hides the article although it stands whole."""
    at = value.find(b"article-%d-" % number)
    if sample.form == "table":
        delimiter = sample.value.removeprefix(b"id")[:1]
        if first <= sample.spans[0][0]:
            return True
        # If a quote is lost, a quoted cell may go on to a quote of a later row. If that ends the cell, and the row has
        # all its columns, no reader can know that the lines inside the cell were rows.
        row = b"^" + delimiter.join([_CELL % delimiter] * 4) + rb"(?=[\r\n]|\Z)"
        return any(match.start() < at < match.end() for match in re.finditer(row, value, re.MULTILINE))
    if sample.form in ("rss", "atom"):
        return any(match.start() < at < match.end() for match in _SECTION.finditer(value))
    return False


def _lost(sample: Sample, value: bytes, whole: set[int], first: int, pieces: list[Piece]) -> list[int]:
    """Return the numbers of the articles that stand whole and did not come out alone."""
    found = [set(re.findall(rb"article-\d+-", piece.value)) for piece in pieces]
    alone = {name for names in found if len(names) == 1 for name in names}
    return [
        number
        for number in sorted(whole)
        if b"article-%d-" % number not in alone and not _excused(sample, value, number, first)
    ]


def main() -> int:
    """Run the fuzzer, print the outcomes and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    rng = random.Random(options.seed)  # noqa: S311 - not a secret; equal seeds give equal inputs
    outcomes: Counter[str] = Counter()
    failures = 0
    slowest = 0.0
    for number in range(options.count):
        sample = rng.choice(PLAIN)(rng, rng.randint(1, 6))
        value, whole, first = _damage(rng, sample)
        plain = value
        if rng.random() < 0.2:  # noqa: PLR2004 - a fifth of the inputs is packed
            value = rng.choice(PACKERS)(value)
            if rng.random() < 0.5:  # noqa: PLR2004 - half of these is damaged once more, anywhere
                value, _, _ = _damage(rng, Sample("packed", value))
                whole = set()
        started = time.process_time()
        problem = ""
        try:
            slow = cast("IO[bytes]", io.BufferedReader(_Trickle(value, random.Random(number)), 200))  # noqa: S311 - as above
            parts = list(split(slow if number % 2 else value, "input"))
            pieces = [part for part in parts if isinstance(part, Piece)]
            outcomes["pieces"] += len(pieces)
            outcomes["problems"] += len(parts) - len(pieces)
            lost = _lost(sample, plain, whole, first, pieces)
            outcomes["articles that stood whole"] += len(whole)
            problem = f"lost articles {lost} of {sample.form}" if lost else ""
            for piece in pieces:
                _read(piece, outcomes)
        except Exception:  # noqa: BLE001 - finding unexpected exceptions is the purpose
            problem = traceback.format_exc()
        seconds = time.process_time() - started
        slowest = max(slowest, seconds)
        if seconds > HANG_SECONDS:
            problem = f"needed {seconds:.1f} s"
        if problem:
            failures += 1
            Path(f"fuzz-{number}.bin").write_bytes(value)
            print(f"input {number}: {problem}", file=sys.stderr)
    for outcome, count in outcomes.most_common():
        print(f"{count:8,}  {outcome}")
    print(f"{options.count:8,}  inputs; {failures} failed; the slowest needed {slowest * 1000:.0f} ms")
    return 1 if failures else 0


def _read(piece: Piece, outcomes: Counter[str]) -> None:
    try:
        wire.identify(piece.value, {})
    except InvalidArticleError:
        outcomes["pieces in no format"] += 1


if __name__ == "__main__":
    sys.exit(main())
