"""What reading documents and reading feeds have in common: tags, sections and limits of XML."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from service.contract.reject_reasons import InvalidArticleError
from service.splitting.pieces import MAX_ARTICLE_BYTES
from service.wire import decode

if TYPE_CHECKING:
    from service.splitting.window import Window

ITEM_OF_FEED = {b"rss": b"item", b"RDF": b"item", b"feed": b"entry", b"newsMessage": b"newsItem"}
"""Names of the items by the root element, both without prefix."""
ITEM = re.compile(rb"<(?:[\w.-]+:)?(?:rss|RDF|feed|newsMessage|newsItem|item|entry)(?=[\s/>])")
"""The begin of a feed or of an item."""
ITEM_END = re.compile(rb"</(?:[\w.-]+:)?(?:newsItem|item|entry)\s*>")
CLOSE_OF = {b"<?": b"?>", b"<!--": b"-->", b"<![CDATA[": b"]]>"}
MAX_HEAD_BYTES = 65_536
"""Kept of what stands before the first item. Real ones have a few hundred bytes."""
TAIL_BYTES = 1024
"""Looked at again when more is read: a tag that is longer is not one of those sought."""
NOT_CLOSED = "the item is not closed; send well-formed XML"


def find(window: Window, sought: bytes, start: int) -> int | None:
    """Return the index after *sought*, or None if it does not come within the limit."""
    at = start
    while (found := window.find(sought, at)) < 0:
        at = max(start, len(window) - len(sought))
        if len(window) > MAX_ARTICLE_BYTES or not window.more():
            return None
    return found + len(sought)


def is_well_formed(raw: bytes) -> bool:
    """Return whether *raw* is one well-formed document."""
    from service.wire import xml  # noqa: PLC0415 - articles in JSON need not wait for it

    try:
        content = decode.decode_bytes(raw)
        return isinstance(content, decode.Xml) and xml.parse(content.source) is not None
    except InvalidArticleError:
        return False
