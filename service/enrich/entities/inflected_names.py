"""Entities in languages with case endings, of which the network finds the names and no parse is read.

Steps, in order:
    inflected_spans    the network's spans, cut to the names in them, and what the text introduces
    inflected_joining  the names of one thing; `inflection` knows the endings, `cross_script` Cyrillic and Latin
    repeats            further mentions of the names found
    salience           how much the article is about each
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING

from service.enrich.entities import lexicon
from service.enrich.entities.cross_script import script
from service.enrich.entities.inflected_joining import MAX_PERSON_WORDS, Joining
from service.enrich.entities.inflected_spans import clean_spans, introduced_pairs
from service.enrich.entities.inflection import endings, name_parts, name_words
from service.enrich.entities.name_forms import is_acronym
from service.enrich.entities.name_groups import NameGroup
from service.enrich.entities.repeats import (
    MIN_LETTERS_IN_CAPITALS,
    MIN_SURNAME_LETTERS,
    add_occurrences,
    owners_of_forms,
)
from service.enrich.gazetteer.folding import fold_place_name
from service.enrich.gazetteer.places import NameRole

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from spacy.tokens import Span

    from service.enrich.entities.inflection import Endings, NameWords, WordForms
    from service.enrich.entities.name_candidates import NameCandidate
    from service.enrich.gazetteer.places import Gazetteer, GazetteerMatch

SPACE = re.compile(" ")
WORD = re.compile(r"\w+")
WORD_BEFORE = re.compile(r"[\w,;:] (?P<word>\w+) $|[\w,;:] $")
"""What precedes a word in a sentence, and the word before it if that is not the sentence's first."""
MAX_WORD_CODE_POINTS = 40


def find(text: str, ents: Iterable[Span], language: str, gazetteer: Gazetteer) -> dict[NameGroup, str]:
    """Return one group of mentions per real-world thing that *ents* name, with its name."""
    words = name_words(language)
    candidates = clean_spans(text, ents, words)
    pairs = introduced_pairs(text, candidates)
    owner = _group(candidates, words)
    joining = Joining(list(dict.fromkeys(owner.values())), language, gazetteer)
    groups = joining.join((owner[short], owner[long]) for short, long in pairs)
    of_things = endings(language, "things")
    places = gazetteer if words.places_change else None
    names = {group: _name(group, joining.forms_of(group), of_things, places) for group in groups}
    _add_repeats(text, groups, words)
    return {group: name for group, name in names.items() if group.candidates}


def _group(candidates: list[NameCandidate], words: NameWords) -> dict[NameCandidate, NameGroup]:
    """Return the group of each candidate: one per form, in any case, but peoples in lower case are no persons."""
    groups: dict[tuple[str, bool], NameGroup] = {}
    owner = {}
    for candidate in candidates:
        key = candidate.surface.casefold()
        is_people = candidate.label == "NORP" and candidate.surface.islower()
        group = groups.get((key, is_people))
        if group is None:
            group = groups[key, is_people] = NameGroup(key, _distinctive_parts(candidate.surface, words))
        group.candidates.append(candidate)
        group.votes[candidate.label] += candidate.weight
        owner[candidate] = group
    return owner


def _distinctive_parts(surface: str, words: NameWords) -> list[str]:
    """Return the words of a name without titles, legal forms and the English article, if others are left."""
    parts = name_parts(surface)
    left = [
        part
        for part in parts
        if part != "the" and part not in words.titles and part.replace(".", "") not in lexicon.load().legal_forms
    ]
    return left or parts


