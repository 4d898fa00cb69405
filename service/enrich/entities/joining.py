"""Names of one thing joined: surname to full name, acronym to long form, company with and without its legal form.

Every join goes by a key that both names have, so the time grows with the number of names and not with its square;
where a key leads to two things, nothing is joined.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from service.enrich.entities.name_forms import fold, transliterated

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

    from service.enrich.entities.lexicon import Lexicon
    from service.enrich.entities.name_groups import Group

AMBIGUOUS = 2.0
"""Weight, for each mention, of "a person" for a surname that two full names share."""


def join(groups: dict[str, Group], acronyms: Iterable[tuple[str, str]], lexicon: Lexicon) -> list[Group]:
    """Return one group a real-world thing, in the order of the first mention."""
    _join_full_names(groups.values(), lexicon)
    _join_surnames(groups.values(), lexicon)
    for long_form, acronym in acronyms:
        short, long = groups.get(fold(acronym)), groups.get(fold(long_form))
        if short and long:  # not where the model drew one name over bracket and all
            short.join(long)
    _join_legal_forms(groups, lexicon)
    _join_heads(groups.values(), lexicon)
    _join_plurals(groups)
    _join_aliases(groups.values(), lexicon)
    return [one for one in groups.values() if not one.joined]


def _persons(groups: Iterable[Group], lexicon: Lexicon) -> list[tuple[Group, list[str]]]:
    """Return the full names among *groups* with their words, without Jr. and the like."""
    named = ((one, [word for word in one.words if word not in lexicon.generations]) for one in groups)
    return [(one, names) for one, names in named if len(names) > 1 and one.label == "PERSON"]


def _join_full_names(groups: Iterable[Group], lexicon: Lexicon) -> None:
    """Join turned names, those with and without a middle name, short forms of the given name, and initials."""
    persons = _persons(groups, lexicon)

    def given(names: list[str]) -> str:
        return lexicon.nicknames.get(names[0], names[0])

    keys: tuple[Callable[[list[str]], Hashable], ...] = (
        lambda names: tuple(sorted(map(transliterated, names))),
        lambda names: (transliterated(names[-1]), given(names)),
    )
    for key in keys:
        first: dict[Hashable, Group] = {}
        for one, names in persons:
            one.join(first.setdefault(key(names), one))
    initials: dict[tuple[str, str], dict[Group, None]] = defaultdict(dict)
    for one, names in persons:
        initials[transliterated(names[-1]), names[0][0]][one.root()] = None
    for one, names in persons:
        if len(names[0]) == 1:
            _join_only(one, initials[transliterated(names[-1]), names[0]])


def _join_surnames(groups: Iterable[Group], lexicon: Lexicon) -> None:
    """Join a surname, or a given name, to the one full name of the article that has it."""
    by_surname: dict[str, list[Group]] = defaultdict(list)
    by_given: dict[str, list[Group]] = defaultdict(list)
    full: set[Group] = set()
    for one, names in _persons(groups, lexicon):
        full.add(one)
        for form in surname_forms(names, lexicon):
            by_surname[transliterated(form)].append(one)
        by_given[names[0]].append(one)
    for one in groups:
        name = transliterated(" ".join(one.words))
        if one.joined or one.certain:
            continue
        if name in by_surname and one not in by_surname[name]:
            _join_only(one, by_surname[name])
        elif one not in full and one.label == "PERSON":
            _join_only(one, by_given.get(" ".join(one.words), []))


def _join_only(one: Group, others: Iterable[Group]) -> None:
    """Join *one* to the others where they are one person already; else it is at least a person too."""
    mine = one.root()
    found: Group | None = None
    for root in (other.root() for other in others):
        if root is mine or root is found:
            continue
        if found:
            one.votes["PERSON"] += AMBIGUOUS * len(one.candidates)
            return
        found = root
    if found:
        found.votes["PERSON"] += sum(one.votes.values())
        one.join(found)


def surname_forms(names: list[str], lexicon: Lexicon) -> set[str]:
    """Return the forms by which a text calls the bearer of *names* again: "bin laden", "laden", "assad"."""
    last = names[-1]
    start = len(names) - 1
    while start > 1 and names[start - 1] in lexicon.particles:
        start -= 1
    head, _, tail = last.partition("-")
    return {last, " ".join(names[start:]), tail if tail and head in lexicon.particles else last}


def _join_legal_forms(groups: dict[str, Group], lexicon: Lexicon) -> None:
    for one in groups.values():
        names = one.words[:]
        while len(names) > 1 and names[-1] in lexicon.legal_forms:
            names.pop()
        short = groups.get(" ".join(names))
        if short and short is not one and one.label == "ORG":
            short.join(one)


def _join_heads(groups: Iterable[Group], lexicon: Lexicon) -> None:
    """Join "the Alliance" to the one organisation of the article whose name ends so."""
    by_head: dict[str, set[Group]] = defaultdict(set)
    for one in groups:
        if len(one.words) > 1 and one.root().label == "ORG":
            by_head[one.words[-1]].add(one.root())
    for one in groups:
        if not one.joined and not one.certain and lexicon.heads.get(one.surface) == "ORG":
            full = by_head[one.words[-1]]
            if len(full) == 1:
                one.join(next(iter(full)))


def _join_plurals(groups: dict[str, Group]) -> None:
    """Join "Ukrainians" to "Ukrainian"."""
    for one in groups.values():
        plural = groups.get(one.key + "s")
        if plural and one.label == plural.label == "NORP":
            plural.join(one)


def _join_aliases(groups: Iterable[Group], lexicon: Lexicon) -> None:
    """Join the well-known forms of one thing."""
    first: dict[str, Group] = {}
    for one in groups:
        if known := lexicon.known(one.surface):
            one.join(first.setdefault(known.name, one))
