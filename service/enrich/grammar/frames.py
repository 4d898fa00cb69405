"""Predicate frames: who does what to whom around one word, in one form whether a verb, a passive or a noun says it.

A noun is read with the verb that carries it ("launched an attack", "came under fire"), and a verb without subject gets
that which the grammar leaves out (relative clauses, participles, infinitives, "and").
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from service.enrich.grammar.word_lists import function_words, word_class

if TYPE_CHECKING:
    from service.enrich.grammar.parse import Parse

MAX_STEPS_TO_SUBJECT = 6
"""Words above a verb that are searched for its subject: a longer chain is a list, not a sentence."""
SUBJECT_DEPS, PASSIVE_DEPS = frozenset({"nsubj", "csubj"}), frozenset({"nsubjpass", "auxpass"})
OBJECT_DEPS = frozenset({"dobj", "attr", "oprd", "nsubjpass"})
COMPLEMENT_DEPS, PARTICLE_DEPS = frozenset({"xcomp", "ccomp", "acomp"}), frozenset({"prt", "advmod"})
ACTOR_TYPES = frozenset({"GPE", "NORP", "ORG", "PERSON"})
"""Entity types of names that can act."""
NOUNS_THAT_SUBJECTS_SHARE = ("mutual_noun", "election")
"""Classes of nouns whose subject acts with any verb: who gets a deal made it, who faces an election stands in it."""


@dataclass(slots=True)
class Frame:
    """A word that may name an event, with the tokens that depend on it in a normal form. All are token indexes."""

    trigger: int
    lemma: str
    pos: str
    """`v`, `n` or `a`."""
    subjects: list[int] = field(default_factory=list)
    objects: list[int] = field(default_factory=list)
    datives: list[int] = field(default_factory=list)
    preps: dict[str, list[int]] = field(default_factory=dict)
    """Objects of prepositions, by the preposition."""
    particles: set[str] = field(default_factory=set)
    modifiers: list[int] = field(default_factory=list)
    complements: list[int] = field(default_factory=list)
    """Verbs and nouns of what is to be brought about, said or thought."""
    carrier: int = -1
    """The verb that carries an event noun ("launched an attack", "talks were held"); the trigger itself for verbs."""
    passive: bool = False


def build(parse: Parse, index: int, steps: int = MAX_STEPS_TO_SUBJECT) -> Frame:
    """Return the frame of the token at *index*; search at most *steps* words above it for a subject."""
    frame = Frame(index, parse.lemmas[index], parse.pos[index])
    if frame.pos == "n":
        _read_noun(parse, index, frame, steps)
    else:
        _read_verb(parse, index, frame)
        if frame.pos == "a":
            _read_adjective(parse, index, frame)
        elif steps:
            _inherit(parse, index, frame, steps - 1)
    frame.subjects = [_counted(parse, token) for token in frame.subjects]
    frame.objects = [_counted(parse, token) for token in frame.objects]
    return frame


def _counted(parse: Parse, token: int) -> int:
    """Return the noun that a quantity counts, such as the migrants of "thousands of migrants"; else *token*."""
    if parse.lemmas[token] in word_class("quantity"):
        for preposition in parse.children_with(token, "prep"):
            if parse.words[preposition] == "of":
                return next(iter(parse.children_with(preposition, "pobj")), token)
    return token


def _read_verb(parse: Parse, index: int, frame: Frame) -> None:
    """Add what depends on the verb or adjective itself."""
    frame.carrier = index
    for child in parse.children[index]:
        dep = parse.deps[child]
        if dep in SUBJECT_DEPS:
            frame.subjects.append(child)
        elif dep in OBJECT_DEPS:
            frame.objects.append(child)
        elif dep in COMPLEMENT_DEPS:
            frame.complements.append(child)
        elif dep == "agent":
            frame.subjects += parse.children_with(child, "pobj")
        elif dep == "dative":
            frame.datives += parse.children_with(child, "pobj") or [child]
        elif dep == "prep":
            _read_preposition(parse, child, frame)
        elif dep in PARTICLE_DEPS:
            frame.particles.add(parse.words[child])
            frame.objects += parse.children_with(child, "pobj")
        frame.passive |= dep in PASSIVE_DEPS
    if frame.pos == "v":
        frame.complements += _purposes(parse, index, frame.objects)


def _read_preposition(parse: Parse, preposition: int, frame: Frame) -> None:
    """Add the objects of a *preposition*, and of those that depend on it."""
    word = parse.words[preposition]
    frame.particles.add(word)
    targets = frame.preps.setdefault(word, [])
    for child in parse.children[preposition]:
        dep = parse.deps[child]
        if dep in {"pobj", "pcomp"}:
            targets.append(_counted(parse, child))
        elif dep == "prep":
            _read_preposition(parse, child, frame)
        elif parse.pos[child] == "a":  # "in particular with weapons"
            for inner in parse.children_with(child, "prep"):
                _read_preposition(parse, inner, frame)


def _purposes(parse: Parse, index: int, objects: list[int]) -> list[int]:
    """Return the verbs of the purpose: "sent troops to quell the protests". The parser may tie it to the object."""
    clauses = [child for child in parse.children[index] if parse.deps[child] == "advcl"]
    clauses += [child for token in objects for child in parse.children[token] if parse.deps[child] == "acl"]
    return [verb for verb in clauses if any(parse.words[child] == "to" for child in parse.children_with(verb, "aux"))]


def _read_adjective(parse: Parse, index: int, frame: Frame) -> None:
    """Give "ready" in "Sofia is ready to help" the subject and the complement of its verb."""
    head = parse.heads[index]
    if parse.deps[index] in {"acomp", "oprd", "xcomp", "ccomp"} and parse.pos[head] == "v":
        frame.carrier = head
        frame.subjects += parse.children_with(head, "nsubj", "nsubjpass")
        frame.complements += parse.children_with(head, "xcomp")
        frame.complements = [child for child in frame.complements if child != index]


def _inherit(parse: Parse, index: int, frame: Frame, steps: int) -> None:
    """Add the subject or object that the grammar leaves out: relative clauses, participles, infinitives, "and"."""
    dep, head = parse.deps[index], parse.heads[index]
    if dep == "relcl":
        _inherit_in_relative_clause(parse, head, frame)
    elif dep in {"acl", "amod"}:
        _inherit_in_participle(parse, index, frame, steps)
    elif frame.subjects or (frame.passive and frame.objects):
        return
    elif dep == "conj" and parse.pos[head] == "v":
        _share(parse, index, frame, build(parse, _verb_continued(parse, index, head), steps))
    elif dep in {"xcomp", "advcl", "ccomp"} and parse.pos[head] in {"v", "a"}:
        upper = build(parse, head, steps)
        _give(frame, upper.objects if dep == "xcomp" and upper.objects else upper.subjects or upper.objects)
    elif dep == "pcomp":
        _inherit_in_gerund(parse, head, frame, steps)
    elif dep == "pobj":  # "came under shelling"
        _read_carrier(parse, index, frame, steps)


def _inherit_in_participle(parse: Parse, index: int, frame: Frame, steps: int) -> None:
    """Give a participle the noun that it modifies: as its object if it is passive, as its subject if it is active."""
    head, tag = parse.heads[index], parse.tags[index]
    is_active = tag == "VBG" or (tag in {"VBN", "VBD"} and frame.lemma in word_class("intransitive_verb"))
    if tag == "VBN" and not is_active and not frame.objects:
        frame.objects.append(head)
        frame.passive = True
    elif is_active and not frame.subjects:
        frame.subjects.append(head)
    elif tag == "VB" and parse.deps[index] == "acl" and not frame.subjects:
        frame.subjects += _owners(parse, head, steps)


def _verb_continued(parse: Parse, index: int, head: int) -> int:
    """Return the verb that *index* continues after "and" or "but".

    In "said they oppose it, but will not go" it is the second verb, by its tense.
    """
    reported = [child for child in parse.children_with(head, "ccomp") if head < child < index]
    is_reporting = parse.lemmas[head] in word_class("reporting_verb") and parse.tags[head] == "VBD"
    return reported[-1] if reported and is_reporting and parse.tags[index] != "VBD" else head


def _share(parse: Parse, index: int, frame: Frame, upper: Frame) -> None:
    """Share the subject or passive object of *upper* with the verb at *index* that "and" joins to it."""
    is_participle = parse.tags[index] == "VBN"
    if frame.passive or (upper.passive and is_participle and not frame.objects):
        frame.objects += upper.objects
        frame.passive = True
    else:
        frame.subjects += upper.objects if upper.passive and not is_participle else upper.subjects


def _give(frame: Frame, tokens: list[int]) -> None:
    if frame.passive and not frame.objects:
        frame.objects += tokens
    else:
        frame.subjects += tokens


def _inherit_in_relative_clause(parse: Parse, noun: int, frame: Frame) -> None:
    """Put the *noun* of a relative clause in the place of its pronoun, or in the place that is empty."""
    pronouns = {
        token for token in (*frame.subjects, *frame.objects) if parse.words[token] in function_words().relative_pronouns
    }
    if pronouns:
        frame.subjects = [noun if token in pronouns else token for token in frame.subjects]
        frame.objects = [noun if token in pronouns else token for token in frame.objects]
    elif frame.subjects and not frame.objects and not frame.passive:
        frame.objects.append(noun)
    elif not frame.subjects and not frame.objects:
        frame.subjects.append(noun)


def _inherit_in_gerund(parse: Parse, preposition: int, frame: Frame, steps: int) -> None:
    """Give "violating" in "accused Moscow of violating" Moscow, "signing" in "left after signing" the one who left."""
    above = parse.heads[preposition]
    if parse.pos[above] == "v":
        upper = build(parse, above, steps)
        accuses = parse.words[preposition] in function_words().accusing_prepositions
        _give(frame, upper.objects if accuses and upper.objects else upper.subjects or upper.objects)
    elif parse.pos[above] == "n":
        _give(frame, _owners(parse, above, steps))


def _owners(parse: Parse, noun: int, steps: int) -> list[int]:
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


def _read_noun(parse: Parse, index: int, frame: Frame, steps: int) -> None:
    """Add the arguments of a noun: "the army's attack on the town", "troop withdrawal", "the arrest of the mayor"."""
    has_of = any(parse.words[child] == "of" for child in parse.children_with(index, "prep"))
    # The possessor is the patient of "his arrest", but the actor of "Israel's killing of commanders".
    owner_is_patient = frame.lemma in word_class("patient_noun") and not has_of
    for child in parse.children[index]:
        dep = parse.deps[child]
        if dep == "poss":
            (frame.objects if owner_is_patient else frame.subjects).append(child)
        elif dep in {"compound", "amod", "nmod"}:
            _read_modifier(parse, child, frame, owner_is_patient=owner_is_patient)
        elif dep == "prep":
            _read_preposition(parse, child, frame)
        elif dep == "acl":
            frame.complements += [child] if parse.tags[child] == "VB" else []
            agents = parse.children_with(child, "agent")
            frame.subjects += [actor for agent in agents for actor in parse.children_with(agent, "pobj")]
    (frame.subjects if frame.lemma in word_class("agent_noun") else frame.objects).extend(frame.preps.get("of", []))
    frame.subjects += frame.preps.get("by", [])
    if frame.lemma in word_class("mutual_noun"):
        frame.subjects += frame.preps.get("between", []) + frame.preps.get("among", [])
    _read_carrier(parse, index, frame, steps)


def _read_modifier(parse: Parse, child: int, frame: Frame, *, owner_is_patient: bool) -> None:
    """Add a word before the noun: as its subject or object, unless it is a location: "the Geneva talks"."""
    frame.modifiers.append(child)
    is_compound, entity_type = parse.deps[child] == "compound", parse.entity_types[child]
    if is_compound and entity_type in {"GPE", "LOC", "FAC"} and frame.lemma in word_class("placed_noun"):
        return
    if entity_type in ACTOR_TYPES:
        (frame.objects if owner_is_patient and entity_type == "PERSON" else frame.subjects).append(child)
    elif is_compound and parse.pos[child] == "n":
        frame.objects.append(child)


def _read_carrier(parse: Parse, index: int, frame: Frame, steps: int) -> None:
    """Find the verb that carries the noun, and add its subject and its prepositions."""
    top = index
    while parse.deps[top] == "conj" and parse.heads[top] != top and parse.pos[parse.heads[top]] == "n":
        top = parse.heads[top]
    dep, head = parse.deps[top], parse.heads[top]
    verb, undergoing = parse.lemmas[head], word_class("undergoing_verb")
    if dep == "pobj" and parse.pos[parse.heads[head]] == "v":
        verb, preposition = parse.lemmas[parse.heads[head]], verb
        if f"{verb} {preposition}" in undergoing:
            head, dep, verb = parse.heads[head], "dobj", f"{verb} {preposition}"
        elif verb in word_class("entering_verb"):
            head, dep = parse.heads[head], "dobj"
    if parse.pos[head] != "v":
        return
    if dep in {"dobj", "nsubjpass"} and (verb in word_class("light_verb") or verb in undergoing):
        frame.carrier = head
        upper = Frame(head, verb, "v")
        _read_verb(parse, head, upper)
        if steps:
            _inherit(parse, head, upper, steps - 1)
        is_shared = any(frame.lemma in word_class(name) for name in NOUNS_THAT_SUBJECTS_SHARE)
        arguments = frame.objects if verb in undergoing and not is_shared else frame.subjects
        arguments += [token for token in upper.subjects if token not in arguments]
        for preposition, targets in upper.preps.items():
            frame.preps.setdefault(preposition, []).extend(targets)
        frame.datives += upper.datives
    elif dep in {"nsubj", "nsubjpass"} and verb in word_class("occurring_verb"):
        frame.carrier = head