def _name(group: NameGroup, forms: WordForms, of_things: Endings, gazetteer: Gazetteer | None) -> str:
    """Return the usual name of a well-known thing if it is the article's, otherwise the fullest form, a nominative."""
    surfaces = [of_things.without_hyphen(" ".join(candidate.surface.split())) for candidate in sorted(group.candidates)]
    for surface in surfaces:
        well_known = lexicon.load().well_known(surface) if surface.isascii() else None
        if well_known and well_known.label == group.label:
            return well_known.name
    counts = Counter(surfaces)
    spaces = ((form, space) for form in counts for space in islice(SPACE.finditer(form), MAX_PERSON_WORDS))
    parts_of_longer = {form[space.end() :] for form, space in spaces}
    scripts = Counter(map(script, surfaces))

    def quality(form: str) -> tuple[bool, bool, int, int, int, int]:
        distance = sum(forms.rank(word) for word in name_parts(form))
        full = " " in form and not form[0].islower() and form not in parts_of_longer
        return full, not form.isupper(), scripts[script(form)], -distance, counts[form], -len(form)

    best = max(counts, key=quality)
    if gazetteer is None or group.label not in {"GPE", "LOC"} or any(map(forms.shows, name_parts(best))):
        return best
    return _nominative(best, of_things, gazetteer)


def _nominative(surface: str, of_things: Endings, gazetteer: Gazetteer) -> str:
    """Return the nominative of a place, if only one name of the place can be it: "Párizs" for "Párizst".

    Forms of one place may each look like an ending of the other ("Čína", "Číne"), which tells nothing, unless one is
    the gazetteer's own name. A form that the gazetteer does not know is the greatest place that it may be a form of.
    """
    found = _place(surface, gazetteer)
    if found is None:
        return _greatest(surface, of_things, gazetteer)
    own = fold_place_name(found.place.name)
    if fold_place_name(surface) == own:
        return surface
    others = [
        name
        for name in dict.fromkeys(of_things.restored(surface))
        if name != surface
        and any(match.place.row == found.place.row and match.role <= found.role for match in gazetteer.candidates(name))
    ]
    if equal := [name for name in others if fold_place_name(name) == own]:
        return found.place.name if found.place.name in equal else equal[0]
    certain = [name for name in others if surface not in of_things.restored(name)]
    return certain[0] if len(certain) == 1 and " " not in surface else surface


def _place(name: str, gazetteer: Gazetteer) -> GazetteerMatch | None:
    """Return the greatest place that has *name*, if it is none of a people."""
    return next((match for match in gazetteer.candidates(name) if match.role is not NameRole.DEMONYM), None)


def _greatest(surface: str, of_things: Endings, gazetteer: Gazetteer) -> str:
    """Return the name of the greatest place in the gazetteer that *surface* may be a form of: "Arad" for "Aradon"."""
    best, greatest = surface, (0, False)
    for name in of_things.restored(surface):
        for match in gazetteer.candidates(name)[:1]:
            size = (match.place.population, match.place.name == name)
            if match.role is not NameRole.DEMONYM and size > greatest:
                best, greatest = name[0].upper() + name[1:], size
    return best


def _add_repeats(text: str, groups: list[NameGroup], words: NameWords) -> None:
    """Add further mentions in the same form, with a capital, that are not inside a longer name."""
    in_lower_case = {word for word in WORD.findall(text) if word.islower()}

    def is_name(start: int, end: int) -> bool:
        surface = text[start:end]
        if " " in surface:
            return True
        before = WORD_BEFORE.search(text, max(0, start - MAX_WORD_CODE_POINTS), start)
        if text[end : end + 1] == " " and text[end + 1 : end + 2].isupper():
            return False
        if before:
            return not (before["word"] or "").istitle()
        return surface.lower() not in in_lower_case

    forms = ((form, group) for group in groups for form in _forms(group, words))
    add_occurrences(text, groups, [], owners_of_forms(forms), is_name)


def _forms(group: NameGroup, words: NameWords) -> Iterator[str]:
    for surface in dict.fromkeys(candidate.surface for candidate in group.candidates):
        if surface.islower() or (len(surface) < MIN_SURNAME_LETTERS and not is_acronym(surface)):
            continue
        yield surface
        if sum(map(str.isalpha, surface)) >= MIN_LETTERS_IN_CAPITALS:
            yield surface.upper()
        if group.label == "PERSON" and " " in surface:
            surname = surface.split()[0 if words.surname_first else -1]
            if len(surname) >= MIN_SURNAME_LETTERS and surname[0].isupper():
                yield surname
