"""Why an article is refused."""

from __future__ import annotations

from enum import StrEnum

from service.errors import NewswireError


class RejectReason(StrEnum):
    """Reason why an article went to the dead-letter topic: a stable code for the log, the metrics and the header."""

    NOT_UTF8 = "not_utf8"
    """The value is not UTF-8."""
    NOT_JSON = "not_json"
    """The value is neither JSON nor another known format."""
    WRONG_SHAPE = "wrong_shape"
    """The value was parsed, but a field is missing or has the wrong type."""
    EMPTY_TEXT = "empty_text"
    """Neither headline nor body contains a word."""
    METADATA_ONLY = "metadata_only"
    """The format carries no article text (GDELT DOC, a list of links)."""
    TOO_LARGE = "too_large"
    """The value is larger than the limit, or its XML has too many tags."""
    BAD_DATE = "bad_date"
    """A date of the article cannot be parsed."""
    SCHEMA_REGISTRY_FRAMED = "schema_registry_framed"
    """The value starts with the five-byte prefix of a schema registry. Publish plain JSON instead."""
    UNSAFE_XML = "unsafe_xml"
    """The XML declares entities or refers to an external resource."""
    TIMEOUT = "timeout"
    """Enriching this article took longer than the limit."""
    WORKER_CRASH = "worker_crash"
    """This article crashed its worker process twice."""
    ENRICH_FAILED = "enrich_failed"
    """A stage raised an exception on this article."""
    RECORD_TOO_LARGE = "record_too_large"
    """The record of the article does not fit the output topic."""


class InvalidArticleError(NewswireError):
    """Raised if a message cannot be read as an article. It goes to the dead-letter topic, and the stream continues.

    Args:
        reason: The code that consumers of the dead-letter topic see.
        detail: What is wrong and what to do about it, without text of the article.
    """

    def __init__(self, reason: RejectReason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
