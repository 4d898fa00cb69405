"""Bytes → text → JSON, with a reason for whatever stands in the way."""

from __future__ import annotations

import re

import orjson

from service.records import InvalidArticle, RejectReason

_UTF8_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")

_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?P<lone>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)
"""One escape of a JSON string, so that the backslash of an escaped backslash starts none."""


def text(value: bytes) -> str:
    """Return *value* read as UTF-8, without its byte order mark. Raises `InvalidArticle`, `not_utf8`."""
    if value.startswith(_UTF16_MARKS):
        raise InvalidArticle(RejectReason.NOT_UTF8, "the value is UTF-16; send it as UTF-8")
    try:
        return value.removeprefix(_UTF8_MARK).decode()
    except UnicodeDecodeError as error:
        detail = f"byte {error.start} ({value[error.start]:#04x}) is not UTF-8; send the value as UTF-8"
        raise InvalidArticle(RejectReason.NOT_UTF8, detail) from None


def json(source: str) -> object:
    r"""Return the JSON value that *source* holds. Raises `InvalidArticle`, `not_json`.

    A lone surrogate (`\ud800`), which some producers write where they cut a text in the middle of an emoji, is read as
    U+FFFD, the replacement character.
    """
    try:
        return orjson.loads(source)
    except orjson.JSONDecodeError as error:
        mended = _ESCAPE.sub(lambda escape: r"\ufffd" if escape["lone"] else escape[0], source)
        if mended == source:
            raise _not_json(error) from None
    try:
        return orjson.loads(mended)
    except orjson.JSONDecodeError as error:
        raise _not_json(error) from None


def _not_json(error: orjson.JSONDecodeError) -> InvalidArticle:
    where = f"line {error.lineno}, column {error.colno}"
    return InvalidArticle(RejectReason.NOT_JSON, f"{error.msg.partition(':')[0]} at {where}; send one JSON object")
