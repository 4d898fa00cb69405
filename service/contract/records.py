"""The contract: what goes in, what comes out, and why an article can be refused.

`schemas/` is made from these models (`newswire schema`), and a test fails where the two drift apart.

Offsets are half-open, `[start, end)`, in Unicode code points of `EnrichedArticle.text`; `text[start:end]` is the
mention's own `text`. Nothing in a record depends on when, where or in which order it was made: the same bytes in
give the same bytes out.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainSerializer, WithJsonSchema

from service.errors import NewswireError

SCHEMA_VERSION: Final = "1.0"

EntityType = Literal["PERSON", "NORP", "FAC", "ORG", "GPE", "LOC", "PRODUCT", "EVENT", "WORK_OF_ART", "LAW", "LANGUAGE"]
PlaceKind = Literal["country", "admin1", "city", "district", "region", "continent", "water", "mountain", "facility"]
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
Score = Annotated[float, Field(ge=0, le=1)]
CountryCode = Annotated[str, Field(pattern=r"^[A-Z]{2}$", description="ISO 3166-1 alpha-2; XK for Kosovo.")]


def _utc(moment: datetime) -> datetime:
    """Bring *moment* to UTC; one without a zone is taken as UTC, as wires mean it."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _rfc3339(moment: datetime) -> str:
    """Write *moment* as RFC 3339 with the `Z` of UTC, without a fraction that is zero."""
    text = moment.isoformat(timespec="milliseconds" if moment.microsecond else "seconds")
    return text.replace("+00:00", "Z")


_RFC3339 = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})$"
"""Many validators look at patterns only, not at formats."""

