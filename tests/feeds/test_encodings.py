"""The text of a feed is read in the right encoding, whatever the server says."""

from __future__ import annotations

import codecs

import pytest

from service.errors import FeedError
from service.feeds.encodings import to_utf8

TEXT = "<rss><title>Știri și vești din Győr: „acum”</title></rss>"
CENTRAL_EUROPEAN = "<rss><title>Győr és Pécs</title></rss>"


@pytest.mark.parametrize("charset", [None, "utf-8", "iso-8859-1", "us-ascii", "nonsense"])
def test_utf8_is_recognised_whatever_the_server_says(charset: str | None) -> None:
    """Many servers add `charset=iso-8859-1` to everything."""
    assert to_utf8(TEXT.encode(), charset) == TEXT.encode()


@pytest.mark.parametrize("mark", [codecs.BOM_UTF8, b""])
def test_the_declaration_is_left_out(mark: bytes) -> None:
    """It would be wrong afterwards. A byte order mark goes too."""
    assert to_utf8(mark + b'<?xml version="1.0" encoding="utf-8"?>' + TEXT.encode(), None) == TEXT.encode()


def test_a_declared_encoding_is_believed() -> None:
    """The publisher's own statement comes before the server's."""
    body = '<?xml version="1.0" encoding="windows-1250"?>' + CENTRAL_EUROPEAN

    assert to_utf8(body.encode("cp1250"), "iso-8859-1") == CENTRAL_EUROPEAN.encode()


def test_the_server_is_believed_last() -> None:
    """If the document says nothing, the server's statement is all there is."""
    assert to_utf8(CENTRAL_EUROPEAN.encode("cp1250"), "windows-1250") == CENTRAL_EUROPEAN.encode()


@pytest.mark.parametrize("codec", ["utf-16", "utf-8-sig"])
def test_a_byte_order_mark_decides(codec: str) -> None:
    """UTF-16 is read too, though Kafka's messages are UTF-8."""
    assert to_utf8(TEXT.encode(codec), "iso-8859-1") == TEXT.encode()


@pytest.mark.parametrize("name", ["zlib_codec", "rot13", "punycode", "idna", "unicode_escape", "no-such"])
def test_other_codecs_of_python_are_not_used(name: str) -> None:
    """A server could choose one that unpacks a bomb."""
    with pytest.raises(FeedError, match="not in the encoding that it should have"):
        to_utf8(b"\xff\x00", name)
