"""Clean text: remove markup and repair what transport did to it.

Everything that changes the length of a text happens here, before the first offset is counted. Text that needs no
repair is returned unchanged, double spaces included, so that offsets that a producer holds stay valid.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

import ftfy

from service.wire import html_text

if TYPE_CHECKING:
    from collections.abc import Callable

_FTFY = ftfy.TextFixerConfig(unescape_html=False, uncurl_quotes=False)
"""Quotes stay as the author wrote them. Entities are unescaped here, because ftfy leaves them if it sees a `<`."""

_AMPERSANDS = re.compile(r"&(?:amp;|#0*38;|#[xX]0*26;)+", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")

_CONTROLS = re.compile(r"\x1b\[[0-9;]*m|[\x00-\x08\x0e-\x1f\x7f]")
_INVISIBLE = re.compile(
    "["
    "\x00-\x08\x0e-\x1f\x7f-\x9f"  # control characters except tab and line breaks
    "\u00ad\u180e\u200b\u2060-\u2064\ufeff"  # soft hyphen, zero-width space, joiners of words, byte order mark
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f"  # marks of the writing direction
    "\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f"  # annotations, noncharacters, invisible tags
    "\ud800-\udfff"  # surrogates, which are not characters
    "]"
)
_ODD_SPACE = re.compile("[\t\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_BREAKS = re.compile("\r\n|[\r\x0b\x0c]")
_LINE_END = re.compile(r"(?<! ) ++\n")
_MANY_BREAKS = re.compile(r"\n{3,}")

_MAX_LAYERS = 8
"""Layers of escaping that are removed. Real feeds have up to three."""


def clean(text: str) -> str:
    """Return *text* without markup, mojibake, control and invisible characters. Cleaning it again changes nothing.

    Paragraphs that the text marks (by HTML or blank lines) are separated by a blank line. All spaces are plain ones.
    """
    return _until_stable(_clean_once, text)


def clean_line(text: str) -> str:
    """Return *text* cleaned and on one line, for headlines and names."""
    return _until_stable(lambda line: " ".join(_clean_once(line).split()), text)


def clean_identifier(text: str) -> str:
    """Return *text* without control and invisible characters and surrounding spaces, for ids and addresses."""
    return " ".join(_INVISIBLE.sub("", text).split())


def _until_stable(clean_once: Callable[[str], str], text: str) -> str:
    for _ in range(_MAX_LAYERS):
        cleaned = clean_once(text)
        if cleaned == text:
            break
        text = cleaned
    return text


def _clean_once(text: str) -> str:
    text = _AMPERSANDS.sub("&", _CONTROLS.sub("", _BREAKS.sub("\n", text)))
    if html_text.is_html(text):
        text = html_text.to_text(text)
    elif "&" in text:
        text = _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)
    # ftfy runs before invisible characters are removed: mojibake contains controls, soft hyphens and no-break spaces.
    if not text.isascii():
        text = ftfy.fix_text(text, _FTFY)
    text = _ODD_SPACE.sub(" ", _INVISIBLE.sub("", text))
    return _MANY_BREAKS.sub("\n\n", _LINE_END.sub("\n", text)).strip()
