"""A record for people: its text with names, places and events marked, a legend, and what was found in a few lines.

The text comes from the wire and may hold anything: control codes are shown and never reach the terminal, and nothing
in it is read as markup.
"""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import islice
from typing import TYPE_CHECKING

from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from service.contract.enriched_article import EnrichedArticle

COLOURS = {
    "PERSON": "bright_yellow",
    "ORG": "bright_blue",
    "GPE": "bright_green",
    "LOC": "green",
    "FAC": "dark_cyan",
    "NORP": "bright_magenta",
    "EVENT": "orange3",
    "PRODUCT": "tan",
    "WORK_OF_ART": "plum2",
    "LAW": "plum2",
    "LANGUAGE": "grey70",
}
PLACE = "underline"
TRIGGER = "black on bright_white"
SHOWN = 12  # entries of a list; a record has them all

UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
"""What a terminal acts on or cannot write: control codes, marks that turn the direction of text, lone surrogates."""


def marked(record: EnrichedArticle, *, colours: bool = True) -> Text:
    """Return *record* for a terminal: names in their type's colour, places underlined, event triggers reversed.

    Without *colours* (a file, a pipe) what is found stands in brackets with its labels: `[Cluj|GPE RO]`.
    """
    body = [_coloured(record), _legend(record)] if colours else [Text(_bracketed(record))]
    return Text("\n\n").join([_heading(record), body[0], Text("\n").join(filter(None, [*body[1:], *_found(record)]))])


def _bracketed(record: EnrichedArticle) -> str:
    labels: dict[tuple[int, int], list[str]] = defaultdict(list)
    for entity in record.entities:
        for mention in entity.mentions:
            labels[mention.start, mention.end].append(entity.type)
    for place in record.locations:
        for where in place.mentions:
            labels[where.start, where.end].append(place.country or place.kind)
    for event in record.events:
        labels[event.trigger.start, event.trigger.end].append(event.type)
    text, parts, position = visible(record.text), [], 0
    for (start, end), names in sorted(labels.items(), key=lambda row: (row[0][0], -row[0][1])):
        if start >= position:
            parts += [text[position:start], f"[{text[start:end]}|{' '.join(names)}]"]
            position = end
    return "".join([*parts, text[position:]])


def _coloured(record: EnrichedArticle) -> Text:
    text = Text(visible(record.text))
    text.stylize("bold", 0, len(record.headline))
    for entity in record.entities:
        for mention in entity.mentions:
            text.stylize(COLOURS[entity.type], mention.start, mention.end)
    for place in record.locations:
        for where in place.mentions:
            text.stylize(PLACE, where.start, where.end)
    for event in record.events:
        text.stylize(TRIGGER, event.trigger.start, event.trigger.end)
    return text


def _heading(record: EnrichedArticle) -> Text:
    published = record.published_at.strftime("%Y-%m-%d %H:%M UTC") if record.published_at else None
    words = (record.id, record.source.name, published, record.language, record.status)
    return Text(visible(" · ".join(filter(None, words))), style="dim")


def _legend(record: EnrichedArticle) -> Text:
    types = sorted({entity.type for entity in record.entities}, key=list(COLOURS).index)
    parts = [Text(name, style=COLOURS[name]) for name in types]
    parts += [Text("place", style=PLACE)] if record.locations else []
    parts += [Text("event", style=TRIGGER)] if record.events else []
    return Text("  ").join(parts)


def _found(record: EnrichedArticle) -> list[Text]:
    """Return a line for each list of the record, or the reason why it is empty."""
    watched = set(record.watched)
    names = (f"{entity.name} {len(entity.mentions)}" for entity in record.entities)
    places = (f"{place.name}{f' ({place.country})' if place.country else ''}" for place in record.locations)
    countries = (
        f"{country.code}{'*' if country.code in watched else ''} {country.share:.0%}"
        for country in record.countries
        if country.about
    )
    events = (f"{event.type} “{event.trigger.text}”" for event in record.events)
    tags = (f"{tag.tag} {tag.score:.2f}" for tag in record.tags)
    rows = [
        _row("entities", names, record.none_found.entities),
        _row("places", places, record.none_found.locations),
        _row("about", countries, None),
        _row("events", events, record.none_found.events),
        _row("tags", tags, None),
    ]
    return [row for row in rows if row]


def _row(name: str, entries: Iterable[str], reason: str | None) -> Text:
    shown = list(islice(entries, SHOWN + 1))
    if not shown:
        return Text.assemble((f"{name:9}", "dim"), (visible(f"none: {reason}"), "dim italic")) if reason else Text()
    shown[SHOWN:] = ["…"] if len(shown) > SHOWN else []
    return Text.assemble((f"{name:9}", "dim"), visible(", ".join(shown).replace("\n", " ")))


def visible(text: str) -> str:
    """Return *text* with each code point that a terminal would act on replaced by one that shows it.

    One for one, so that offsets stay: ESC becomes ␛, a carriage return a space, what has no picture �.
    """
    return UNSAFE.sub(_picture, text)


def _picture(match: re.Match[str]) -> str:
    code = ord(match[0])
    if match[0] == "\r":
        return " "
    if code < ord(" "):
        return chr(0x2400 + code)  # Unicode's pictures of the control codes are in their order
    return "␡" if code == ord("\x7f") else "\N{REPLACEMENT CHARACTER}"
