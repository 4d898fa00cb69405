"""Decode bytes to text, and text to JSON or XML, with a reason for everything that cannot be decoded."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

import orjson

from service.contract.reject_reasons import InvalidArticleError, RejectReason

_UTF8_BOM = b"\xef\xbb\xbf"
_UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")

_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?P<lone>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)
"""One escape of a JSON string. Matching all escapes keeps an escaped backslash from starting another."""

_DECLARATION = re.compile(rb"""\s*<\?xml[^>]*?(?:encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["'][^>]*)?\?>""")
_TEXT_DECLARATION = re.compile(r"\A\s*<\?xml\s[^>]*\?>")
_ALLOWED_CODECS = re.compile(r"utf-8|ascii|iso8859-\d+|cp125\d|koi8-[ru]")
"""Codecs, by Python's names, that an XML declaration may name: those of European wires."""
_PROLOG = re.compile(r"\A(?:\s+|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)
_DOCTYPE = re.compile(r"<!DOCTYPE\s+(?:(?:html|nitf|rss)\b[^<>\[\]]*|[\w:.-]+\s*)>", re.IGNORECASE)
"""Document types that declare nothing: a name alone, or the identifiers that are usual in these formats.

They are removed, and the DTD is not fetched.
"""


@dataclass(frozen=True, slots=True)
class Xml:
    """A decoded XML document, without its declaration and without a document type that could define entities."""

    source: str


def decode_bytes(value: bytes) -> object:
    """Return *value* as `Xml` or a JSON value. Raise `InvalidArticleError` if it is neither."""
    return _decode(_text(value))


def decode_text(text: str) -> object:
    """Return *text* as `decode_bytes` does, ignoring the encoding that an XML declaration names."""
    return _decode(_TEXT_DECLARATION.sub("", text.removeprefix("\ufeff"), count=1))


def _decode(text: str) -> object:
    stripped = text.lstrip()
    if not stripped:
        raise InvalidArticleError(RejectReason.EMPTY_TEXT, "the value is empty; a null value would delete the article")
    if stripped.startswith("<"):
        return _xml(stripped)
    if stripped.startswith("\0"):
        raise InvalidArticleError(RejectReason.NOT_JSON, "the value starts with a NUL; send one JSON object")
    return _json(text)


def _text(value: bytes) -> str:
    if value.startswith(_UTF16_BOMS):
        raise InvalidArticleError(RejectReason.NOT_UTF8, "the value is UTF-16; send it as UTF-8")
    value = value.removeprefix(_UTF8_BOM)
    declaration = _DECLARATION.match(value)
    codec = "utf-8"
    if declaration:
        value = value[declaration.end() :]
        codec = _codec((declaration[1] or b"utf-8").decode())
    try:
        return value.decode(codec)
    except UnicodeDecodeError as error:
        detail = f"byte {error.start} ({value[error.start]:#04x}) is not {codec.upper()}; send the value as UTF-8"
        raise InvalidArticleError(RejectReason.NOT_UTF8, detail) from None


def _codec(name: str) -> str:
    try:
        codec = codecs.lookup(name).name
    except LookupError:
        codec = ""
    if not _ALLOWED_CODECS.fullmatch(codec):
        raise InvalidArticleError(RejectReason.NOT_UTF8, f"the XML declares the encoding {name}; send it as UTF-8")
    return codec


def _xml(source: str) -> Xml:
    source = _PROLOG.sub("", source, count=1)
    if named := _DOCTYPE.match(source):
        source = _PROLOG.sub("", source[named.end() :], count=1)
    if source.startswith("<!"):
        detail = "the XML has a document type, which could declare entities; leave it out and write the characters"
        raise InvalidArticleError(RejectReason.UNSAFE_XML, detail)
    return Xml(source)


def _json(source: str) -> object:
    r"""Return the JSON value that *source* holds.

    A lone surrogate (`\ud800`), which some producers write if they cut a text in the middle of an emoji, becomes
    U+FFFD, the replacement character.
    """
    try:
        return orjson.loads(source)
    except orjson.JSONDecodeError as error:
        repaired = _ESCAPE.sub(lambda escape: r"\ufffd" if escape["lone"] else escape[0], source)
        if repaired == source:
            raise _not_json(error) from None
    try:
        return orjson.loads(repaired)
    except orjson.JSONDecodeError as error:
        raise _not_json(error) from None


def _not_json(error: orjson.JSONDecodeError) -> InvalidArticleError:
    position = f"line {error.lineno}, column {error.colno}"
    detail = f"{error.msg.partition(':')[0]} at {position}; send one JSON object, or one XML item"
    return InvalidArticleError(RejectReason.NOT_JSON, detail)
