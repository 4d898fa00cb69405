"""Who does what to whom around one word: the same frame whether a verb says it, a passive, or a noun."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from service.enrich.grammar.clauses import SPEECH
from service.enrich.grammar.word_lists import word_class

if TYPE_CHECKING:
    from service.enrich.grammar.parse import Parse

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
    pos: str
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


def build(parse: Parse, index: int, steps: int = STEPS) -> Frame:
    """Return the frame of the token at *index*; at most *steps* words above it lend it a subject."""
    frame = Frame(index, parse.lemmas[index], parse.pos[index])
    if frame.pos == "n":
        _noun(parse, index, frame, steps)
    else:
        _verb(parse, index, frame)
        if frame.pos == "a":
            _adjective(parse, index, frame)
        elif steps:
            _inherit(parse, index, frame, steps - 1)
    frame.subjects = [_counted(parse, token) for token in frame.subjects]
    frame.objects = [_counted(parse, token) for token in frame.objects]
    return frame


def _counted(parse: Parse, token: int) -> int:
    """Return the migrants of "thousands of migrants"."""
    if parse.lemmas[token] in word_class("quantity"):
        for prep in parse.children_with(token, "prep"):
            if parse.words[prep] == "of":
                return next(iter(parse.children_with(prep, "pobj")), token)
    return token


def _verb(parse: Parse, index: int, frame: Frame) -> None:
    """Take what depends on the verb or adjective itself."""
    frame.carrier = index
    for child in parse.children[index]:
        dep = parse.deps[child]
        if dep in SUBJECT:
            frame.subjects.append(child)
        elif dep in OBJECT:
            frame.objects.append(child)
        elif dep in COMPLEMENT:
            frame.to.append(child)
        elif dep == "agent":
            frame.subjects += parse.children_with(child, "pobj")
        elif dep == "dative":
            frame.datives += parse.children_with(child, "pobj") or [child]
        elif dep == "prep":
            _prep(parse, child, frame)
        elif dep in BESIDE:
            frame.particles.add(parse.words[child])
            frame.objects += parse.children_with(child, "pobj")
        frame.passive |= dep in PASSIVE
    if frame.pos == "v":
        frame.to += _purpose(parse, index, frame.objects)


def _prep(parse: Parse, prep: int, frame: Frame) -> None:
    word = parse.words[prep]
    frame.particles.add(word)
    targets = frame.preps.setdefault(word, [])
    for child in parse.children[prep]:
        dep = parse.deps[child]
        if dep in {"pobj", "pcomp"}:
            targets.append(_counted(parse, child))
        elif dep == "prep":
            _prep(parse, child, frame)
        elif parse.pos[child] == "a":  # "in particular with weapons"
            for inner in parse.children_with(child, "prep"):
                _prep(parse, inner, frame)


def _purpose(parse: Parse, index: int, objects: list[int]) -> list[int]:
    """Return what it is done for: "sent troops to quell the protests", whichever word the parser ties it to."""
    found = [child for child in parse.children[index] if parse.deps[child] == "advcl"]
    found += [child for token in objects for child in parse.children[token] if parse.deps[child] == "acl"]
    return [verb for verb in found if any(parse.words[child] == "to" for child in parse.children_with(verb, "aux"))]


def _adjective(parse: Parse, index: int, frame: Frame) -> None:
    """Give "ready" in "Sofia is ready to help" the subject and the negation of its verb."""
    head = parse.heads[index]
    if parse.deps[index] in {"acomp", "oprd", "xcomp", "ccomp"} and parse.pos[head] == "v":
        frame.carrier = head
        frame.subjects += parse.children_with(head, "nsubj", "nsubjpass")
        frame.to += parse.children_with(head, "xcomp")
        frame.to = [child for child in frame.to if child != index]


def _inherit(parse: Parse, index: int, frame: Frame, steps: int) -> None:
    """Find the subject and object that the grammar leaves out: relative clauses, participles, infinitives, "and"."""
    dep, head = parse.deps[index], parse.heads[index]
    if dep == "relcl":
        _relative(parse, head, frame)
    elif dep in {"acl", "amod"}:
        _participle(parse, index, frame, steps)
    elif frame.subjects or (frame.passive and frame.objects):
        return
    elif dep == "conj" and parse.pos[head] == "v":
        _joined(parse, index, frame, build(parse, _told_before(parse, index, head), steps))
    elif dep in {"xcomp", "advcl", "ccomp"} and parse.pos[head] in {"v", "a"}:
        upper = build(parse, head, steps)
        given = upper.objects if dep == "xcomp" and upper.objects else upper.subjects or upper.objects
        _give(frame, given)
    elif dep == "pcomp":
        _gerund(parse, head, frame, steps)
    elif dep == "pobj":  # "came under shelling"
        _carry(parse, index, frame, steps)


def _participle(parse: Parse, index: int, frame: Frame, steps: int) -> None:
    """Give a participle the noun it stands at: done to it, or done by it."""
    head, tag = parse.heads[index], parse.tags[index]
    active = tag == "VBG" or (tag in {"VBN", "VBD"} and frame.lemma in word_class("intransitive_verb"))
    if tag == "VBN" and not active and not frame.objects:
        frame.objects.append(head)
        frame.passive = True
    elif active and not frame.subjects:
        frame.subjects.append(head)
    elif tag == "VB" and parse.deps[index] == "acl" and not frame.subjects:
        frame.subjects += _owner(parse, head, steps)


def _told_before(parse: Parse, index: int, head: int) -> int:
    """Return the verb that *index* goes on from: in "said they oppose it, but will not go", by tense, the second."""
    told = [child for child in parse.children_with(head, "ccomp") if head < child < index]
    if told and parse.lemmas[head] in SPEECH and parse.tags[head] == "VBD" and parse.tags[index] != "VBD":
        return told[-1]
    return head


def _joined(parse: Parse, index: int, frame: Frame, upper: Frame) -> None:
    """Share subject or passive object with the verb that "and" joins it to."""
    participle = parse.tags[index] == "VBN"
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


def _relative(parse: Parse, noun: int, frame: Frame) -> None:
    swap = {token for token in (*frame.subjects, *frame.objects) if parse.words[token] in RELATIVE}
    if swap:
        frame.subjects = [noun if token in swap else token for token in frame.subjects]
        frame.objects = [noun if token in swap else token for token in frame.objects]
    elif frame.subjects and not frame.objects and not frame.passive:
        frame.objects.append(noun)
    elif not frame.subjects and not frame.objects:
        frame.subjects.append(noun)


def _gerund(parse: Parse, prep: int, frame: Frame, steps: int) -> None:
    """Give "violating" in "accused Moscow of violating" Moscow, "signing" in "left after signing" the one who left."""
    above = parse.heads[prep]
    if parse.pos[above] == "v":
        upper = build(parse, above, steps)
        given = upper.objects if parse.words[prep] in BACKWARD and upper.objects else upper.subjects or upper.objects
        _give(frame, given)
    elif parse.pos[above] == "n":
        _give(frame, _owner(parse, above, steps))


def _owner(parse: Parse, noun: int, steps: int) -> list[int]:
    """Return whose plan, decision or attempt *noun* is: its possessor, or the subject of its verb."""
    owners = parse.children_with(noun, "poss") or [
        child
        for child in parse.children_with(noun, "compound", "amod", "nmod")
        if parse.entity_types[child] in {"GPE", "NORP", "ORG"}
    ]
    if owners:
        return owners
    head = parse.heads[noun]
    if parse.deps[noun] in {"dobj", "attr"} and parse.pos[head] == "v":
        return build(parse, head, steps).subjects
    return []


def _noun(parse: Parse, index: int, frame: Frame, steps: int) -> None:
    """Take the arguments of a noun: "the army's attack on the town", "troop withdrawal", "the arrest of the mayor"."""
    of = any(parse.words[child] == "of" for child in parse.children_with(index, "prep"))
    receives = frame.lemma in word_class("patient_noun") and not of  # "Israel's killing of" them: it does it to them
    for child in parse.children[index]:
        dep = parse.deps[child]
        if dep == "poss":
            (frame.objects if receives else frame.subjects).append(child)
        elif dep in {"compound", "amod", "nmod"}:
            _modifier(parse, child, frame, receives=receives)
        elif dep == "prep":
            _prep(parse, child, frame)
        elif dep == "acl":
            frame.to += [child] if parse.tags[child] == "VB" else []
            frame.subjects += [
                actor for by in parse.children_with(child, "agent") for actor in parse.children_with(by, "pobj")
            ]
    (frame.subjects if frame.lemma in word_class("agent_noun") else frame.objects).extend(frame.preps.get("of", []))
    frame.subjects += frame.preps.get("by", [])
    if frame.lemma in word_class("mutual_noun"):
        frame.subjects += frame.preps.get("between", []) + frame.preps.get("among", [])
    _carry(parse, index, frame, steps)


def _modifier(parse: Parse, child: int, frame: Frame, *, receives: bool) -> None:
    frame.modifiers.append(child)
    compound, ent = parse.deps[child] == "compound", parse.entity_types[child]
    if compound and ent in {"GPE", "LOC", "FAC"} and frame.lemma in word_class("placed_noun"):
        return
    if ent in ACTING:
        (frame.objects if receives and ent == "PERSON" else frame.subjects).append(child)
    elif compound and parse.pos[child] == "n":
        frame.objects.append(child)


def _carry(parse: Parse, index: int, frame: Frame, steps: int) -> None:
    """Find the verb that carries the noun, and take its subject and what follows it."""
    top = index
    while parse.deps[top] == "conj" and parse.heads[top] != top and parse.pos[parse.heads[top]] == "n":
        top = parse.heads[top]
    dep, head = parse.deps[top], parse.heads[top]
    verb, undergoing = parse.lemmas[head], word_class("undergoing_verb")
    if dep == "pobj" and parse.pos[parse.heads[head]] == "v":
        verb, through = parse.lemmas[parse.heads[head]], verb
        if f"{verb} {through}" in undergoing:
            head, dep, verb = parse.heads[head], "dobj", f"{verb} {through}"
        elif verb in word_class("entering_verb"):
            head, dep = parse.heads[head], "dobj"
    if parse.pos[head] != "v":
        return
    if dep in {"dobj", "nsubjpass"} and (verb in word_class("light_verb") or verb in undergoing):
        frame.carrier = head
        upper = Frame(head, verb, "v")
        _verb(parse, head, upper)
        if steps:
            _inherit(parse, head, upper, steps - 1)
        done_to = verb in undergoing and not any(frame.lemma in word_class(name) for name in UNDERGONE_BY_NOBODY)
        theirs = frame.objects if done_to else frame.subjects
        theirs += [token for token in upper.subjects if token not in theirs]
        for prep, targets in upper.preps.items():
            frame.preps.setdefault(prep, []).extend(targets)
        frame.datives += upper.datives
    elif dep in {"nsubj", "nsubjpass"} and verb in word_class("occurring_verb"):
        frame.carrier = head
