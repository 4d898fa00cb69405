"""The pieces of a refusal that all modules of this room share."""

from __future__ import annotations

from service.contract.reject_reasons import InvalidArticleError, RejectReason


def wrong_shape(detail: str) -> InvalidArticleError:
    """Return the error for a value that was read, but is not one article. *detail* says what to do."""
    return InvalidArticleError(RejectReason.WRONG_SHAPE, detail)


def describe_type(value: object) -> str:
    """Name the JSON type of *value* in words, for the detail of a refusal."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    names = {str: "text", int: "a number", float: "a number", list: "a list", dict: "an object"}
    return names.get(type(value), type(value).__name__)
