"""Compressed files and archives: gzip, xz, zip and tar, also inside each other, with limits against bombs."""

from __future__ import annotations

import gzip
import io
import lzma
import shutil
import tarfile
import tempfile
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, cast

from service.contract.reject_reasons import RejectReason
from service.splitting import content
from service.splitting.pieces import Part, Problem
from service.splitting.window import DAMAGE, READ_BYTES, Window

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MAX_DEPTH = 3
"""Archives and compressed files inside each other. A `.tar.gz` in a zip has three."""
_MAX_RATIO = 200
"""Of decompressed to compressed bytes. Text has 3 to 30, a bomb 1,000."""
_FREE_BYTES = 20_000_000
"""Decompressed bytes of an entry to which the ratio does not apply: short texts that repeat compress well."""
_MAX_TOTAL_RATIO = 1_000
_FREE_TOTAL_BYTES = 1_000_000_000
"""The same for all entries of a file together, at all depths: a bomb inside a bomb multiplies its ratio."""
_MAX_XZ_MEMORY_BYTES = 200_000_000
"""A dictionary of xz may take 4 GB. The highest preset, `-9`, needs 65 MB."""
_TAR_MAGIC_END = 262
_MEMORY_BYTES = 16_000_000
"""Kept in memory of a zip that comes by a pipe; the rest goes to a temporary file."""


class BombError(OSError):
    """Raise when an entry has far more decompressed than compressed bytes."""


@dataclass
class _Total:
    """What a file and all that is inside it have been decompressed to."""

    compressed: int = 0
    decompressed: int = 0


class _Rest(io.RawIOBase):
    """A window and all that follows it, as a stream. It counts what is read."""

    def __init__(self, window: Window, total: _Total | None) -> None:
        self._window = window
        self._total = total
        self.count = 0

    def readable(self) -> bool:
        """Return True: this is a stream to read."""
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        """Fill *buffer* and return the number of bytes."""
        if not len(self._window) and not self._window.more() and self._window.damage is not None:
            raise self._window.damage
        chunk = self._window[: len(buffer)]
        self._window.skip(len(chunk))
        buffer[: len(chunk)] = chunk
        self.count += len(chunk)
        if self._total:
            self._total.compressed += len(chunk)
        return len(chunk)


class _Checked(io.RawIOBase):
    """A decompressed stream that breaks off where it becomes a bomb."""

    def __init__(self, stream: IO[bytes], compressed: _Rest | int, total: _Total) -> None:
        self._read = getattr(stream, "read1", stream.read)
        self._compressed = compressed
        self._total = total
        self._count = 0

    def readable(self) -> bool:
        """Return True: this is a stream to read."""
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        """Fill *buffer* and return the number of bytes."""
        chunk = self._read(min(len(buffer), READ_BYTES))
        buffer[: len(chunk)] = chunk
        self._count += len(chunk)
        self._total.decompressed += len(chunk)
        compressed = self._compressed if isinstance(self._compressed, int) else self._compressed.count
        too_much = self._count > _FREE_BYTES + _MAX_RATIO * compressed
        total = self._total
        if too_much or total.decompressed > _FREE_TOTAL_BYTES + _MAX_TOTAL_RATIO * total.compressed:
            detail = f"{self._count:,} bytes from {compressed:,} compressed ones; this looks like a decompression bomb"
            raise BombError(detail)
        return len(chunk)


