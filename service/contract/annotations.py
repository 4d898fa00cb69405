"""What is found in an article: entities, locations, events, topics, tags, quotes, dates and counts.

Offsets are half-open, `[start, end)`, in Unicode code points of `EnrichedArticle.text`. `text[start:end]` is the
`text` of the mention.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from service.contract.field_types import ContractModel, CountryCode, Score

EntityType = Literal["PERSON", "NORP", "FAC", "ORG", "GPE", "LOC", "PRODUCT", "EVENT", "WORK_OF_ART", "LAW", "LANGUAGE"]
PlaceKind = Literal["country", "admin1", "city", "district", "region", "continent", "water", "mountain", "facility"]


class Span(ContractModel):
    """A span of the article's text, `[start, end)` in code points."""

    start: int = Field(ge=0)
    """First code point."""
    end: int = Field(ge=0)
    """One past the last code point."""


class Mention(Span):
    """A span of the article's text together with its words."""

    text: str
    """The words: `text[start:end]` of the record."""


class Entity(ContractModel):
    """A person, organisation, place or other named thing, with all its mentions."""

    name: str
    """The usual name of a well-known thing, even if the article uses another; otherwise its longest form there, in
    the nominative if the article has it."""
    type: EntityType
    """OntoNotes type; one type per entity in an article."""
    mentions: list[Mention] = Field(min_length=1)
    """All mentions of it, in the order of the text."""
    salience: Score
    """Share of all entity mentions of the article. Those in the headline and the first lines weigh more."""


class PlaceMention(Mention):
    """A mention of a place, and how it names the place."""

    as_: Literal["name", "demonym", "dateline"] = Field(alias="as")
    """By its name, by a word for its people ("Romanian"), or as the place in the dateline."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, serialize_by_alias=True)


class Location(ContractModel):
    """A place with all its mentions. A region of several countries has no country; an unresolved name has no id."""

    name: str
    """Name of the place; the gazetteer's if it was resolved."""
    kind: PlaceKind
    """Kind of place."""
    country: CountryCode | None = None
    """Country of the place."""
    country3: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = None
    """The same country, ISO 3166-1 alpha-3."""
    geonames_id: int | None = None
    """GeoNames id."""
    lat: float | None = Field(default=None, ge=-90, le=90)
    """Degrees north, WGS 84."""
    lon: float | None = Field(default=None, ge=-180, le=180)
    """Degrees east, WGS 84."""
    admin1: str | None = Field(default=None, description="Name of its first-order administrative division.")
    confidence: Score
    """Confidence that this place is meant and not another of the same name; 0 if the name was not resolved."""
    mentions: list[PlaceMention] = Field(min_length=1)
    """All mentions of it, in the order of the text."""


class CountryShare(ContractModel):
    """A country's share of the place mentions, and whether the article is about the country."""

    code: CountryCode
    """The country."""
    mentions: int = Field(ge=1)
    """Number of mentions of places in the country, or of the country itself.

    If the text names no place, of its institutions and its money.
    """
    share: Score
    """Share of all mentions of places that belong to a country."""
    about: bool
    """Whether the article is about the country, and does not only mention it."""


class Participant(Mention):
    """Who takes part in an event, in the words of its sentence, and which entity that is."""

    entity: int | None = Field(default=None, ge=0)
    """Index into the record's `entities`. Pronouns and "the minister" have one too, if the text says who is meant."""


class EventPlace(Mention):
    """Where an event happened, in the words of its sentence, and which place that is."""

    location: int | None = Field(default=None, ge=0)
    """Index into the record's `locations`."""


class Event(ContractModel):
    """An event as one sentence states it: what happened, by whom, to whom and where. Types: PLOVER 0.8, and others."""

    type: str = Field(pattern=r"^[A-Z]+$")
    """Event type, by its PLOVER name."""
    mode: str | None = None
    """PLOVER mode: the manner of the event."""
    contexts: list[str] = Field(default=[])
    """PLOVER contexts: the fields that it belongs to, for example `military`."""
    tag: str | None = Field(default=None, description="Slug of the article tag that this event supports.")
    trigger: Mention
    """The words that express the event."""
    sentence: Span
    """The sentence that contains the trigger."""
    actors: list[Participant] = Field(default=[])
    """Who did it."""
    recipients: list[Participant] = Field(default=[])
    """To whom."""
    locations: list[EventPlace] = Field(default=[])
    """Where."""
    negated: bool = False
    """Whether the text says that it did not happen."""
    future: bool = False
    """Whether the text says that it is still to come."""
    hypothetical: bool = False
    """Whether the text mentions it only as a possibility."""
    historical: bool = False
    """Whether it is background from long before the article."""
    main: bool = False
    """Whether it is the story's own event: one or two in an article, what the headline would say."""
    id: str | None = None
    """Id within the article. It stays the same in later versions while the sentence of the trigger does."""
    same_as: int | None = Field(default=None, ge=0)
    """Index of the earlier event of this record that it tells again."""
    date: str | None = None
    """When it happened, ISO 8601, as precise as the text and the article's date allow: see `DateMention`."""
    confidence: Score
    """Confidence that the event is in the text."""
    rule: str = Field(description="Id of the rule or model that found it.")


class Topic(ContractModel):
    """A subject of the article, from the IPTC Media Topics, with its evidence."""

    medtop: str = Field(pattern=r"^[0-9]{8}$")
    """Id of the Media Topic: its eight digits, without the prefix `medtop:`."""
    name: str
    """Its English name."""
    score: Score
    """Confidence that the article is about the topic."""
    evidence: list[Mention] = Field(default=[])
    """The words of the text that speak for it most."""


class Tag(ContractModel):
    """An event tag of the article, with its IPTC Media Topics and its evidence."""

    tag: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    """Slug of the tag."""
    medtop: list[str] = Field(default=[])
    """IPTC Media Topics that the tag corresponds to: their eight digits, as in `topics`."""
    score: Score
    """How much the article is about the tag."""
    events: list[int] = Field(default=[], description="Indexes into the record's `events`.")
    evidence: list[Mention] = Field(default=[], description="Phrases that support the tag, if no event does.")


class Quote(ContractModel):
    """A quotation, with its speaker and the verb of saying."""

    quote: Mention
    """The quoted words."""
    speaker: Mention | None = None
    """The speaker, as the text names them there."""
    speaker_entity: int | None = Field(default=None, ge=0)
    """Index of the speaker in the record's `entities`."""
    verb: Mention | None = None
    """The verb of saying."""


class DateMention(Mention):
    """A date in the text, resolved against the publication date of the article if necessary and possible."""

    date: str | None = Field(
        default=None,
        description="ISO 8601, as precise as the text: 2022, 2022-03, 2022-W12 (a week), 2022-03-24; "
        "or an interval: 2022-03-24/2022-03-26.",
    )


class Count(ContractModel):
    """A number that is news: people killed or displaced, votes, money, things."""

    kind: str
    """What is counted, or what happened to them. `people` and `other`: people and things of no kind of their own."""
    number: int = Field(ge=0)
    """The number; for a range, its lower bound."""
    upper: int | None = Field(default=None, ge=0)
    """The upper bound of a range."""
    qualifier: Literal["at_least", "at_most", "about"] | None = None
    """How exact the text says the number is: "at least", "up to", "nearly". None if it is exact."""
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = None
    """Currency of an amount of money, ISO 4217."""
    mention: Mention
    """The words that state the number, and the currency of money."""
    of: str | None = Field(default=None, description="Who or what is counted, in the words of the text.")
