"""Bytes and headers → RawArticle: one module a format, detected by content."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.records import InvalidArticle, RawArticle, RejectReason
from service.wire import decode
from service.wire.article import describe, make

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["read"]


def read(value: bytes, headers: Mapping[str, bytes]) -> RawArticle:  # noqa: ARG001 - the formats to come read them
    """Return the article that *value* holds; raise `InvalidArticle` where it holds none, and nothing else."""
    source = decode.text(value)
    if not source.strip():
        raise InvalidArticle(RejectReason.EMPTY_TEXT, "the value is empty; a null value would delete the article")
    row = decode.json(source)
    if not isinstance(row, dict):
        raise InvalidArticle(RejectReason.WRONG_SHAPE, f"the value is {describe(row)}; one JSON object is expected")
    if not {"headline", "body", "status"} & row.keys():
        raise InvalidArticle(RejectReason.WRONG_SHAPE, "neither `headline` nor `body` is there; one of them is needed")
    return make(row, "newswire", value)
