"""The service's own JSON: the members of `RawArticle` under their own names."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from service.wire.article import Fields


def fields(row: Mapping[str, object]) -> Fields:
    """Return *row* unchanged."""
    return row