Timestamp = Annotated[
    datetime,
    AfterValidator(_utc),
    PlainSerializer(_rfc3339, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time", "pattern": _RFC3339}),
]


_VERSION_DIGITS = 10
"""Numbers in a version are padded to so many digits, so that 10 sorts after 9."""
_AFTER_ALL = "9999"
"""Sorts after every time: the `/` behind it comes after the `-` that a year has behind it."""


class InvalidArticleError(NewswireError):
    """Raised for bad data: the article goes to the dead-letter topic with *reason*, and the stream goes on."""

    def __init__(self, reason: RejectReason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


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


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Source(_Model):
    """Who published the article, and in which format it came."""

    name: str | None = None
    """Name of the publisher or wire."""
    uri: str | None = None
    """Address of the publisher, or an id of it."""
    format: str = "newswire"
    """Format that the article came in, by its name in `newswire.format`."""


class RawArticle(_Model):
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


class Span(_Model):
    """A stretch of the article's text, `[start, end)` in code points."""

    start: int = Field(ge=0)
    """First code point."""
    end: int = Field(ge=0)
    """One past the last code point."""


class Mention(Span):
    """A stretch of the article's text with the words themselves."""

    text: str
    """The words: `text[start:end]` of the record."""


class Entity(_Model):
    """One person, organisation, place or other named thing, with all its mentions."""

    name: str
    """The usual name of a well-known thing, whether the article writes it so or not; else its fullest form there."""
    type: EntityType
    """Type by OntoNotes, one a thing and article."""
    mentions: list[Mention] = Field(min_length=1)
    """Every place in the text that names it, in order."""
    salience: Score
    """Share of all mentions of the article, with the headline and the first lines counting more."""


class PlaceMention(Mention):
    """A mention of a place, and how it is named there."""

    as_: Literal["name", "demonym", "dateline"] = Field(alias="as")
    """By its name, by a word for its people ("Romanian"), or as the place where the article was written."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, serialize_by_alias=True)


class Location(_Model):
    """One real place with all its mentions. A region of many countries has no country; an unresolved name no id."""

    name: str
    """Name of the place, by the gazetteer where it was found there."""
    kind: PlaceKind
    """What sort of place it is."""
    country: CountryCode | None = None
    """Country that it lies in."""
    country3: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = None
    """The same, by ISO 3166-1 alpha-3."""
    geonames_id: int | None = None
    """Id at GeoNames."""
    lat: float | None = Field(default=None, ge=-90, le=90)
    """Degrees north, WGS 84."""
    lon: float | None = Field(default=None, ge=-180, le=180)
    """Degrees east, WGS 84."""
    admin1: str | None = Field(default=None, description="Name of the first-order division that the place lies in.")
    confidence: Score
    """How sure it is that this place is meant, of all that bear the name; 0 where none was found."""
    mentions: list[PlaceMention] = Field(min_length=1)
    """Every place in the text that names it, in order."""


class CountryShare(_Model):
    """How much of the article's places lie in a country, and whether the article is about it."""

    code: CountryCode
    """The country."""
    mentions: int = Field(ge=1)
    """Mentions of places in it."""
    share: Score
    """Share of all the mentions of places that lie in a country."""
    about: bool
    """Whether the article is about it, and does not merely mention it."""


class Event(_Model):
    """What happened, by whom, to whom and where, as one sentence says it. Types: PLOVER 0.8, and those beyond it."""

    type: str = Field(pattern=r"^[A-Z]+$")
    """Kind of event, by PLOVER's names."""
    mode: str | None = None
    """Manner of the event, by PLOVER."""
    contexts: list[str] = []
    """Fields of life that it belongs to, by PLOVER."""
    tag: str | None = Field(default=None, description="Slug of the article tag that this event supports.")
    trigger: Mention
    """The words that state it."""
    sentence: Span
    """The sentence that they stand in."""
    actors: list[Mention] = []
    """Who did it."""
    recipients: list[Mention] = []
    """To whom."""
    locations: list[Mention] = []
    """Where."""
    negated: bool = False
    """Said not to have happened."""
    future: bool = False
    """Said to be still to come."""
    hypothetical: bool = False
    """Said as a possibility."""
    historical: bool = False
    """Told as background, from long before the article."""
    confidence: Score
    """How sure it is."""
    rule: str = Field(description="Id of the rule or model that found it.")


class Tag(_Model):
    """An event tag of the article with its IPTC Media Topics and what supports it."""

    tag: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    """Slug of the tag."""
    medtop: list[str] = []
    """IPTC Media Topics that it stands for."""
    score: Score
    """How much the article is about it."""
    events: list[int] = Field(default=[], description="Indexes into the record's `events`.")
    evidence: list[Mention] = Field(default=[], description="Phrases that support the tag where no event does.")


class Quote(_Model):
    """Words reported as somebody's, with who said them and the verb that says so."""

    quote: Mention
    """The words quoted."""
    speaker: Mention | None = None
    """Who said them, as the text names them there."""
    verb: Mention | None = None
    """The verb of saying."""


class DateMention(Mention):
    """A date in the text, resolved against the article's publication date where that is needed and known."""

    date: str | None = Field(
        default=None, description="ISO 8601, as precise as the text: 2022, 2022-03, 2022-W12 (a week), 2022-03-24."
    )


class Count(_Model):
    """How many were killed, injured, arrested, displaced or the like."""

    kind: str
    """What happened to those who are counted."""
    number: int = Field(ge=0)
    """How many; of a range, the lower bound."""
    mention: Mention
    """The words that say so."""
    of: str | None = Field(default=None, description="What is counted, in the text's words.")


class NoneFound(_Model):
    """Why the record has no entities, locations or events: none of these is empty without a reason."""

    entities: str | None = None
    """Why there are none."""
    locations: str | None = None
    """Why there are none."""
    events: str | None = None
    """Why there are none."""


class Pipeline(_Model):
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


class EnrichedArticle(_Model):
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
    entities: list[Entity] = []
    """The named things, most salient first."""
    locations: list[Location] = []
    """The places, in the order of their first mention."""
    countries: list[CountryShare] = []
    """The countries that the places lie in."""
    watched: list[CountryCode] = []
    """Those among them that are watched (`NEWSWIRE_WATCHED`)."""
    events: list[Event] = []
    """What happened, in the order of the text."""
    tags: list[Tag] = []
    """The event tags of the article, most important first."""
    quotes: list[Quote] = []
    """Words reported as somebody's."""
    dates: list[DateMention] = []
    """Dates in the text, resolved."""
    counts: list[Count] = []
    """How many were killed, injured, displaced and the like."""
    none_found: NoneFound = NoneFound()
    """Why a list is empty."""
    pipeline: Pipeline
    """What made the record."""


class DeadLetterHeaders(_Model):
    """The headers that a dead letter has beside those of the message it was; all are text in UTF-8.

    The first six are those of Kafka Streams (KIP-1034). Key, value and headers of the message stay byte for byte.
    """

    topic: str = Field(alias="__streams.errors.topic", description="Topic of the message.")
    partition: str = Field(alias="__streams.errors.partition", pattern=r"^[0-9]+$", description="Its partition.")
    offset: str = Field(alias="__streams.errors.offset", pattern=r"^[0-9]+$", description="Its offset.")
    exception: str = Field(alias="__streams.errors.exception", description="Name of the exception.")
    message: str = Field(
        alias="__streams.errors.message", description="What was wrong and what to do; never the article's text."
    )
    stacktrace: str = Field(alias="__streams.errors.stacktrace", description="File and line of a bug; else empty.")
    origin: str = Field(
        alias="newswire.origin", pattern=r"^[^/]+/[0-9]+/[0-9]+$", description="Topic, partition and offset in one."
    )
    reason: str = Field(alias="newswire.reason", description="Stable code of the reason; later versions may add some.")
    stage: str = Field(alias="newswire.stage", description="Stage that refused it: wire, enrich, serialize, publish.")
    attempt: str = Field(alias="newswire.attempt", pattern=r"^[0-9]+$", description="How often it was tried, from 1.")
    group: str = Field(alias="newswire.group", description="Consumer group that refused it.")
    version: str = Field(alias="newswire.version", description="Version of the service that refused it.")
    failed_at: Timestamp = Field(alias="newswire.failed-at", description="When it was refused.")
    omitted: str | None = Field(
        default=None,
        alias="newswire.omitted",
        description="What was left out because it did not fit the topic; it can still be read at the origin.",
    )
    value_bytes: str | None = Field(
        default=None, alias="newswire.value-bytes", pattern=r"^[0-9]+$", description="Length of an omitted value."
    )
    value_sha256: str | None = Field(
        default=None, alias="newswire.value-sha256", pattern=r"^[0-9a-f]{64}$", description="Hash of an omitted value."
    )
