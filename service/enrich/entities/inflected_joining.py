"""Join the names of one thing in a language with case endings: as `joining` does for English, with forms for words.

Every join uses a key that both names have, so the time grows with the number of names and not with its square. If a key
leads to two things, nothing is joined.
"""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from typing import TYPE_CHECKING

from service.enrich.entities.cross_script import consonants, script
from service.enrich.entities.inflection import WordForms, endings, name_parts, name_words, word_key
from service.enrich.entities.knowledge import TOWN_POPULATION
from service.enrich.entities.reference_words import gender_of_name

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator

    from service.enrich.entities.name_groups import NameGroup
    from service.enrich.gazetteer.places import Gazetteer

    Key = tuple[str, ...]

KINDS = {"PERSON": "persons", "NORP": "peoples"}
MAX_PERSON_WORDS = 6
"""Words of a name of which every end may be the surname: more is no name of a person."""
ORDINAL = re.compile(r"[ivx]+")
"""The number of a king: "II." before "János Pál" is no initial."""


class Joining:
    """The groups of one article, and the forms of their words."""

    def __init__(self, groups: list[NameGroup], language: str, gazetteer: Gazetteer) -> None:
        self.forms = WordForms(_known_words(language))
        self.peoples = WordForms(())
        self._groups = groups
        self._language = language
        self._gazetteer = gazetteer
        self._words = name_words(language)
        for group in groups:
            forms = self.peoples if group.label == "NORP" else self.forms
            of_kind = endings(language, KINDS.get(group.label, "things"))
            for word in group.words:
                forms.add(word, of_kind)
        self.forms.join()
        self.peoples.join()

    def forms_of(self, group: NameGroup) -> WordForms:
        """Return the words of peoples or those of all else: "magyar" is not "Magyar", who is a person."""
        return self.peoples if group.label == "NORP" else self.forms

    def join(self, introduced: Iterable[tuple[NameGroup, NameGroup]]) -> list[NameGroup]:
        """Return one group per real-world thing, in the order of the first mention.

        Args:
            introduced: Pairs of groups that the text says are one: a name, and its acronym or its spelling in another
                script.
        """
        keys = {group: self._key(group) for group in self._groups}
        self._join_equal(keys)
        persons = {
            group: key
            for group, key in keys.items()
            if group.label == "PERSON" and 1 < len(key) <= MAX_PERSON_WORDS and not group.joined
        }
        _join_full_names(persons)
        self._join_parts(keys, persons)
        for short, long in introduced:
            if short.label == "PERSON" != long.label:
                short.votes[long.label] += short.votes.pop("PERSON")
            short.join(long)
        self._join_aliases(keys)
        self._join_heads(keys)
        _join_scripts(self._groups)
        return [group for group in self._groups if not group.joined]

    def _key(self, group: NameGroup) -> Key:
        forms = self.forms_of(group)
        return tuple(forms.root(word) for word in group.words)

    def _join_equal(self, keys: dict[NameGroup, Key]) -> None:
        """Join the forms of one name."""
        by_key: dict[Hashable, NameGroup] = {}
        for group, key in keys.items():
            group.join(by_key.setdefault((KINDS.get(group.label), key), group))

    def _join_parts(self, keys: dict[NameGroup, Key], persons: dict[NameGroup, Key]) -> None:
        """Join a surname, or a given name, to the only full name of the article that has it."""
        by_surname: dict[Key, list[NameGroup]] = defaultdict(list)
        by_given: dict[Key, list[NameGroup]] = defaultdict(list)
        by_stem: dict[str, list[NameGroup]] = defaultdict(list)
        for person, key in persons.items():
            for part in self._surnames(key):
                by_surname[part].append(person)
            by_given[key[:1]].append(person)
            if self._words.feminine_surname and self._is_woman(person):
                by_stem[self._without_feminine(person.words[-1])].append(person)
        for group, key in keys.items():
            if group.joined or not self._may_be_person(group):
                continue
            found = by_surname.get(key)
            if not found and len(key) == 1:
                found = by_stem.get(self._without_feminine(group.words[0]))
            if not found and group.label == "PERSON":
                found = by_given.get(key)
            if full_name := _only(found or ()):
                full_name.votes["PERSON"] += sum(group.votes.values())
                group.join(full_name)

    def _may_be_person(self, group: NameGroup) -> bool:
        """Report whether a single name may be a surname: the network takes some for an organisation or a place."""
        if group.label not in {"GPE", "LOC"}:
            return group.label != "NORP"
        found = self._gazetteer.candidates(group.surface)
        return not any(match.place.population >= TOWN_POPULATION for match in found)

    def _surnames(self, key: Key) -> Iterator[Key]:
        """Yield the parts of a full name that may stand for it; where the family name is first, its beginnings too.

        The names of foreigners keep their own order there.
        """
        for length in range(1, len(key)):
            yield key[-length:]
            if self._words.surname_first:
                yield key[:length]

    def _is_woman(self, person: NameGroup) -> bool:
        """Report whether surname or given name are a woman's."""
        given, *_, surname = person.words
        if self._without_feminine(surname) != self.forms.root(surname):
            return True
        return gender_of_name(f"{given} {surname}") == "f"

    def _without_feminine(self, surname: str) -> str:
        """Return the masculine of a surname: "Merkel" of "Merkelovej"; of another name what stands for its forms."""
        ending = self._words.feminine_surname
        for name in endings(self._language, "persons").nominatives(surname) if ending else ():
            if name.endswith(ending):
                return name.removesuffix(ending)
        return self.forms.root(surname)

    def _join_aliases(self, keys: dict[NameGroup, Key]) -> None:
        """Join the forms of one thing that do not resemble each other: "Európai Unió" and "EU"."""
        names = {
            tuple(self.forms.root(word) for word in name_parts(alias)): row[0]
            for row in self._words.aliases
            for alias in row
        }
        by_name: dict[str, NameGroup] = {}
        for group, key in keys.items():
            if group.label != "NORP" and (name := names.get(key)):
                group.join(by_name.setdefault(name, group))

    def _join_heads(self, keys: dict[NameGroup, Key]) -> None:
        """Join "Guvernul" to the only organisation of the article that begins or ends with that word."""
        heads = set(map(self.forms.root, _nominatives_of_heads(self._language)))
        by_head: dict[str, dict[NameGroup, None]] = defaultdict(dict)
        for group, key in keys.items():
            if group.label == "ORG" and len(key) > 1:
                for word in {key[0], key[-1]} & heads:
                    by_head[word][group.root()] = None
        for group, key in keys.items():
            if (
                not group.joined
                and group.label == "ORG"
                and len(key) == 1
                and len(found := by_head.get(key[0], ())) == 1
            ):
                group.join(next(iter(found)))


