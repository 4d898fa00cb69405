"""RawArticle → EnrichedArticle. Pure: a record depends on its article alone, not on time, network or randomness.

    enricher         decides the language, and puts the record together
    english_stages   the stages for English in order
    name_stages      the stages for other languages in order: names, places, dates, quotations
    fingerprint      digests of all that decides what a record says
    language         which articles are read
    model/           the networks: names and grammar of every token
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

A stage that reads other languages too has two functions: `find` for English, and `find_in`, which needs no grammar.
Stages are called by `english_stages` and `name_stages`, and do not import each other.
"""
