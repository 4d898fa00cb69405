"""A record for a terminal: its text with names, places and events marked, a legend, and a line per list.

The text comes from the wire and may hold anything: control codes are shown as pictures and never reach the terminal,
and nothing in the text is read as markup.
"""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import islice
from typing import TYPE_CHECKING

from rich.text import Text

from service.views import marking, record_parts

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
MAIN_TRIGGER = "bold black on bright_yellow"
MAX_ENTRIES = 12  # of a list; the record has them all

UNSAFE_CODE_POINTS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
"""What a terminal acts on or cannot write: control codes, marks that change the direction of text, lone surrogates."""


def marked(record: EnrichedArticle, *, colours: bool = True) -> Text:
    """Return *record* for a terminal: names in the colour of their type, places underlined, event triggers reversed.

    The trigger of a main event has a colour of its own. Without *colours* (in a file or a pipe) mentions stand in
    brackets with their labels: `[Cluj|GPE RO]`, and `[marched|PROTEST main]` for a main event.
    """
    text = _coloured(record) if colours else Text(_bracketed(record))
    legend = [_legend(record)] if colours else []
    lines = Text("\n").join(filter(None, [*legend, *_lists(record)]))
    return Text("\n\n").join([_heading(record), text, lines])


def _bracketed(record: EnrichedArticle) -> str:
    labels: dict[tuple[int, int], list[str]] = defaultdict(list)
    for mark in marking.marks(record):
        labels[mark.start, mark.end] += [mark.label, "main"] if mark.main else [mark.label]
    text, parts, position = visible(record.text), [], 0
    for (start, end), names in sorted(labels.items(), key=lambda row: (row[0][0], -row[0][1])):
        if start >= position:
            parts += [text[position:start], f"[{text[start:end]}|{' '.join(names)}]"]
            position = end
    return "".join([*parts, text[position:]])


def _coloured(record: EnrichedArticle) -> Text:
    text = Text(visible(record.text))
    text.stylize("bold", 0, len(record.headline))
    for mark in marking.marks(record):
        text.stylize(_style(mark), mark.start, mark.end)
    return text


def _style(mark: marking.Mark) -> str:
    if mark.kind == "entity":
        return COLOURS[mark.label]
    if mark.kind == "place":
        return PLACE
    return MAIN_TRIGGER if mark.main else TRIGGER


def _heading(record: EnrichedArticle) -> Text:
    parts = (record.id, record.source.name, record_parts.published(record), record.language, record.status)
    return Text(visible(" · ".join(filter(None, parts))), style="dim")


def _legend(record: EnrichedArticle) -> Text:
    types = sorted({entity.type for entity in record.entities}, key=list(COLOURS).index)
    parts = [Text(name, style=COLOURS[name]) for name in types]
    parts += [Text("place", style=PLACE)] if record.locations else []
    main = [event.main for event in record.events]
    parts += [Text("main event", style=MAIN_TRIGGER)] if any(main) else []
    parts += [Text("event", style=TRIGGER)] if not all(main) else []
    return Text("  ").join(parts)


def _lists(record: EnrichedArticle) -> list[Text]:
    """Return a line per list of the record, or the reason why the list is empty."""
    watched = set(record.watched)
    entities = (f"{entity.name} {len(entity.mentions)}" for entity in record.entities)
    places = (f"{place.name}{f' ({place.country})' if place.country else ''}" for place in record.locations)
    countries = (
        f"{country.code}{'*' if country.code in watched else ''} {country.share:.0%}"
        for country in record_parts.countries_about(record)
    )
    events = (f"{event.type} “{event.trigger.text}”{' (main)' if event.main else ''}" for event in record.events)
    topics = (f"{topic.name} {topic.score:.2f}" for topic in record.topics)
    tags = (f"{tag.tag} {tag.score:.2f}" for tag in record.tags)
    rows = [
        _row("entities", entities, record.none_found.entities),
        _row("places", places, record.none_found.locations),
        _row("about", countries, None),
        _row("events", events, record.none_found.events),
        _row("topics", topics, record.none_found.topics),
        _row("tags", tags, None),
    ]
    return [row for row in rows if row]


def _row(name: str, entries: Iterable[str], reason: str | None) -> Text:
    shown = list(islice(entries, MAX_ENTRIES + 1))
    if not shown:
        return Text.assemble((f"{name:9}", "dim"), (visible(f"none: {reason}"), "dim italic")) if reason else Text()
    shown[MAX_ENTRIES:] = ["…"] if len(shown) > MAX_ENTRIES else []
    return Text.assemble((f"{name:9}", "dim"), visible(", ".join(shown).replace("\n", " ")))


def visible(text: str) -> str:
    """Return *text* with each code point that a terminal would act on replaced by one that shows it.

    The length stays the same, so offsets stay valid: ESC becomes ␛, a carriage return a space, and a code point without
    a picture becomes �.
    """
    return UNSAFE_CODE_POINTS.sub(_picture, text)


def _picture(match: re.Match[str]) -> str:
    code = ord(match[0])
    if match[0] == "\r":
        return " "
    if code < ord(" "):
        return chr(0x2400 + code)  # Unicode has pictures of the control codes, in their order
    return "␡" if code == ord("\x7f") else "\N{REPLACEMENT CHARACTER}"
