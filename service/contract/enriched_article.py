"""The record that comes out: one per article.

A record depends on its message alone: value, headers and, for a withdrawal, timestamp. It does not depend on when,
on which machine or in which order messages are processed, so equal input gives equal bytes.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from service.contract.annotations import (
    Count,
    CountryShare,
    DateMention,
    Entity,
    Event,
    Location,
    Quote,
    Span,
    Tag,
    Topic,
)
from service.contract.field_types import SCHEMA_VERSION, ContractModel, CountryCode, Timestamp
from service.contract.raw_article import Source


class NoneFound(ContractModel):
    """The reasons why the record has no entities, locations, events or topics.

    An empty list of these always has one. Only records from before topics were added have none for their topics.
    Counts have a reason if they are not read in the article's language; this member is left out otherwise.
    """

    entities: str | None = None
    """Why there are none."""
    locations: str | None = None
    """Why there are none."""
    events: str | None = None
    """Why there are none."""
    topics: str | None = None
    """Why there are none."""
    counts: str | None = Field(default=None, exclude_if=lambda reason: reason is None)
    """Why there are none, if numbers are not read in the article's language. It is left out otherwise."""


class Pipeline(ContractModel):
    """What created the record. Equal fingerprints and equal input give equal bytes; different ones may not."""

    service: str
    """Version of the service."""
    model: str
    """Name of the language model."""
    model_version: str
    """Version of the language model."""
    gazetteer: str
    """Digest of the gazetteer."""
    rules: str
    """Digest of all data files: rules, word lists, tables and model weights."""
    code: str = Field(default="", description="Digest of the service's code that creates records.")
    libraries: str = Field(default="", description="Digest of the versions of the libraries that this code uses.")
    settings: str = Field(default="", description="Digest of the settings that affect records.")
    fingerprint: str
    """Digest of all the above, which is everything that affects a record besides the article."""


class EnrichedArticle(ContractModel):
    """The structured record of one article: the value on the output topic."""

    schema_version: Literal["1.0"] = SCHEMA_VERSION
    """Version of this schema."""
    id: str
    """The article's own id, the same for all its versions. If it has none, a hash of the content."""
    version: str | None
    """The source's own version."""
    revision: str = Field(
        default="",
        description="Sort key of an article's versions: of two records with the same id, the greater one is current.",
    )
    story: list[str] = Field(
        default=[],
        description="Near-duplicate fingerprint: records that share two or more of these are variants of one story.",
    )
    status: Literal["enriched", "unsupported_language", "retracted"]
    """If `unsupported_language` or `retracted`, the text was not enriched."""
    source: Source
    """Who published it, and in which format."""
    url: str | None
    """Web page of the article."""
    headline: str
    """The headline. The text begins with it."""
    text: str
    """The text that all offsets refer to: headline, blank line, body; or the body alone."""
    language: str | None
    """BCP 47, as the article states it; otherwise detected."""
    published_at: Timestamp | None
    """When it was first published."""
    updated_at: Timestamp | None
    """When this version was written. For a withdrawal without a time, the time of its message."""
    embargoed_until: Timestamp | None
    """Not to be published before this time. Consumers must enforce it."""
    byline: str | None
    """Who wrote it."""
    dateline: str | None
    """Where and when it was written, as the source states it."""
    entities: list[Entity] = Field(default=[])
    """Named entities, most salient first."""
    locations: list[Location] = Field(default=[])
    """The places, in the order of their first mention."""
    countries: list[CountryShare] = Field(default=[])
    """The countries of the places."""
    watched: list[CountryCode] = Field(default=[])
    """Those of the countries that are watched (`NEWSWIRE_WATCHED`)."""
    events: list[Event] = Field(default=[])
    """Events, in the order of the text."""
    topics: list[Topic] = Field(default=[])
    """IPTC Media Topics of the article, most important first. The topics above each are implied and not listed."""
    tags: list[Tag] = Field(default=[])
    """The event tags of the article, most important first."""
    quotes: list[Quote] = Field(default=[])
    """Quotations with their speakers."""
    dates: list[DateMention] = Field(default=[])
    """Dates in the text, resolved if possible."""
    counts: list[Count] = Field(default=[])
    """Numbers that are news: people killed or displaced, votes, money, things."""
    boilerplate: list[Span] = Field(
        default=[],
        description="Stretches that are the web page's and not the article's: forms, buttons, links, captions. "
        "They were not read.",
    )
    none_found: NoneFound = NoneFound()
    """Why entities, locations, events or topics are empty."""
    pipeline: Pipeline
    """What created the record."""