@functools.cache
def _known_words(language: str) -> frozenset[str]:
    """Return the words of aliases and heads: nominatives that need not be in the article."""
    aliases = (word for row in name_words(language).aliases for alias in row for word in name_parts(alias))
    return _nominatives_of_heads(language) | frozenset(map(word_key, aliases))


@functools.cache
def _nominatives_of_heads(language: str) -> frozenset[str]:
    of_things = endings(language, "things")
    return frozenset(nominative for head in name_words(language).heads for nominative in of_things.nominatives(head))


def _join_full_names(persons: dict[NameGroup, Key]) -> None:
    """Join names in reverse order, with and without a middle name, and with initials."""
    by_key: dict[Hashable, NameGroup] = {}
    for person, key in persons.items():
        person.join(by_key.setdefault(frozenset(key), person))
    by_key = {}
    for person, key in persons.items():
        person.join(by_key.setdefault((key[0], key[-1]), person))
    by_initial: dict[tuple[str, str], dict[NameGroup, None]] = defaultdict(dict)
    for person, key in persons.items():
        if len(key[0]) > 1 and not ORDINAL.fullmatch(key[0]):
            by_initial[key[0][0], key[-1]][person] = None
    for person, key in persons.items():
        if len(key[0]) == 1 and (full_name := _only(by_initial[key[0], key[-1]])):
            person.join(full_name)


def _only(groups: Iterable[NameGroup]) -> NameGroup | None:
    """Return what *groups* are part of, if that is one thing."""
    roots = dict.fromkeys(group.root() for group in groups)
    return next(iter(roots)) if len(roots) == 1 else None


def _join_scripts(groups: Iterable[NameGroup]) -> None:
    """Join a name in Cyrillic to the only one in Latin letters that sounds like it."""
    surfaces = [(group, surface) for group in groups for surface in {name.surface: None for name in group.candidates}]
    if not {"Cyrillic", "Latin"} <= {script(surface) for _, surface in surfaces}:
        return
    by_sound: dict[tuple[bool, str], dict[str, dict[NameGroup, None]]] = defaultdict(lambda: defaultdict(dict))
    for group, surface in surfaces:
        if (letters := script(surface)) and (sound := consonants(surface)):
            by_sound[group.root().label == "PERSON", sound][letters][group.root()] = None
    for scripts in by_sound.values():
        cyrillic = {group.root() for group in scripts["Cyrillic"]}
        latin = {group.root() for group in scripts["Latin"]}
        if len(cyrillic) == len(latin) == 1:
            latin.pop().join(cyrillic.pop())
