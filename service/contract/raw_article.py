"""The article that goes in, in the normal form that every wire format is brought to."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import ConfigDict, Field

from service.contract.field_types import ContractModel, Timestamp

InputFormat = Literal[
    "newswire",
    "ninjs",
    "newsml-g2",
    "nitf",
    "rss",
    "atom",
    "schema.org",
    "news-please",
    "trafilatura",
    "cc-news",
    "event-registry",
    "gdelt",
]

_VERSION_DIGITS = 10
"""Numbers in a version are padded to so many digits, so that 10 sorts after 9."""
_AFTER_ALL = "9999"
"""Sorts after every time: the `/` behind it comes after the `-` that a year has behind it."""


class Source(ContractModel):
    """Who published the article, and in which format it came."""

    name: str | None = None
    """Name of the publisher or wire."""
    uri: str | None = None
    """Address of the publisher, or an id of it."""
    format: str = "newswire"
    """Format that the article came in, by its name in `newswire.format`."""


class RawArticle(ContractModel):
    """One article in the normal form that every wire format is brought to.

    A producer may send this form itself, as JSON: only `body` (or `headline`) is required.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str = Field(default="", max_length=1024, description="Stable over versions; a content hash where empty.")
    version: str | None = None
    """The source's own version of the article; numbers count up."""
    source: Source = Source()
    """Who published it."""
    url: str | None = None
    """Page where the article can be read."""
    headline: str = ""
    """One line; HTML in it becomes text."""
    body: str = ""
    """The article without its headline; HTML in it becomes text with a blank line between paragraphs."""
    language: str | None = Field(default=None, description="BCP 47; trusted where given, detected where not.")
    published_at: Timestamp | None = None
    """When it was first published: RFC 3339, with its zone. What is sent without one is read all the same, as UTC."""
    updated_at: Timestamp | None = None
    """When this version was made."""
    embargoed_until: Timestamp | None = None
    """Not to be published before; carried into the record, and not enforced here."""
    byline: str | None = None
    """Who wrote it."""
    dateline: str | None = None
    """Where, and when, it was written, as the source says apart from the body."""
    status: Literal["usable", "withheld", "canceled"] = Field(
        default="usable", description="withheld and canceled give a record with status `retracted`."
    )

    @property
    def text(self) -> str:
        """Return the text that every offset counts in: headline, blank line, body."""
        return f"{self.headline}\n\n{self.body}" if self.headline and self.body else self.headline or self.body

    @property
    def revision(self) -> str:
        """Return a text that sorts, code point by code point, as the versions of an article do.

        By time of change (`updated_at`, else `published_at`), then by version. A withdrawal stands right after the
        version that it names, or after all versions of its time where it names none. When the article was published
        says nothing of when it was withdrawn: a withdrawal without `updated_at` stands after all.
        """
        withdrawn = self.status != "usable"
        moment = self.updated_at or (None if withdrawn else self.published_at)
        changed = _AFTER_ALL if withdrawn else ""
        if moment is not None:
            changed = moment.replace(tzinfo=None).isoformat(timespec="microseconds")
        version = re.sub(r"[0-9]+", lambda digits: digits[0].zfill(_VERSION_DIGITS), self.version or "")
        if withdrawn:
            version = f"{version}!" if version else "~"  # "2!" sorts after "2" and before "2.1"; "~" after all of ASCII
        return f"{changed}/{version}"
