"""GDELT DOC 2.0 article lists: they say where articles are, not what is in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from service.contract.reject_reasons import InvalidArticleError, RejectReason

if TYPE_CHECKING:
    from collections.abc import Mapping


def fields(row: Mapping[str, object]) -> NoReturn:  # noqa: ARG001 - as all formats are called
    """Refuse the list: raises `InvalidArticleError`, `metadata_only`."""
    detail = "GDELT DOC lists links without the articles' text; fetch the pages and send their text"
    raise InvalidArticleError(RejectReason.METADATA_ONLY, detail)
