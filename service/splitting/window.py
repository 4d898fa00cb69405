"""The part of a stream that is looked at, so that an input of any length needs bounded memory."""

from __future__ import annotations

import lzma
import re
import tarfile
import zipfile
import zlib
from typing import IO

READ_BYTES = 65_536
DAMAGE = (OSError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, tarfile.TarError)
"""What reading raises if a file cannot be read or its compressed data are damaged. A bad checksum is an OSError."""
_NOT_SPACE = re.compile(rb"[^ \t\r\n]")
_NOT_BREAK = re.compile(rb"[^\r\n]")
_NOT_SEPARATOR = re.compile(rb"[^ \t\r\n,\x1e]")
"""Beside space: commas of a list whose bracket was lost, and the separator of JSON text sequences (RFC 7464)."""


class Window:
    """Bytes of a stream. Indexes count from the first byte that is not yet passed.

    A stream that breaks off is read to the break; `damage` then says why.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        # read1 returns what a pipe has. A record must not wait for the article after it.
        self._read = getattr(stream, "read1", stream.read)
        self._data = b""
        self._start = 0
        self._at_end = False
        self.line = 1
        """Number of the line of the first byte."""
        self.damage: Exception | None = None

    def __len__(self) -> int:
        return len(self._data) - self._start

    def __getitem__(self, part: slice) -> bytes:
        stop = len(self._data) if part.stop is None else self._start + part.stop
        return self._data[self._start + (part.start or 0) : stop]

    def more(self) -> bool:
        """Look at more of the stream. Return whether there was more.

        As much is read as is held, so that what is scanned again after each call costs little in all.
        """
        if self._at_end:
            return False
        try:
            chunk = self._read(max(READ_BYTES, len(self)))
        except DAMAGE as damage:
            self.damage = damage
            chunk = b""
        self._at_end = not chunk
        self._data = self._data[self._start :] + chunk
        self._start = 0
        return bool(chunk)

    def fill(self, count: int) -> bool:
        """Look at *count* bytes. Return whether the stream has as many."""
        while len(self) < count:
            if not self.more():
                return False
        return True

    def skip(self, count: int) -> None:
        """Pass the first *count* bytes."""
        end = min(self._start + count, len(self._data))
        self.line += self._data.count(b"\n", self._start, end)
        self._start = end

    def search(self, pattern: re.Pattern[bytes], start: int = 0) -> re.Match[bytes] | None:
        """Return the first match of *pattern* from *start* on, in what is looked at. See `span`."""
        return pattern.search(self._data, self._start + start)

    def match(self, pattern: re.Pattern[bytes], start: int = 0) -> re.Match[bytes] | None:
        """Return the match of *pattern* at *start*. See `span`."""
        return pattern.match(self._data, self._start + start)

    def span(self, match: re.Match[bytes]) -> tuple[int, int]:
        """Return start and end of *match* as indexes. They are valid until the next call of `more`."""
        return match.start() - self._start, match.end() - self._start

    def find(self, sought: bytes, start: int = 0) -> int:
        """Return the index of *sought* in what is looked at, or -1."""
        found = self._data.find(sought, self._start + start)
        return found if found < 0 else found - self._start

    def skip_space(self) -> bool:
        """Pass space and separators. Return whether anything follows."""
        return self._skip_to(_NOT_SEPARATOR)

    def skip_blank_lines(self) -> bool:
        """Pass line breaks. Return whether anything follows."""
        return self._skip_to(_NOT_BREAK)

    def _skip_to(self, pattern: re.Pattern[bytes]) -> bool:
        while True:
            found = self.search(pattern)
            self.skip(self.span(found)[0] if found else len(self))
            if found:
                return True
            if not self.more():
                return False

    def space_end(self, start: int) -> int:
        """Return the index at which the space from *start* on ends, or *start* if it does not end soon."""
        while True:
            found = self.search(_NOT_SPACE, start)
            if found:
                return self.span(found)[0]
            if len(self) - start > READ_BYTES or not self.more():
                return len(self)

    def line_end(self, limit: int) -> int | None:
        """Return the index after the first line break, or the end of the stream; None if *limit* comes before it."""
        start = 0
        while True:
            found = self.find(b"\n", start)
            if found >= 0:
                return found + 1 if found < limit else None
            start = len(self)
            if start > limit:
                return None
            if not self.more():
                return start

    def skip_line(self) -> None:
        """Pass the rest of the line, of whatever length."""
        while (found := self.find(b"\n")) < 0:
            self.skip(len(self))
            if not self.more():
                return
        self.skip(found + 1)
