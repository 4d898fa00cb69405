"""Read the language that an article states, and write its code as BCP 47 does: "rum" and "mo" are `ro`."""

from __future__ import annotations

import re
from importlib.resources import files

_TAG = re.compile(r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$")
"""The part of BCP 47 that matters here: a language and subtags."""
_ROWS = (files("service.wire") / "data" / "language_codes.tsv").read_text("utf-8").splitlines()
_CODES = dict(row.split("\t") for row in _ROWS if not row.startswith("#"))


def canonical(tag: str | None) -> str | None:
    """Return *tag* with the code that BCP 47 has for its language. For anything else ("English", "n/a") return None."""
    tag = tag.replace("_", "-") if tag else ""
    if not _TAG.match(tag) or tag.lower() == "und":
        return None
    language, hyphen, subtags = tag.partition("-")
    return f"{_CODES.get(language.lower(), language)}{hyphen}{subtags}"
