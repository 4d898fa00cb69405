"""What happened, who did it, to whom, where, and whether it took place: one event per trigger, each from one sentence.

    extract             the stage: from a parsed document to its events
    trigger_candidates  the words that probably name an event, with their frames and the rules that hold
    topic_priors        how the topics of the article bear on the types of its events
    rules               the event rules of `data/event_rules.yaml`, and when one holds
    decision            whether a candidate is an event, of which type, and how prominent it is in its sentence
    selection           which events of a sentence are kept, and which are the story
    identity            the id of each event, which stays the same in later versions of the article
    roles               actors, recipients and places of an event
    role_candidates     the words of a sentence that may be an actor or a recipient
    role_features       what is known of such a word
    role_model          how likely it is an actor or a recipient
    event_dates         when an event happened
    retelling           which events are told again later in the article
    vocabulary          the types, modes and contexts that an event may have

The network of `service.enrich.model` says how likely each word names an event of each type, with which flags, and how
likely it is the story's own. The types are those of PLOVER (openeventdata/PLOVER), and some of our own. The grammar is
in `service.enrich.grammar`.
"""

from service.enrich.events.extract import find

__all__ = ["find"]
