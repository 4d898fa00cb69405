"""Names of one thing brought together, and one type for each."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from service.enrich.entities.names import fold, transliterated, words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from service.enrich.entities.candidates import Candidate
    from service.enrich.entities.lexicon import Lexicon

ORDER = ("PERSON", "ORG", "GPE", "NORP", "LOC", "FAC", "EVENT", "WORK_OF_ART", "LAW", "PRODUCT", "LANGUAGE")
"""Between labels of equal weight the more frequent in news wins."""
KNOWN = 5.0
PEOPLE = 10.0
MEMBER = 2.0


@dataclass(eq=False, slots=True)
class Group:
    """All candidates of one folded form, and with `join` all forms of one thing."""

    key: str
    words: list[str]
    candidates: list[Candidate] = field(default_factory=list)
    votes: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    joined: Group | None = None

    @property
    def label(self) -> str:
        """Return the label with the most weight."""
        return max(self.votes, key=lambda label: (self.votes[label], -ORDER.index(label)))

    def root(self) -> Group:
        """Return the group that this one was joined to, or itself."""
        group = self
        while group.joined:
            group = group.joined
        return group

    def join(self, other: Group) -> None:
        """Make this group and *other* one; *other*'s key, words and name stay."""
        mine, theirs = self.root(), other.root()
        if mine is theirs:
            return
        mine.joined = theirs
        theirs.candidates.extend(mine.candidates)
        for label, weight in mine.votes.items():
            theirs.votes[label] += weight


def group(found: Iterable[Candidate], lexicon: Lexicon) -> list[Group]:
    """Return one group a real-world thing, in the order of the first mention."""
    groups: dict[str, Group] = {}
    for candidate in found:
        key = fold(candidate.surface)
        if key not in groups:
            groups[key] = Group(key, words(candidate.surface))
        groups[key].candidates.append(candidate)
        groups[key].votes[candidate.label] += candidate.weight
    for one in groups.values():
        _add_priors(one, lexicon)
    _join_persons(list(groups.values()), lexicon)
    _join_organisations(groups, lexicon)
    _join_aliases(groups, lexicon)
    return [one for one in groups.values() if not one.joined]


def _add_priors(one: Group, lexicon: Lexicon) -> None:
    surface = one.candidates[0].surface
    if any(candidate.surface in lexicon.peoples for candidate in one.candidates):
        one.votes["NORP"] += PEOPLE
    elif known := lexicon.known(surface):
        one.votes[known.label] += KNOWN


def _join_persons(groups: list[Group], lexicon: Lexicon) -> None:
    """Join a surname, or a name with fewer or turned words, to the one full name it can mean."""
    persons = [one for one in groups if len(one.words) > 1 and one.label == "PERSON"]
    for one in sorted(persons, key=lambda one: len(one.words)):
        same = [other for other in persons if other is not one and _same_person(one.words, other.words, lexicon)]
        roots = {id(other.root()): other for other in same if other.root() is not one.root()}
        if len(roots) == 1:
            one.join(next(iter(roots.values())))
    by_last: dict[str, list[Group]] = defaultdict(list)
    by_first: dict[str, list[Group]] = defaultdict(list)
    for one in persons:
        names = [word for word in one.words if word not in lexicon.generations]
        if len(names) < 2:
            continue
        for form in surname_forms(names, lexicon):
            by_last[transliterated(form)].append(one)
        by_first[names[0]].append(one)
    for one in groups:
        if one.joined or (one in persons and len(one.words) > 2):
            continue
        surname = transliterated(" ".join(one.words))
        sharp = one.votes["NORP"] < PEOPLE and not lexicon.known(one.candidates[0].surface)
        if sharp and surname in by_last:
            _join_only(one, by_last[surname])
        elif one.label == "PERSON" and len(one.words) == 1 and one.words[0] in by_first:
            _join_only(one, by_first[one.words[0]])


def _join_only(one: Group, others: list[Group]) -> None:
    roots = {id(other.root()): other.root() for other in others if other.root() is not one.root()}
    if len(roots) == 1:
        root = next(iter(roots.values()))
        root.votes["PERSON"] += sum(one.votes.values())
        one.join(root)
    elif roots:
        one.votes["PERSON"] += MEMBER * len(one.candidates)


def surname_forms(names: list[str], lexicon: Lexicon) -> set[str]:
    """Return the forms by which a text calls the bearer of *names* again: "bin laden", "laden", "assad"."""
    last = names[-1]
    forms = {last}
    start = len(names) - 1
    while start > 1 and names[start - 1] in lexicon.particles:
        start -= 1
    forms.add(" ".join(names[start:]))
    head, hyphen, tail = last.partition("-")
    if hyphen and head in lexicon.particles:
        forms.add(tail)
    return forms


def _same_person(one: list[str], other: list[str], lexicon: Lexicon) -> bool:
    """Tell whether two full names are one person's: turned, shortened, without a middle name, transliterated."""
    one = [word for word in one if word not in lexicon.generations]
    other = [word for word in other if word not in lexicon.generations]
    if min(len(one), len(other)) < 2:
        return False
    if sorted(map(transliterated, one)) == sorted(map(transliterated, other)):
        return True
    if transliterated(one[-1]) != transliterated(other[-1]):
        return False
    first, second = (lexicon.nicknames.get(names[0], names[0]) for names in (one, other))
    return first == second or (1 in (len(first), len(second)) and first[0] == second[0])


def _join_organisations(groups: dict[str, Group], lexicon: Lexicon) -> None:
    """Join a company's name with and without its legal form."""
    for one in list(groups.values()):
        names = one.words[:]
        while len(names) > 1 and names[-1] in lexicon.legal_forms:
            names.pop()
        short = groups.get(" ".join(names))
        if short and short is not one and one.label == "ORG":
            short.join(one)


def _join_aliases(groups: dict[str, Group], lexicon: Lexicon) -> None:
    """Join the well-known forms of one thing."""
    seen: dict[str, Group] = {}
    for one in groups.values():
        known = lexicon.known(one.candidates[0].surface)
        if not known:
            continue
        if known.name in seen:
            one.join(seen[known.name])
        else:
            seen[known.name] = one
