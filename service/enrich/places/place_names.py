"""From a name in the text to its candidates in the gazetteer."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from service.enrich.gazetteer.places import Role
from service.enrich.places.cues import DIRECTIONS, DIVISIONS

if TYPE_CHECKING:
    from service.enrich.gazetteer.places import Candidate, Gazetteer

MOST = 24
"""Candidates of a name that are weighed; there are 90 San Joses, and the last ones are hamlets."""


def look_up(name: str, as_: str, gazetteer: Gazetteer) -> list[Candidate]:
    """Return the candidates of *name*, or those of what is left without its generic words (`northern Iraq`)."""
    demonym = as_ == "demonym"
    for form in (name,) if demonym else _forms(name):
        found = [one for one in gazetteer.candidates(form) if (one.role is Role.DEMONYM) == demonym]
        if found:
            names = [one for one in found if one.role is not Role.ALTERNATE]
            return (names + [one for one in found if one.role is Role.ALTERNATE])[:MOST]
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
