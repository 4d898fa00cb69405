"""GDELT DOC 2.0 article lists: they hold links to articles, without text."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from service.contract.reject_reasons import InvalidArticleError, RejectReason

if TYPE_CHECKING:
    from collections.abc import Mapping


def fields(row: Mapping[str, object]) -> NoReturn:  # noqa: ARG001 - all formats have this signature
    """Refuse the list: raise `InvalidArticleError`, `metadata_only`."""
    detail = "GDELT DOC lists links without the articles' text; fetch the pages and send their text"
    raise InvalidArticleError(RejectReason.METADATA_ONLY, detail)
