"""Offsets in the rest of a text become offsets in the text."""

from __future__ import annotations

from service.contract.annotations import Event, Mention, Span
from service.enrich.boilerplate.cutting import Cut

TEXT = "Troops left Sofia.\n\nAdvertisement\n\nThey went (Photo: Ana Petrova) to Varna. Share\nIt rained."
STRETCHES = [
    (TEXT.index(words), TEXT.index(words) + len(words)) for words in ("Advertisement", "(Photo: Ana Petrova)", "Share")
]
REST = "Troops left Sofia.\n\nThey went to Varna.\nIt rained."


def mention(words: str) -> Mention:
    """Return the mention of *words* in `REST`."""
    start = REST.index(words)
    return Mention(start=start, end=start + len(words), text=words)


def test_the_rest_reads_as_if_the_stretches_had_never_been_there() -> None:
    """A sentence goes on behind a credit, and paragraphs and lines stay apart."""
    assert Cut(TEXT, STRETCHES).rest == REST


def test_a_mention_is_moved_to_its_words_in_the_text() -> None:
    """Before, between and behind the stretches, also at the very ends."""
    restored = Cut(TEXT, STRETCHES).restore(
        [mention(words) for words in ("Troops", "Sofia", "They", "Varna", "It rained.")]
    )

    assert [TEXT[found.start : found.end] for found in restored] == ["Troops", "Sofia", "They", "Varna", "It rained."]


def test_a_mention_across_a_stretch_contains_it() -> None:
    """The text of a mention is the text at its offsets."""
    restored = Cut(TEXT, STRETCHES).restore(mention("went to Varna"))

    assert restored.text == "went (Photo: Ana Petrova) to Varna" == TEXT[restored.start : restored.end]


def test_all_spans_inside_a_member_are_moved() -> None:
    """An event has a trigger, a sentence and participants; its other members stay."""
    sentence = mention("They went to Varna.")
    event = Event(
        type="RETREAT",
        trigger=mention("went"),
        sentence=Span(start=sentence.start, end=sentence.end),
        confidence=1,
        rule="r",
    )
    restored = Cut(TEXT, STRETCHES).restore([event])[0]

    assert restored.trigger.text == TEXT[restored.trigger.start : restored.trigger.end] == "went"
    assert TEXT[restored.sentence.start : restored.sentence.end] == "They went (Photo: Ana Petrova) to Varna."
    assert restored.type == "RETREAT"


def test_a_text_can_be_all_boilerplate() -> None:
    """Then nothing is left to read."""
    assert Cut("Advertisement", [(0, 13)]).rest == ""
