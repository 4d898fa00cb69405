"""The contract: what goes in, what comes out, and why an article can be refused.

`schemas/` is made from these models (`newswire schema`), and a test fails where the two drift apart.

Offsets are half-open, `[start, end)`, in Unicode code points of `EnrichedArticle.text`; `text[start:end]` is the
mention's own `text`. Nothing in a record depends on when, where or in which order it was made: the same bytes in
give the same bytes out.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from service.contract.annotations import Count, CountryShare, DateMention, Entity, Event, Location, Quote, Tag
from service.contract.field_types import SCHEMA_VERSION, ContractModel, CountryCode, Timestamp
from service.contract.raw_article import Source


class NoneFound(ContractModel):
    """Why the record has no entities, locations or events: none of these is empty without a reason."""

    entities: str | None = None
    """Why there are none."""
    locations: str | None = None
    """Why there are none."""
    events: str | None = None
    """Why there are none."""


class Pipeline(ContractModel):
    """What made the record. Equal fingerprints and equal input give equal bytes; other fingerprints may give others."""

    service: str
    """Version of the service."""
    model: str
    """Name of the language model."""
    model_version: str
    """Its version."""
    gazetteer: str
    """Edition of the gazetteer."""
    rules: str
    """Edition of all data files: rules, word lists, tables and the weights of the models."""
    code: str = Field(default="", description="Digest of the service's code that turns the article into the record.")
    libraries: str = Field(default="", description="Digest of the versions of the libraries that this code relies on.")
    settings: str = Field(default="", description="Digest of the settings that decide what a record says.")
    fingerprint: str
    """Digest of all the above, which is everything that decides what a record says."""


class EnrichedArticle(ContractModel):
    """One structured record an article: the value on the output topic."""

    schema_version: Literal["1.0"] = SCHEMA_VERSION
    """Version of this schema."""
    id: str
    """The article's own id, the same for all its versions; a content hash where it states none."""
    version: str | None
    """The source's own version."""
    revision: str = Field(
        default="",
        description="Sorts as the versions of an article do: of two records with one id, the greater one holds.",
    )
    story: list[str] = Field(
        default=[],
        description="Fingerprint: records with two or more of these in common are takes of one story.",
    )
    status: Literal["enriched", "unsupported_language", "retracted"]
    """`unsupported_language` and `retracted` have nothing found in them."""
    source: Source
    """Who published it, and the format it came in."""
    url: str | None
    """Page where the article can be read."""
    headline: str
    """The headline alone; the text begins with it."""
    text: str
    """What every offset counts in: headline, blank line, body; the body alone where there is no headline."""
    language: str | None
    """BCP 47; as the article states it, else detected."""
    published_at: Timestamp | None
    """When it was first published."""
    updated_at: Timestamp | None
    """When this version was made; a withdrawal that does not say was made when its message was."""
    embargoed_until: Timestamp | None
    """Not to be published before; consumers have to keep to it."""
    byline: str | None
    """Who wrote it."""
    dateline: str | None
    """Where, and when, it was written, as the source says."""
    entities: list[Entity] = Field(default=[])
    """The named things, most salient first."""
    locations: list[Location] = Field(default=[])
    """The places, in the order of their first mention."""
    countries: list[CountryShare] = Field(default=[])
    """The countries that the places lie in."""
    watched: list[CountryCode] = Field(default=[])
    """Those among them that are watched (`NEWSWIRE_WATCHED`)."""
    events: list[Event] = Field(default=[])
    """What happened, in the order of the text."""
    tags: list[Tag] = Field(default=[])
    """The event tags of the article, most important first."""
    quotes: list[Quote] = Field(default=[])
    """Words reported as somebody's."""
    dates: list[DateMention] = Field(default=[])
    """Dates in the text, resolved."""
    counts: list[Count] = Field(default=[])
    """How many were killed, injured, displaced and the like."""
    none_found: NoneFound = NoneFound()
    """Why a list is empty."""
    pipeline: Pipeline
    """What made the record."""
