"""From a name in the text to its candidates in the gazetteer."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from service.enrich.gazetteer.places import NameRole
from service.enrich.places.cues import DIRECTIONS, DIVISIONS

if TYPE_CHECKING:
    from service.enrich.gazetteer.places import Gazetteer, GazetteerMatch

MAX_CANDIDATES_PER_NAME = 24
"""There are 90 San Joses, and the last of them are hamlets."""


def look_up(name: str, as_: str, gazetteer: Gazetteer) -> list[GazetteerMatch]:
    """Return the candidates of *name*, or if it has none, those of its core without generic words (`northern Iraq`).

    Main names come before alternate ones, each the most populous first. A mention as "demonym" has only the places
    whose people it names as candidates, any other mention only the places themselves.
    """
    demonym = as_ == "demonym"
    for form in (name,) if demonym else _forms(name):
        matches = [match for match in gazetteer.candidates(form) if (match.role is NameRole.DEMONYM) == demonym]
        if matches:
            return sorted(matches, key=lambda match: match.role is NameRole.ALTERNATE)[:MAX_CANDIDATES_PER_NAME]
    return []


@lru_cache(maxsize=4096)
def _forms(name: str) -> tuple[str, ...]:
    words = name.split()
    forms = [name]
    if len(words) > 1 and words[0].lower() in DIRECTIONS:
        forms.append(" ".join(words[1:]))
    if len(words) > 1 and words[-1].lower() in DIVISIONS:
        forms.append(" ".join(words[:-1]))
    if len(words) > 2 and words[1] == "of" and words[0].lower() in DIVISIONS:  # noqa: PLR2004 - City of London
        forms.append(" ".join(words[2:]))
    return tuple(forms)
