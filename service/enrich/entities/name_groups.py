"""Forms of one name brought together, and one type for each thing: the label with the most weight."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from service.enrich.entities.knowledge import CERTAIN
from service.enrich.entities.name_forms import fold, words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from service.enrich.entities.knowledge import Knowledge
    from service.enrich.entities.name_candidates import Candidate

ORDER = ("PERSON", "ORG", "GPE", "NORP", "LOC", "FAC", "EVENT", "WORK_OF_ART", "LAW", "PRODUCT", "LANGUAGE")
RANK = {label: rank for rank, label in enumerate(ORDER)}
"""Between labels of equal weight the more frequent in news wins."""


LANGUAGE = "\0language"
"""Keeps Russian the language apart from Russian the people: one word, two things."""


@dataclass(eq=False, slots=True)
class Group:
    """All candidates of one folded form, and once others have joined it, of all forms of one thing."""

    key: str
    words: list[str]
    candidates: list[Candidate] = field(default_factory=list)
    votes: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    certain: bool = False
    joined: Group | None = None

    @property
    def label(self) -> str:
        """Return the label with the most weight."""
        return max(self.votes, key=lambda label: (self.votes[label], -RANK[label]))

    @property
    def surface(self) -> str:
        """Return the form as the text first has it."""
        return self.candidates[0].surface

    def root(self) -> Group:
        """Return the group that this one was joined to, or itself."""
        group = self
        while group.joined:
            group.joined = group.joined.joined or group.joined  # halves the way for the next one who asks
            group = group.joined
        return group

    def join(self, other: Group) -> None:
        """Make this group part of *other*, its candidates and votes too."""
        mine, theirs = self.root(), other.root()
        if mine is theirs:
            return
        mine.joined = theirs
        theirs.candidates.extend(mine.candidates)
        for label, weight in mine.votes.items():
            theirs.votes[label] += weight


def group(text: str, found: Iterable[Candidate], knowledge: Knowledge) -> dict[str, Group]:
    """Return the candidates by folded form, in the order of the text, each group with the votes on its label."""
    groups: dict[str, Group] = {}
    for candidate in found:
        key = fold(candidate.surface)
        if candidate.label == "LANGUAGE":
            key += LANGUAGE
        one = groups.get(key)
        if one is None:
            one = groups[key] = Group(key, words(candidate.surface))
        one.candidates.append(candidate)
        one.votes[candidate.label] += candidate.weight
        if context := knowledge.context(text, candidate.start, candidate.end):
            one.votes[context.label] += context.weight
    for one in groups.values():
        if one.key.endswith(LANGUAGE):
            continue
        for prior in knowledge.priors(one.surface):
            # As often as the model votes, so that ten mentions do not drown what is known.
            one.votes[prior.label] += prior.weight * len(one.candidates)
            one.certain = one.certain or prior.weight >= CERTAIN
    return groups
