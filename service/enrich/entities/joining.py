"""Join the names of one thing: surname to full name, acronym to long form, company with and without its legal form.

Every join uses a key that both names have, so the time grows with the number of names and not with its square. If a key
leads to two things, nothing is joined.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from service.enrich.entities.name_forms import fold_name, transliterated

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

    from service.enrich.entities.lexicon import Lexicon
    from service.enrich.entities.name_groups import NameGroup

SHARED_SURNAME_WEIGHT = 2.0
"""Weight per mention of "a person" for a surname that two full names share."""


def join(groups: dict[str, NameGroup], acronyms: Iterable[tuple[str, str]], lexicon: Lexicon) -> list[NameGroup]:
    """Return one group per real-world thing, in the order of the first mention.

    Args:
        groups: The groups by folded form, as `name_groups.group_by_form` returns them.
        acronyms: Pairs (long form, acronym) that the text introduces.
        lexicon: The word lists.
    """
    _join_full_names(groups.values(), lexicon)
    _join_surnames(groups.values(), lexicon)
    for long_form, acronym in acronyms:
        short, long = groups.get(fold_name(acronym)), groups.get(fold_name(long_form))
        if short and long:  # either is missing if the model marked one name over the bracket and all
            if short.label == "PERSON" != long.label:  # as surnames, new acronyms are capitalized words
                short.votes[long.label] += short.votes.pop("PERSON")
            short.join(long)
    _join_legal_forms(groups, lexicon)
    _join_heads(groups.values(), lexicon)
    _join_plurals(groups)
    _join_aliases(groups.values(), lexicon)
    return [group for group in groups.values() if not group.joined]


def _persons(groups: Iterable[NameGroup], lexicon: Lexicon) -> list[tuple[NameGroup, list[str]]]:
    """Return the full names of persons among *groups* with their words, without Jr. and the like."""
    named = ((group, [word for word in group.words if word not in lexicon.generations]) for group in groups)
    return [(group, names) for group, names in named if len(names) > 1 and group.label == "PERSON"]


def _join_full_names(groups: Iterable[NameGroup], lexicon: Lexicon) -> None:
    """Join names in reverse order, with and without a middle name, with a short given name, and with initials."""
    persons = _persons(groups, lexicon)

    def given(names: list[str]) -> str:
        return lexicon.nicknames.get(names[0], names[0])

    keys: tuple[Callable[[list[str]], Hashable], ...] = (
        lambda names: tuple(sorted(map(transliterated, names))),
        lambda names: (transliterated(names[-1]), given(names)),
    )
    for key in keys:
        by_key: dict[Hashable, NameGroup] = {}
        for person, names in persons:
            person.join(by_key.setdefault(key(names), person))
    by_initial: dict[tuple[str, str], dict[NameGroup, None]] = defaultdict(dict)
    for person, names in persons:
        by_initial[transliterated(names[-1]), names[0][0]][person.root()] = None
    for person, names in persons:
        if len(names[0]) == 1:
            _join_if_unique(person, by_initial[transliterated(names[-1]), names[0]])


def _join_surnames(groups: Iterable[NameGroup], lexicon: Lexicon) -> None:
    """Join a surname, or a given name, to the only full name of the article that has it."""
    by_surname: dict[str, list[NameGroup]] = defaultdict(list)
    by_given: dict[str, list[NameGroup]] = defaultdict(list)
    full_names: set[NameGroup] = set()
    for person, names in _persons(groups, lexicon):
        full_names.add(person)
        for form in surname_forms(names, lexicon):
            by_surname[transliterated(form)].append(person)
        by_given[names[0]].append(person)
    for group in groups:
        name = transliterated(" ".join(group.words))
        if group.joined or group.certain:
            continue
        if name in by_surname and group not in by_surname[name]:
            _join_if_unique(group, by_surname[name])
        elif group not in full_names and group.label == "PERSON":
            _join_if_unique(group, by_given.get(" ".join(group.words), []))


def _join_if_unique(group: NameGroup, others: Iterable[NameGroup]) -> None:
    """Join *group* to *others* if these are one person already; otherwise it is at least a person too."""
    mine = group.root()
    only: NameGroup | None = None
    for root in (other.root() for other in others):
        if root is mine or root is only:
            continue
        if only:
            group.votes["PERSON"] += SHARED_SURNAME_WEIGHT * len(group.candidates)
            return
        only = root
    if only:
        only.votes["PERSON"] += sum(group.votes.values())
        group.join(only)


def surname_forms(names: list[str], lexicon: Lexicon) -> set[str]:
    """Return the forms in which a text repeats the surname of the bearer of *names*: "bin laden", "laden", "assad"."""
    last = names[-1]
    start = len(names) - 1
    while start > 1 and names[start - 1] in lexicon.particles:
        start -= 1
    head, _, tail = last.partition("-")
    return {last, " ".join(names[start:]), tail if tail and head in lexicon.particles else last}


def _join_legal_forms(groups: dict[str, NameGroup], lexicon: Lexicon) -> None:
    """Join "Acme Widgets" to "Acme Widgets Inc."."""
    for group in groups.values():
        names = group.words[:]
        while len(names) > 1 and names[-1] in lexicon.legal_forms:
            names.pop()
        short = groups.get(" ".join(names))
        if short and short is not group and group.label == "ORG":
            short.join(group)


def _join_heads(groups: Iterable[NameGroup], lexicon: Lexicon) -> None:
    """Join "the Alliance" to the only organisation of the article whose name ends with that word."""
    by_head: dict[str, set[NameGroup]] = defaultdict(set)
    for group in groups:
        if len(group.words) > 1 and group.root().label == "ORG":
            by_head[group.words[-1]].add(group.root())
    for group in groups:
        if not group.joined and not group.certain and lexicon.heads.get(group.surface) == "ORG":
            organisations = by_head[group.words[-1]]
            if len(organisations) == 1:
                group.join(next(iter(organisations)))


def _join_plurals(groups: dict[str, NameGroup]) -> None:
    """Join "Ukrainians" to "Ukrainian"."""
    for group in groups.values():
        plural = groups.get(group.key + "s")
        if plural and group.label == plural.label == "NORP":
            plural.join(group)


def _join_aliases(groups: Iterable[NameGroup], lexicon: Lexicon) -> None:
    """Join the well-known forms of one thing."""
    by_name: dict[str, NameGroup] = {}
    for group in groups:
        if well_known := lexicon.well_known(group.surface):
            group.join(by_name.setdefault(well_known.name, group))
