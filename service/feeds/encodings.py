"""Turn the body of a feed into UTF-8, whatever the server and the document say about its encoding."""

from __future__ import annotations

import codecs
import re

from service.errors import FeedError

_BOMS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_DECLARATION = re.compile(rb"""\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_TEXT_DECLARATION = re.compile(r"\A\s*<\?xml\s[^>]*\?>")
_TEXT_CODECS = re.compile(r"utf[-_]|ascii|iso8859|cp\d|koi8|mac|gb|big5|hz|euc|iso2022|shift_jis|tis")
"""Python's names of codecs for text. It has others: `zlib` would open a bomb, `punycode` takes quadratic time."""


def to_utf8(body: bytes, charset: str | None) -> bytes:
    """Return *body* in UTF-8, without an XML declaration. Raise `FeedError` if no encoding fits.

    A byte order mark decides. Without one, text that is valid UTF-8 is UTF-8: servers send `charset=iso-8859-1` with
    everything, but other text is almost never valid UTF-8 by chance. Then the XML declaration is believed, and last
    *charset*, which the server states.
    """
    declared = _DECLARATION.match(body)
    for mark, codec in _BOMS.items():
        if body.startswith(mark):
            names = [codec]
            break
    else:
        names = ["utf-8", declared[1].decode() if declared else "", charset or ""]
    for name in names:
        text = _decoded(body, name)
        if text is not None:
            return _TEXT_DECLARATION.sub("", text.removeprefix("\ufeff"), count=1).encode()
    tried = ", ".join(dict.fromkeys(name for name in names if name))
    raise FeedError("not_a_feed", f"the text is not in the encoding that it should have (tried {tried})")


def _decoded(body: bytes, name: str) -> str | None:
    try:
        codec = codecs.lookup(name)
        return body.decode(codec.name) if _TEXT_CODECS.match(codec.name) else None
    except (LookupError, UnicodeError):
        return None
