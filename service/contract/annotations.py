"""What is found in the text of an article."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from service.contract.field_types import ContractModel, CountryCode, Score

EntityType = Literal["PERSON", "NORP", "FAC", "ORG", "GPE", "LOC", "PRODUCT", "EVENT", "WORK_OF_ART", "LAW", "LANGUAGE"]
PlaceKind = Literal["country", "admin1", "city", "district", "region", "continent", "water", "mountain", "facility"]


class Span(ContractModel):
    """A stretch of the article's text, `[start, end)` in code points."""

    start: int = Field(ge=0)
    """First code point."""
    end: int = Field(ge=0)
    """One past the last code point."""


class Mention(Span):
    """A stretch of the article's text with the words themselves."""

    text: str
    """The words: `text[start:end]` of the record."""


class Entity(ContractModel):
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


class Location(ContractModel):
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


class CountryShare(ContractModel):
    """How much of the article's places lie in a country, and whether the article is about it."""

    code: CountryCode
    """The country."""
    mentions: int = Field(ge=1)
    """Mentions of places in it."""
    share: Score
    """Share of all the mentions of places that lie in a country."""
    about: bool
    """Whether the article is about it, and does not merely mention it."""


class Event(ContractModel):
    """What happened, by whom, to whom and where, as one sentence says it. Types: PLOVER 0.8, and those beyond it."""

    type: str = Field(pattern=r"^[A-Z]+$")
    """Kind of event, by PLOVER's names."""
    mode: str | None = None
    """Manner of the event, by PLOVER."""
    contexts: list[str] = Field(default=[])
    """Fields of life that it belongs to, by PLOVER."""
    tag: str | None = Field(default=None, description="Slug of the article tag that this event supports.")
    trigger: Mention
    """The words that state it."""
    sentence: Span
    """The sentence that they stand in."""
    actors: list[Mention] = Field(default=[])
    """Who did it."""
    recipients: list[Mention] = Field(default=[])
    """To whom."""
    locations: list[Mention] = Field(default=[])
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


class Tag(ContractModel):
    """An event tag of the article with its IPTC Media Topics and what supports it."""

    tag: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    """Slug of the tag."""
    medtop: list[str] = Field(default=[])
    """IPTC Media Topics that it stands for."""
    score: Score
    """How much the article is about it."""
    events: list[int] = Field(default=[], description="Indexes into the record's `events`.")
    evidence: list[Mention] = Field(default=[], description="Phrases that support the tag where no event does.")


class Quote(ContractModel):
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


class Count(ContractModel):
    """How many were killed, injured, arrested, displaced or the like."""

    kind: str
    """What happened to those who are counted."""
    number: int = Field(ge=0)
    """How many; of a range, the lower bound."""
    mention: Mention
    """The words that say so."""
    of: str | None = Field(default=None, description="What is counted, in the text's words.")
