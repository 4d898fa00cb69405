"""An event has the same id in every version of an article that still states it in the same words."""

from __future__ import annotations

import re

from service.contract.annotations import Event, Mention, Span
from service.enrich.events.identity import with_ids

FLOOD = "The Tisza flooded two villages on Monday."
PROTEST = "Farmers blocked the bridge and blocked the road."


def events(text: str, *triggers: str) -> list[Event]:
    """Return an event for every place of a trigger in *text*, in the order of the text."""
    found = []
    for match in re.finditer("|".join(triggers), text):
        start = text.rfind("\n", 0, match.start()) + 1
        end = text.find("\n", match.start())
        trigger = Mention(start=match.start(), end=match.end(), text=match[0])
        sentence = Span(start=start, end=len(text) if end < 0 else end)
        found.append(Event(type="DISASTER", trigger=trigger, sentence=sentence, confidence=0.5, rule="network"))
    return with_ids(text, found)


def ids(text: str) -> list[str | None]:
    """Return the ids of the events in *text*."""
    return [event.id for event in events(text, "flooded", "blocked")]


def test_the_id_does_not_depend_on_the_rest_of_the_article() -> None:
    """Another paragraph before it, and another line break within it, leave the id of an event as it is."""
    [flood] = ids(FLOOD)

    assert ids(f"{PROTEST}\n{FLOOD}")[-1] == flood
    assert ids(FLOOD.replace(" two", "  two")) == [flood]


def test_the_id_does_not_depend_on_the_coding() -> None:
    """A release that codes another type or flag gives the event the same id."""
    [event] = events(FLOOD, "flooded")
    [other] = with_ids(FLOOD, [event.model_copy(update={"type": "AID", "negated": True})])

    assert other.id == event.id


def test_other_words_are_another_event() -> None:
    """A sentence that was changed has an event with a new id."""
    assert ids(FLOOD) != ids(FLOOD.replace("two", "three"))


def test_equal_events_are_counted() -> None:
    """The same trigger twice in a sentence, and the same sentence twice, give different ids."""
    found = ids(f"{PROTEST}\n{FLOOD}\n{FLOOD}")

    assert len(set(found)) == len(found) == 4
    assert all(re.fullmatch("[0-9a-f]{12}", str(identifier)) for identifier in found)
