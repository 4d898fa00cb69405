"""Bytes and headers → RawArticle, one module a format, detected by content."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import orjson
from pydantic import ValidationError

from service.records import InvalidArticle, RawArticle, RejectReason

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["read"]


def read(value: bytes, headers: Mapping[str, bytes]) -> RawArticle:  # noqa: ARG001 - the formats to come read them
    """Return the article that *value* holds; raise `InvalidArticle` where it holds none."""
    try:
        value.decode()
    except UnicodeDecodeError as error:
        raise InvalidArticle(RejectReason.NOT_UTF8, f"byte {error.start} is not UTF-8") from None
    try:
        row = orjson.loads(value)
    except orjson.JSONDecodeError as error:
        raise InvalidArticle(RejectReason.NOT_JSON, f"line {error.lineno}, column {error.colno}") from None
    try:
        article = RawArticle.model_validate(row)
    except ValidationError as error:
        raise InvalidArticle(RejectReason.WRONG_SHAPE, str(error.errors()[0]["loc"])) from None
    if not article.text.strip():
        raise InvalidArticle(RejectReason.EMPTY_TEXT, "neither headline nor body has a word")
    return article if article.id else article.model_copy(update={"id": hashlib.sha256(value).hexdigest()[:32]})
