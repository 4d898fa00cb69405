"""RawArticle → EnrichedArticle. Pure: a record depends on its article alone, not on time, network or randomness.

    enricher         the stages in order
    fingerprint      digests of all that decides what a record says
    language         which articles are read
    model/           the network: names and grammar of every token
    entities/        names, one entry per real-world thing
    places/          locations, resolved in the gazetteer
    events/          what happened, to whom, where
    topics/          the IPTC Media Topics, and which of them stand above which
    tags             tags and Media Topics of the article
    quotes, dates
    counts/          numbers of people, money and things
    near_duplicates  bands by which versions of one story find each other
    span_check       every mention is in the text where it says
    grammar/         clauses, frames and lemmas, used by several stages
    gazetteer/       place names of the world
    data/, data_files  word lists, rules and weights, and how they are read

Stages are called by the enricher and do not import each other.
"""
