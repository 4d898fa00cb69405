"""Who does what to whom around one word: the same frame whether a verb says it, a passive, or a noun."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from service.enrich.grammar.clauses import SPEECH
from service.enrich.grammar.word_lists import word_class

if TYPE_CHECKING:
    from service.enrich.grammar.parse import Syntax

RELATIVE = frozenset({"who", "which", "that", "whom", "whose", "where"})
STEPS = 6
"""How far up a subject is looked for: a longer chain is a list, not a sentence."""
SUBJECT, PASSIVE = frozenset({"nsubj", "csubj"}), frozenset({"nsubjpass", "auxpass"})
OBJECT = frozenset({"dobj", "attr", "oprd", "nsubjpass"})
COMPLEMENT, BESIDE = frozenset({"xcomp", "ccomp", "acomp"}), frozenset({"prt", "advmod"})
ACTING = frozenset({"GPE", "NORP", "ORG", "PERSON"})
BACKWARD = frozenset({"of", "for", "over", "with"})
"""After these, "accused Moscow of violating" has the object as the one who violates."""

UNDERGONE_BY_NOBODY = ("mutual_noun", "election")
"""Classes of nouns whose subject acts, whatever the verb: who gets a deal made it, who faces an election stands."""


@dataclass(slots=True)
class Frame:
    """A word that may name an event, and the tokens that depend on it in a normal form: token indexes throughout."""

    trigger: int
    lemma: str
    kind: str
    """`v`, `n` or `a`."""
    subjects: list[int] = field(default_factory=list)
    objects: list[int] = field(default_factory=list)
    datives: list[int] = field(default_factory=list)
    preps: dict[str, list[int]] = field(default_factory=dict)
    particles: set[str] = field(default_factory=set)
    modifiers: list[int] = field(default_factory=list)
    to: list[int] = field(default_factory=list)
    """Verbs and nouns that are to be brought about, told or thought: the complement."""
    carrier: int = -1
    """The verb that carries an event noun ("launched an attack", "talks were held"); the trigger itself for verbs."""
    passive: bool = False


def build(syntax: Syntax, index: int, steps: int = STEPS) -> Frame:
    """Return the frame of the token at *index*; at most *steps* words above it lend it a subject."""
    frame = Frame(index, syntax.lemmas[index], syntax.kinds[index])
    if frame.kind == "n":
        _noun(syntax, index, frame, steps)
    else:
        _verb(syntax, index, frame)
        if frame.kind == "a":
            _adjective(syntax, index, frame)
        elif steps:
            _inherit(syntax, index, frame, steps - 1)
    frame.subjects = [_counted(syntax, token) for token in frame.subjects]
    frame.objects = [_counted(syntax, token) for token in frame.objects]
    return frame


def _counted(syntax: Syntax, token: int) -> int:
    """Return the migrants of "thousands of migrants"."""
    if syntax.lemmas[token] in word_class("quantity"):
        for prep in syntax.children(token, "prep"):
            if syntax.words[prep] == "of":
                return next(iter(syntax.children(prep, "pobj")), token)
    return token


def _verb(syntax: Syntax, index: int, frame: Frame) -> None:
    """Take what depends on the verb or adjective itself."""
    frame.carrier = index
    for kid in syntax.kids[index]:
        dep = syntax.deps[kid]
        if dep in SUBJECT:
            frame.subjects.append(kid)
        elif dep in OBJECT:
            frame.objects.append(kid)
        elif dep in COMPLEMENT:
            frame.to.append(kid)
        elif dep == "agent":
            frame.subjects += syntax.children(kid, "pobj")
        elif dep == "dative":
            frame.datives += syntax.children(kid, "pobj") or [kid]
        elif dep == "prep":
            _prep(syntax, kid, frame)
        elif dep in BESIDE:
            frame.particles.add(syntax.words[kid])
            frame.objects += syntax.children(kid, "pobj")
        frame.passive |= dep in PASSIVE
    if frame.kind == "v":
        frame.to += _purpose(syntax, index, frame.objects)


def _prep(syntax: Syntax, prep: int, frame: Frame) -> None:
    word = syntax.words[prep]
    frame.particles.add(word)
    targets = frame.preps.setdefault(word, [])
    for kid in syntax.kids[prep]:
        dep = syntax.deps[kid]
        if dep in {"pobj", "pcomp"}:
            targets.append(_counted(syntax, kid))
        elif dep == "prep":
            _prep(syntax, kid, frame)
        elif syntax.kinds[kid] == "a":  # "in particular with weapons"
            for inner in syntax.children(kid, "prep"):
                _prep(syntax, inner, frame)


def _purpose(syntax: Syntax, index: int, objects: list[int]) -> list[int]:
    """Return what it is done for: "sent troops to quell the protests", whichever word the parser ties it to."""
    found = [kid for kid in syntax.kids[index] if syntax.deps[kid] == "advcl"]
    found += [kid for token in objects for kid in syntax.kids[token] if syntax.deps[kid] == "acl"]
    return [verb for verb in found if any(syntax.words[kid] == "to" for kid in syntax.children(verb, "aux"))]


def _adjective(syntax: Syntax, index: int, frame: Frame) -> None:
    """Give "ready" in "Sofia is ready to help" the subject and the negation of its verb."""
    head = syntax.heads[index]
    if syntax.deps[index] in {"acomp", "oprd", "xcomp", "ccomp"} and syntax.kinds[head] == "v":
        frame.carrier = head
        frame.subjects += syntax.children(head, "nsubj", "nsubjpass")
        frame.to += syntax.children(head, "xcomp")
        frame.to = [kid for kid in frame.to if kid != index]


def _inherit(syntax: Syntax, index: int, frame: Frame, steps: int) -> None:
    """Find the subject and object that the grammar leaves out: relative clauses, participles, infinitives, "and"."""
    dep, head = syntax.deps[index], syntax.heads[index]
    if dep == "relcl":
        _relative(syntax, head, frame)
    elif dep in {"acl", "amod"}:
        _participle(syntax, index, frame, steps)
    elif frame.subjects or (frame.passive and frame.objects):
        return
    elif dep == "conj" and syntax.kinds[head] == "v":
        _joined(syntax, index, frame, build(syntax, _told_before(syntax, index, head), steps))
    elif dep in {"xcomp", "advcl", "ccomp"} and syntax.kinds[head] in {"v", "a"}:
        upper = build(syntax, head, steps)
        given = upper.objects if dep == "xcomp" and upper.objects else upper.subjects or upper.objects
        _give(frame, given)
    elif dep == "pcomp":
        _gerund(syntax, head, frame, steps)
    elif dep == "pobj":  # "came under shelling"
        _carry(syntax, index, frame, steps)


def _participle(syntax: Syntax, index: int, frame: Frame, steps: int) -> None:
    """Give a participle the noun it stands at: done to it, or done by it."""
    head, tag = syntax.heads[index], syntax.tags[index]
    active = tag == "VBG" or (tag in {"VBN", "VBD"} and frame.lemma in word_class("intransitive_verb"))
    if tag == "VBN" and not active and not frame.objects:
        frame.objects.append(head)
        frame.passive = True
    elif active and not frame.subjects:
        frame.subjects.append(head)
    elif tag == "VB" and syntax.deps[index] == "acl" and not frame.subjects:
        frame.subjects += _owner(syntax, head, steps)


def _told_before(syntax: Syntax, index: int, head: int) -> int:
    """Return the verb that *index* goes on from: in "said they oppose it, but will not go", by tense, the second."""
    told = [kid for kid in syntax.children(head, "ccomp") if head < kid < index]
    if told and syntax.lemmas[head] in SPEECH and syntax.tags[head] == "VBD" and syntax.tags[index] != "VBD":
        return told[-1]
    return head


def _joined(syntax: Syntax, index: int, frame: Frame, upper: Frame) -> None:
    """Share subject or passive object with the verb that "and" joins it to."""
    participle = syntax.tags[index] == "VBN"
    if frame.passive or (upper.passive and participle and not frame.objects):
        frame.objects += upper.objects
        frame.passive = True
    else:
        frame.subjects += upper.objects if upper.passive and not participle else upper.subjects


def _give(frame: Frame, tokens: list[int]) -> None:
    if frame.passive and not frame.objects:
        frame.objects += tokens
    else:
        frame.subjects += tokens


def _relative(syntax: Syntax, noun: int, frame: Frame) -> None:
    swap = {token for token in (*frame.subjects, *frame.objects) if syntax.words[token] in RELATIVE}
    if swap:
        frame.subjects = [noun if token in swap else token for token in frame.subjects]
        frame.objects = [noun if token in swap else token for token in frame.objects]
    elif frame.subjects and not frame.objects and not frame.passive:
        frame.objects.append(noun)
    elif not frame.subjects and not frame.objects:
        frame.subjects.append(noun)


def _gerund(syntax: Syntax, prep: int, frame: Frame, steps: int) -> None:
    """Give "violating" in "accused Moscow of violating" Moscow, "signing" in "left after signing" the one who left."""
    above = syntax.heads[prep]
    if syntax.kinds[above] == "v":
        upper = build(syntax, above, steps)
        given = upper.objects if syntax.words[prep] in BACKWARD and upper.objects else upper.subjects or upper.objects
        _give(frame, given)
    elif syntax.kinds[above] == "n":
        _give(frame, _owner(syntax, above, steps))


def _owner(syntax: Syntax, noun: int, steps: int) -> list[int]:
    """Return whose plan, decision or attempt *noun* is: its possessor, or the subject of its verb."""
    owners = syntax.children(noun, "poss") or [
        kid for kid in syntax.children(noun, "compound", "amod", "nmod") if syntax.ents[kid] in {"GPE", "NORP", "ORG"}
    ]
    if owners:
        return owners
    head = syntax.heads[noun]
    if syntax.deps[noun] in {"dobj", "attr"} and syntax.kinds[head] == "v":
        return build(syntax, head, steps).subjects
    return []


def _noun(syntax: Syntax, index: int, frame: Frame, steps: int) -> None:
    """Take the arguments of a noun: "the army's attack on the town", "troop withdrawal", "the arrest of the mayor"."""
    of = any(syntax.words[kid] == "of" for kid in syntax.children(index, "prep"))
    receives = frame.lemma in word_class("patient_noun") and not of  # "Israel's killing of" them: it does it to them
    for kid in syntax.kids[index]:
        dep = syntax.deps[kid]
        if dep == "poss":
            (frame.objects if receives else frame.subjects).append(kid)
        elif dep in {"compound", "amod", "nmod"}:
            _modifier(syntax, kid, frame, receives=receives)
        elif dep == "prep":
            _prep(syntax, kid, frame)
        elif dep == "acl":
            frame.to += [kid] if syntax.tags[kid] == "VB" else []
            frame.subjects += [actor for by in syntax.children(kid, "agent") for actor in syntax.children(by, "pobj")]
    (frame.subjects if frame.lemma in word_class("agent_noun") else frame.objects).extend(frame.preps.get("of", []))
    frame.subjects += frame.preps.get("by", [])
    if frame.lemma in word_class("mutual_noun"):
        frame.subjects += frame.preps.get("between", []) + frame.preps.get("among", [])
    _carry(syntax, index, frame, steps)


def _modifier(syntax: Syntax, kid: int, frame: Frame, *, receives: bool) -> None:
    frame.modifiers.append(kid)
    compound, ent = syntax.deps[kid] == "compound", syntax.ents[kid]
    if compound and ent in {"GPE", "LOC", "FAC"} and frame.lemma in word_class("placed_noun"):
        return
    if ent in ACTING:
        (frame.objects if receives and ent == "PERSON" else frame.subjects).append(kid)
    elif compound and syntax.kinds[kid] == "n":
        frame.objects.append(kid)


def _carry(syntax: Syntax, index: int, frame: Frame, steps: int) -> None:
    """Find the verb that carries the noun, and take its subject and what follows it."""
    top = index
    while syntax.deps[top] == "conj" and syntax.heads[top] != top and syntax.kinds[syntax.heads[top]] == "n":
        top = syntax.heads[top]
    dep, head = syntax.deps[top], syntax.heads[top]
    verb, undergoing = syntax.lemmas[head], word_class("undergoing_verb")
    if dep == "pobj" and syntax.kinds[syntax.heads[head]] == "v":
        verb, through = syntax.lemmas[syntax.heads[head]], verb
        if f"{verb} {through}" in undergoing:
            head, dep, verb = syntax.heads[head], "dobj", f"{verb} {through}"
        elif verb in word_class("entering_verb"):
            head, dep = syntax.heads[head], "dobj"
    if syntax.kinds[head] != "v":
        return
    if dep in {"dobj", "nsubjpass"} and (verb in word_class("light_verb") or verb in undergoing):
        frame.carrier = head
        upper = Frame(head, verb, "v")
        _verb(syntax, head, upper)
        if steps:
            _inherit(syntax, head, upper, steps - 1)
        done_to = verb in undergoing and not any(frame.lemma in word_class(name) for name in UNDERGONE_BY_NOBODY)
        theirs = frame.objects if done_to else frame.subjects
        theirs += [token for token in upper.subjects if token not in theirs]
        for prep, targets in upper.preps.items():
            frame.preps.setdefault(prep, []).extend(targets)
        frame.datives += upper.datives
    elif dep in {"nsubj", "nsubjpass"} and verb in word_class("occurring_verb"):
        frame.carrier = head
