"""A record for a terminal is marked where the mentions are, and cannot control the terminal."""

from __future__ import annotations

import io

import pytest
from rich.console import Console
from rich.style import Style

from service.contract.annotations import Entity, Event, Location, Mention, PlaceMention, Span, Tag, Topic
from service.contract.enriched_article import EnrichedArticle, NoneFound, Pipeline
from service.contract.raw_article import Source
from service.views.terminal import COLOURS, MAIN_TRIGGER, TRIGGER, marked, visible


def record(text: str, *, headline: str = "", name: str | None = None) -> EnrichedArticle:
    """Return a record with *text*, in which "Sofia" is an entity and a place, and "left" is an event."""
    start, left = text.find("Sofia"), text.find("left")
    empty = dict.fromkeys(("version", "url", "published_at", "updated_at", "embargoed_until", "byline", "dateline"))
    sofia = {"start": start, "end": start + 5, "text": "Sofia"}
    return EnrichedArticle.model_validate(
        empty
        | {
            "id": "a1",
            "status": "enriched",
            "language": "en",
            "source": Source(name=name),
            "headline": headline,
            "text": text,
            "pipeline": Pipeline(service="", model="", model_version="", gazetteer="", rules="", fingerprint=""),
            "entities": [Entity(name="Sofia", type="GPE", mentions=[Mention(**sofia)], salience=1)]
            if start >= 0
            else [],
            "locations": [
                Location(
                    name="Sofia", kind="city", country="BG", confidence=1, mentions=[PlaceMention(**sofia, as_="name")]
                )
            ]
            if start >= 0
            else [],
            "events": [
                Event(
                    type="RETREAT",
                    trigger=Mention(start=left, end=left + 4, text="left"),
                    sentence=Span(start=0, end=len(text)),
                    confidence=1,
                    rule="r",
                )
            ]
            if left >= 0
            else [],
            "none_found": NoneFound(entities=None if start >= 0 else "no name"),
        }
    )


def rendered(shown: EnrichedArticle, *, colours: bool = True) -> str:
    """Return what is written to a terminal."""
    console = Console(
        file=io.StringIO(), force_terminal=colours, color_system="truecolor" if colours else None, width=200
    )
    console.print(marked(shown))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("before", ["За\u0301мъкът на ", "Bras\u0306ov s\u0326i ", "Кра\u0301й и\u0306 "])  # noqa: RUF001 - Cyrillic
def test_cyrillic_and_letters_with_a_mark_of_their_own_shift_no_mark(before: str) -> None:
    """Offsets are code points: a letter and its mark are two, though a terminal shows one."""
    shown = marked(record(f"{before}Sofia."))
    console = Console()
    start = shown.plain.index("Sofia")
    underlined = [
        at for at in range(start - len(before), start + 6) if shown.get_style_at_offset(console, at).underline
    ]

    assert underlined == list(range(start, start + 5))
    assert f"{before}[Sofia|GPE BG]." in marked(record(f"{before}Sofia."), colours=False).plain


def test_names_places_and_triggers_are_marked_where_they_stand() -> None:
    """A style covers the mention and nothing else."""
    shown = marked(record("Troops left Sofia."))
    console = Console()

    def style(words: str) -> Style:
        return shown.get_style_at_offset(console, shown.plain.index(words))

    assert style("Sofia").color == Style.parse(COLOURS["GPE"]).color
    assert style("Sofia").underline
    assert style("left").bgcolor == Style.parse(TRIGGER).bgcolor
    assert not style("Troops").color


def test_the_legend_and_the_lists_follow_the_text() -> None:
    """A reader sees what the colours mean and what the record holds."""
    plain = marked(record("Troops left Sofia.")).plain

    for words in ("GPE", "place", "event", "Sofia (BG)", "RETREAT “left”"):
        assert words in plain


def test_the_topics_stand_before_the_tags() -> None:
    """Each topic is shown with its score, in the order of the record."""
    topics = [
        Topic(medtop="20000066", name="demonstration", score=0.87),
        Topic(medtop="15000000", name="sport", score=0.3),
    ]
    tags = [Tag(tag="protest", score=0.9)]

    plain = marked(record("It rained.").model_copy(update={"topics": topics, "tags": tags})).plain

    assert plain.endswith("topics   demonstration 0.87, sport 0.30\ntags     protest 0.90")


def test_the_main_event_stands_out() -> None:
    """Its trigger has a colour of its own, and the legend, the list and the brackets name it."""
    plain = record("Troops left Sofia.")
    told = plain.model_copy(update={"events": [plain.events[0].model_copy(update={"main": True})]})
    shown = marked(told)

    trigger = shown.get_style_at_offset(Console(), shown.plain.index("left"))
    assert trigger.bgcolor == Style.parse(MAIN_TRIGGER).bgcolor
    assert "main event" in shown.plain
    assert "RETREAT “left” (main)" in shown.plain
    assert "Troops [left|RETREAT main] [Sofia|GPE BG]." in marked(told, colours=False).plain


def test_an_empty_list_gives_its_reason() -> None:
    """If a list is empty, the view says why; a record from before topics gives no reason, and has no line for them."""
    plain = marked(record("It rained.")).plain

    assert "none: no name" in plain
    assert "topics" not in plain


@pytest.mark.parametrize(
    "hostile",
    [
        "\x1b[2J\x1b[31mred Sofia",
        "\x1b]0;title\x07 Sofia",
        "\x9b31m Sofia",
        "\u202eaifoS Sofia",
        "\ud800 Sofia",
        "[red]Sofia[/red] [/] [link=file:///]x",
        "a\rb Sofia\x08\x08",
    ],
)
def test_hostile_text_is_shown_and_not_obeyed(hostile: str) -> None:
    """No control code of text, headline or source reaches the terminal, and brackets stay brackets."""
    shown = record(f"{hostile}\n\nbody", headline=hostile, name=hostile)
    out = rendered(shown, colours=False)

    assert not any(char in out for char in "\x1b\x07\x9b\u202e\x08\r\ud800")
    assert "[/red]" in out or "[red]" not in hostile
    assert out.encode()


def test_marks_stay_in_place_behind_control_codes() -> None:
    """Each code point is replaced by exactly one, so offsets stay valid."""
    shown = marked(record("\x1b\x1b\x07 Troops left Sofia."))

    assert any(shown.plain[span.start : span.end] == "Sofia" for span in shown.spans)


@pytest.mark.parametrize(
    ("text", "seen"), [("\x1b", "␛"), ("\x00", "␀"), ("\x7f", "␡"), ("\x85", "�"), ("é\n\t", "é\n\t")]
)
def test_visible_is_one_for_one(text: str, seen: str) -> None:
    """Control codes become pictures; letters, tabs and line ends stay."""
    assert visible(text) == seen


def test_without_colours_marks_are_brackets_with_labels() -> None:
    """In a file or a pipe, which have no colours, mentions still stand out."""
    assert "Troops [left|RETREAT] [Sofia|GPE BG]." in marked(record("Troops left Sofia."), colours=False).plain
