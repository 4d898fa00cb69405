"""The service's own JSON: the members of `RawArticle` under their own names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.contract.raw_article import RawArticle

if TYPE_CHECKING:
    from collections.abc import Mapping

    from service.wire.article import Fields


def fields(row: Mapping[str, object]) -> Fields:
    """Return *row* unchanged."""
    return row


_MIN_TEXT_CHARACTERS = 200
"""From this length on, an unknown member is text. Codes, names and addresses are shorter."""
_MAX_NAMES = 5
_MAX_NAME_CHARACTERS = 40


def unread(row: Mapping[str, object]) -> tuple[str, ...]:
    """Return the names of up to five members of *row* that hold text and are not members of `RawArticle`."""
    names = [
        ascii(name)[1 : _MAX_NAME_CHARACTERS + 1].rstrip("'")
        for name, value in row.items()
        if name not in RawArticle.model_fields and isinstance(value, str) and len(value) >= _MIN_TEXT_CHARACTERS
    ]
    return tuple(names[:_MAX_NAMES])
