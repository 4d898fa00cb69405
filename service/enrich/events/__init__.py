"""What happened, who did it, to whom, where, and whether it took place: one event per trigger, each from one sentence.

    extract             the stage: from a parsed document to its events
    trigger_candidates  the words that may name an event, with their frames and the rules that hold
    rules               the event rules of `data/event_rules.yaml`, and when one holds
    features            what the type model sees of a candidate
    type_model          the classifier that says how likely each type is
    decision            whether a candidate is an event, of which type, and how prominent it is in its sentence
    conventions         how PLOVER codes what is announced, joint or refused
    roles               actors, recipients and places of an event
    selection           which events of a sentence are kept
    coding_words        word lists of conventions and roles
    vocabulary          the types, modes and contexts that an event may have

The types are those of PLOVER (openeventdata/PLOVER), and some of our own. The grammar is in `service.enrich.grammar`.
"""

from service.enrich.events.extract import find

__all__ = ["find"]
