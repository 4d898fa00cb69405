"""The article that goes in, in the normal form that every wire format is converted to."""

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
    "news-api",
]

_VERSION_DIGITS = 10
"""Numbers in a version are padded to this many digits, so that 10 sorts after 9."""
_AFTER_ALL_TIMES = "9999"
"""Sorts after any time, because it is followed by `/`, a year by `-`, and `/` > `-` in ASCII."""


class Source(ContractModel):
    """Who published the article, and in which format."""

    name: str | None = None
    """Name of the publisher or wire."""
    uri: str | None = None
    """Address or id of the publisher."""
    format: str = "newswire"
    """Format of the article, named as in the header `newswire.format`."""


class RawArticle(ContractModel):
    """One article in the normal form that every wire format is converted to.

    A producer may send this form itself, as JSON. Only `body` or `headline` is required.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str = Field(
        default="",
        max_length=1024,
        description="The same for all versions of the article. If empty, a hash of the content.",
    )
    version: str | None = None
    """The source's own version of the article. Numbers in it increase."""
    source: Source = Source()
    """Who published it."""
    url: str | None = None
    """Web page of the article."""
    headline: str = ""
    """One line. HTML is converted to text."""
    body: str = ""
    """The article without its headline. HTML is converted to text, with a blank line between paragraphs."""
    language: str | None = Field(default=None, description="BCP 47. Trusted if given, otherwise detected.")
    published_at: Timestamp | None = None
    """When it was first published: RFC 3339 with a zone. A time without one is read all the same, as UTC."""
    updated_at: Timestamp | None = None
    """When this version was written."""
    embargoed_until: Timestamp | None = None
    """Not to be published before this time. Copied to the record, but not enforced by this service."""
    byline: str | None = None
    """Who wrote it."""
    dateline: str | None = None
    """Where and when it was written, if the source states it apart from the body."""
    status: Literal["usable", "withheld", "canceled"] = Field(
        default="usable", description="`withheld` and `canceled` produce a record with status `retracted`."
    )

    @property
    def text(self) -> str:
        """Return the text that all offsets refer to: headline, blank line, body."""
        return f"{self.headline}\n\n{self.body}" if self.headline and self.body else self.headline or self.body

    @property
    def revision(self) -> str:
        """Return a key whose order, code point by code point, is the order of the versions of an article.

        The order is by time of change (`updated_at`, otherwise `published_at`), then by version. A withdrawal comes
        right after the version that it names, or after all versions of the same time if it names none. The time of
        publication does not say when an article was withdrawn, so a withdrawal without `updated_at` comes last.
        """
        withdrawn = self.status != "usable"
        time = self.updated_at or (None if withdrawn else self.published_at)
        changed = _AFTER_ALL_TIMES if withdrawn else ""
        if time is not None:
            changed = time.replace(tzinfo=None).isoformat(timespec="microseconds")
        version = re.sub(r"[0-9]+", lambda digits: digits[0].zfill(_VERSION_DIGITS), self.version or "")
        if withdrawn:
            version = f"{version}!" if version else "~"  # "2" < "2!" < "2.1"; "~" is the last of ASCII
        return f"{changed}/{version}"
