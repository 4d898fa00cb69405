"""Recognise captions of pictures by how they begin, or by the credit with which they end."""

from __future__ import annotations

import re

from service.enrich.boilerplate.boilerplate_phrases import any_of, any_word_of, phrases

MAX_CAPTION_CODE_POINTS = 450
"""Code points of the longest caption. The longest agency captions have four sentences."""
MAX_CREDIT_CODE_POINTS = 70
"""Code points of the longest credit: two names and two agencies."""

_AGENCY = any_word_of(phrases().agencies)
_NAMES = rf"[A-Z][^\n()/|:;?!]{{0,{MAX_CREDIT_CODE_POINTS}}}"
_OWNERS = rf"{_AGENCY}(?: ?[/,] ?(?:{_AGENCY}|File|file|Pool|via [A-Z][\w ]+))*(?: [Pp]hoto| [Ii]mages)?"
_PHOTO = r"(?:AP |AFP |Reuters |Pool |[Ff]ile )?(?:PHOTO|[Pp]hoto|[Pp]hotograph|[Pp]hotographer|[Pp]icture|[Ii]mage)s?"
_CREDITS = (
    rf"{_PHOTO}(?: [Cc]redit)?(?: by | ?[:/|] ?)(?:[Cc]ourtesy of )?{_NAMES}(?: ?/ ?[A-Z][\w .,&-]{{1,40}})*",
    rf"REUTERS/{_NAMES}(?:/[Ff]ile [Pp]hoto)?",
    rf"[A-Z][\w'\u2019.-]*(?: [A-Z][\w'\u2019.-]*){{0,4}} ?(?:/|—|--) ?{_OWNERS}",
    rf"(?:AP|AFP) Photo/{_NAMES}",
    rf"{_OWNERS}",
)
_IN_BRACKETS = re.compile(
    rf"\((?:{'|'.join(_CREDITS)}|[A-Z][\w'\u2019.-]+(?: [A-Z][\w'\u2019.-]*){{1,3}}, {_AGENCY})\)"
)
_AT_END = re.compile(rf"(?:(?<=[.!?”\"\u2019)|] )|^)(?:{'|'.join(_CREDITS)}) ?$")
_OPENER = re.compile(any_of(phrases().openers))
_GALLERY = re.compile(r"(?:Hide Caption|Photos?:|(?:—|/)(?:AP|AFP|Reuters|Getty Images)\b)")
_SIGNS = ("hoto", "HOTO", "icture", "Image", "/", "—", "--", "Getty", "Hide Caption", ", AP)", "Shutterstock")
"""One of these is in every credit that is looked for."""
MIN_GALLERY_CREDITS = 4
"""Credits, or labels of pictures, on one line that make it a gallery."""
MAX_CODE_POINTS_PER_CREDIT = 600
"""Code points of a gallery per credit."""


def is_caption(line: str) -> bool:
    """Report whether *line* is a caption with its credit, a credit alone, or the captions of a gallery."""
    if _may_be_credit(line):
        if len(line) <= MAX_CAPTION_CODE_POINTS and (_AT_END.search(line) or _ends_in_brackets(line)):
            return True
        count = sum(1 for _ in _GALLERY.finditer(line))
        if count >= MIN_GALLERY_CREDITS and len(line) <= count * MAX_CODE_POINTS_PER_CREDIT:
            return True
    return len(line) <= MAX_CAPTION_CODE_POINTS and _OPENER.match(line) is not None


def credits_inside(line: str) -> list[tuple[int, int]]:
    """Return the credits in brackets inside *line*, which a caption left in the text."""
    if not _may_be_credit(line):
        return []
    return [match.span() for match in _IN_BRACKETS.finditer(line) if _is_credit(match[0])]


def _ends_in_brackets(line: str) -> bool:
    last = line.rfind("(")
    match = _IN_BRACKETS.fullmatch(line, last) if last >= 0 else None
    return match is not None and (last == 0 or _is_credit(match[0]))


def _is_credit(words: str) -> bool:
    """Report whether *words* in brackets name a picture or two owners; `(Reuters)` alone also stands in datelines."""
    return "/" in words or "—" in words or re.search(r"hoto|PHOTO|icture|Images|Shutterstock|, AP\)", words) is not None


def _may_be_credit(line: str) -> bool:
    return line.startswith("(") or any(sign in line for sign in _SIGNS)
