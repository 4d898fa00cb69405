"""One event as a flat row: the value on the events topic, for tables and stream processors.

The record of the article has more: all its entities and places, and the offsets of every word. A row has no nested
values, so that a sink writes it to a table as it is.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from service.contract.annotations import EntityType
from service.contract.field_types import ContractModel, CountryCode, Score, Timestamp

MAX_TEXT_CHARACTERS = 2_000
"""Texts are cut off after so many code points. The longest sentence of an ordinary article has some 600."""
MAX_ORDER = 2**63 - 1
"""The largest signed integer of 64 bits, which columns of tables hold."""

Text = Annotated[str, Field(max_length=MAX_TEXT_CHARACTERS)]
Country3 = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class FlatEvent(ContractModel):
    """An event of an article, in one flat row. Texts are on one line, and cut off after 2,000 characters."""

    event_id: str
    """Key of the message: `article_id`, `#` and the event's `id` in the record."""
    article_id: str
    """Id of the article, the same for all its versions."""
    revision: str
    """Sort key of the version of the article: the record's `revision`, cut off after 256 characters."""
    revision_order: int = Field(
        ge=0,
        le=MAX_ORDER,
        description="The time in `revision` as a number that sorts in the same way: milliseconds since 0001-01-01 UTC, "
        "or 0 without a time. Versions of the same time have the same number; only `revision` tells them apart.",
    )
    published_at: Timestamp | None = None
    """When the article was first published."""
    updated_at: Timestamp | None = None
    """When this version was written."""
    event_date: str | None = None
    """When the event happened, ISO 8601, as precise as the text: 2022, 2022-03, 2022-W12 (a week), 2022-03-24."""
    type: str = Field(pattern=r"^[A-Z]+$")
    """Event type, by its PLOVER name."""
    mode: str | None = None
    """PLOVER mode: the manner of the event."""
    contexts: Text | None = None
    """PLOVER contexts, separated by spaces."""
    tag: str | None = None
    """Slug of the article tag that the event supports."""
    quad_class: Literal[1, 2, 3, 4] | None = None
    """1 verbal cooperation, 2 material cooperation, 3 verbal conflict, 4 material conflict. Null beyond PLOVER."""
    main: bool = False
    """Whether it is the story's own event."""
    negated: bool = False
    """Whether the text says that it did not happen."""
    future: bool = False
    """Whether the text says that it is still to come."""
    hypothetical: bool = False
    """Whether the text mentions it only as a possibility."""
    historical: bool = False
    """Whether it is background from long before the article."""
    confidence: Score
    """Confidence that the event is in the text."""
    rule: str
    """Id of the rule or model that found it."""
    actor_name: Text | None = None
    """The first who did it: the name of the entity, or the words of the sentence if no entity is known."""
    actor_type: EntityType | None = None
    """OntoNotes type of that entity."""
    actor_country: CountryCode | None = None
    """Country that the actor is or is named by: "Romania", "Romanian police"."""
    recipient_name: Text | None = None
    """The first to whom it was done, as `actor_name`."""
    recipient_type: EntityType | None = None
    """OntoNotes type of that entity."""
    recipient_country: CountryCode | None = None
    """Country of the recipient, as `actor_country`."""
    other_actors: Text | None = None
    """Names of the further actors, separated by `; `."""
    other_recipients: Text | None = None
    """Names of the further recipients, separated by `; `."""
    place_name: Text | None = None
    """The first place where it happened: the gazetteer's name, or the words of the sentence."""
    geonames_id: int | None = None
    """GeoNames id of that place."""
    country: CountryCode | None = None
    """Country of that place."""
    country3: Country3 | None = None
    """The same country, ISO 3166-1 alpha-3."""
    admin1: Text | None = None
    """Name of the first-order administrative division of that place."""
    lat: float | None = Field(default=None, ge=-90, le=90)
    """Degrees north, WGS 84."""
    lon: float | None = Field(default=None, ge=-180, le=180)
    """Degrees east, WGS 84."""
    other_places: Text | None = None
    """Names of the further places, separated by `; `."""
    trigger: Text
    """The words that express the event."""
    sentence: Text
    """The sentence that states the event."""
    headline: Text
    """Headline of the article."""
    url: Text | None = None
    """Web page of the article. Null if its address is longer than 2,000 characters."""
    source: Text | None = None
    """Name of the publisher or wire."""
    language: Text | None = None
    """Language of the article, BCP 47."""
    same_as: str | None = None
    """`event_id` of the earlier event of this article that it tells again."""
    story: Text | None = None
    """Near-duplicate fingerprint of the article, separated by spaces: see `story` of the record."""
    fingerprint: str
    """Digest of everything that affects a row besides the article: `pipeline.fingerprint` of the record."""


def event_key(article_id: str, event: str) -> str:
    """Return the key of the message for *event*, the id of an event in the record of *article_id*.

    The id of an event has no `#`, so the last one in a key separates the two.
    """
    return f"{article_id}#{event}"
