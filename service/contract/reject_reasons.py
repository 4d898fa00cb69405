"""Why an article can be refused."""

from __future__ import annotations

from enum import StrEnum

from service.errors import NewswireError


class RejectReason(StrEnum):
    """Why an article went to the dead-letter topic: one stable code in the log, the metric label and the header."""

    NOT_UTF8 = "not_utf8"
    """The value is not UTF-8."""
    NOT_JSON = "not_json"
    """The value is neither JSON nor another format that is understood."""
    WRONG_SHAPE = "wrong_shape"
    """The value was read, but a field is missing or of the wrong type."""
    EMPTY_TEXT = "empty_text"
    """Neither headline nor body has a word."""
    METADATA_ONLY = "metadata_only"
    """The format carries no article text (GDELT DOC, a link list)."""
    TOO_LARGE = "too_large"
    """The value, or the record made from it, is larger than the limit."""
    BAD_DATE = "bad_date"
    """A date of the article cannot be read."""
    SCHEMA_REGISTRY_FRAMED = "schema_registry_framed"
    """The value starts with the five bytes of a schema registry: publish plain JSON instead."""
    UNSAFE_XML = "unsafe_xml"
    """The XML declares entities or refers to something outside itself."""
    TIMEOUT = "timeout"
    """Enriching the article alone took longer than the limit."""
    WORKER_CRASH = "worker_crash"
    """The article alone ended its worker process, twice."""
    ENRICH_FAILED = "enrich_failed"
    """A stage raised an exception on this article."""
    RECORD_TOO_LARGE = "record_too_large"
    """The record made from the article does not fit the output topic."""


class InvalidArticleError(NewswireError):
    """Raised for bad data: the article goes to the dead-letter topic with *reason*, and the stream goes on."""

    def __init__(self, reason: RejectReason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