class _Xz(io.RawIOBase):
    """A decompressed xz file. `lzma.open` has no limit on memory."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._decompressor = _xz_decompressor()

    def readable(self) -> bool:
        """Return True: this is a stream to read."""
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        """Fill *buffer* and return the number of bytes."""
        while True:
            raw = b""
            if self._decompressor.eof:  # another stream may follow, after padding
                raw = self._decompressor.unused_data.lstrip(b"\0") or self._stream.read(READ_BYTES).lstrip(b"\0")
                if not raw:
                    return 0
                self._decompressor = _xz_decompressor()
            elif self._decompressor.needs_input:
                raw = self._stream.read(READ_BYTES)
                if not raw:
                    raise EOFError("the compressed data end before their end mark")
            chunk = self._decompressor.decompress(raw, max_length=len(buffer))
            if chunk:
                buffer[: len(chunk)] = chunk
                return len(chunk)


def _xz_decompressor() -> lzma.LZMADecompressor:
    return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_MAX_XZ_MEMORY_BYTES)


def parts(stream: IO[bytes], name: str) -> Iterator[Part]:
    """Yield the articles in *stream*, whatever it is packed in."""
    yield from _unpacked(Window(stream), name, _Total(), 0, stream)


def _unpacked(window: Window, name: str, total: _Total, depth: int, file: IO[bytes] | None = None) -> Iterator[Part]:
    """Yield the articles in *window*; *file* is its stream if no more than the window was read of it."""
    while len(window) < _TAR_MAGIC_END and b"\n" not in window[:] and window.more():
        pass
    unpack = next((unpack for magic, at, unpack in _KINDS if window[at : at + len(magic)] == magic), None)
    if unpack is None:
        yield from content.articles(window, name)
    elif depth == MAX_DEPTH:
        detail = f"more than {MAX_DEPTH} archives or compressed files are inside each other; unpack it"
        yield Problem(name, RejectReason.TOO_LARGE, detail)
    else:
        try:
            yield from unpack(window, name, total, depth, file)
        except _ARCHIVE_DAMAGE as damage:
            yield Problem(name, RejectReason.NOT_JSON, f"the archive cannot be read on: {content.describe(damage)}")


_ARCHIVE_DAMAGE = (*DAMAGE, NotImplementedError, RuntimeError, ValueError, OverflowError)
"""What zipfile and tarfile raise for damaged headers, besides."""


def _decompress(
    decompressor: Callable[[IO[bytes]], IO[bytes]], window: Window, name: str, total: _Total, depth: int
) -> Iterator[Part]:
    rest = _Rest(window, None if depth else total)
    checked = _Checked(decompressor(cast("IO[bytes]", io.BufferedReader(rest))), rest, total)
    yield from _unpacked(_window(checked), name, total, depth + 1)


def _gunzip(window: Window, name: str, total: _Total, depth: int, _file: IO[bytes] | None) -> Iterator[Part]:
    yield from _decompress(lambda stream: cast("IO[bytes]", gzip.GzipFile(fileobj=stream)), window, name, total, depth)


def _unxz(window: Window, name: str, total: _Total, depth: int, _file: IO[bytes] | None) -> Iterator[Part]:
    yield from _decompress(lambda stream: cast("IO[bytes]", io.BufferedReader(_Xz(stream))), window, name, total, depth)


def _untar(window: Window, name: str, total: _Total, depth: int, _file: IO[bytes] | None) -> Iterator[Part]:
    stream = cast("IO[bytes]", io.BufferedReader(_Rest(window, None if depth else total)))
    with tarfile.open(fileobj=stream, mode="r|", bufsize=tarfile.BLOCKSIZE) as archive:  # a break loses one block
        for member in archive:
            entry = archive.extractfile(member) if member.isreg() and not _is_hidden(member.name) else None
            if entry is not None:
                yield from _unpacked(Window(entry), _entry_name(name, member.name), total, depth + 1)


def _unzip(window: Window, name: str, total: _Total, depth: int, file: IO[bytes] | None) -> Iterator[Part]:
    with _seekable(window, file) as stream, zipfile.ZipFile(stream) as archive:
        size = stream.seek(0, io.SEEK_END)
        total.compressed += 0 if depth else size
        for info in archive.infolist():
            # not is_dir(), which fails if the name is empty: a NUL ends it, and damaged names begin with one
            if info.filename.endswith("/") or _is_hidden(info.filename):
                continue
            entry_name = _entry_name(name, info.filename)
            if info.flag_bits & 1 or info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                how = "encrypted" if info.flag_bits & 1 else "not compressed by deflate"
                yield Problem(entry_name, RejectReason.NOT_JSON, f"the entry is {how}; unpack it")
                continue
            try:
                with archive.open(info) as entry:
                    checked = _Checked(entry, min(info.compress_size, size), total)
                    yield from _unpacked(_window(checked), entry_name, total, depth + 1)
            except _ARCHIVE_DAMAGE as damage:
                detail = f"the entry cannot be read: {content.describe(damage)}"
                yield Problem(entry_name, RejectReason.NOT_JSON, detail)


_KINDS = (
    (b"\x1f\x8b", 0, _gunzip),
    (b"\xfd7zXZ\0", 0, _unxz),
    (b"PK\x03\x04", 0, _unzip),
    (b"ustar", 257, _untar),
)
"""The bytes by which each kind is known, where they stand, and what takes it apart."""


@contextmanager
def _seekable(window: Window, file: IO[bytes] | None) -> Iterator[IO[bytes]]:
    """Yield all of *window* as a file in which a zip can look up its directory, at the end."""
    if file is not None and file.seekable():
        file.seek(0)
        yield file
        return
    with tempfile.SpooledTemporaryFile(_MEMORY_BYTES) as copy:
        shutil.copyfileobj(_Rest(window, None), copy, READ_BYTES)
        yield cast("IO[bytes]", copy)


def _window(stream: io.RawIOBase) -> Window:
    return Window(cast("IO[bytes]", io.BufferedReader(stream)))


def _is_hidden(path: str) -> bool:
    """Return whether *path* is what an operating system adds to archives."""
    return any(part.startswith((".", "__MACOSX")) and part not in (".", "..") for part in path.split("/"))


def _entry_name(name: str, entry: str) -> str:
    """Return the name of *entry* for messages, without characters that would change the terminal."""
    return f"{name}/" + "".join(character if character.isprintable() else "?" for character in entry)
