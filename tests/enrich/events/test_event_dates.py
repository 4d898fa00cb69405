"""An event has the date that its own words name, and no other."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from service.enrich import dates, events

if TYPE_CHECKING:
    from spacy.language import Language

PUBLISHED = datetime(2024, 5, 16, 12, tzinfo=UTC)  # a Thursday


def dates_of(nlp: Language, sentence: str) -> dict[str, str | None]:
    """Return the date of each event of *sentence*, by the trigger."""
    doc = nlp(sentence)
    return {event.trigger.text: event.date for event in events.find(doc, dates=dates.find(doc, PUBLISHED))}


@pytest.mark.parametrize(
    ("sentence", "trigger", "date"),
    [
        ("Police arrested the mayor on Monday.", "arrested", "2024-05-13"),
        ("The minister condemned Monday's attack.", "attack", "2024-05-13"),
        ("The minister condemned Monday's attack.", "condemned", None),
        ("Police arrested the mayor.", "arrested", None),
        ("Rebels have attacked the town since Monday.", "attacked", None),
    ],
)
def test_the_date_is_that_of_the_events_own_words(nlp: Language, sentence: str, trigger: str, date: str | None) -> None:
    """A date belongs to the verb or noun that it stands with; "since" gives none, and nothing is guessed."""
    assert dates_of(nlp, sentence)[trigger] == date
