"""English grammar over a parsed document: shared by events, dates, counts and quotes, and independent of all of them.

    parse             the parse of a document as plain lists, with lemmas, children and sentences
    lemmas            the base form of a word
    frames            who does what to whom around one word, in one normal form for verbs, passives and nouns
    clauses           whether a clause is negated, future or hypothetical
    phrases           the phrase around a token, and the mention of a span
    numerals          numbers in digits and words
    qualifiers        how exact a number is
    date_spans        where a text names a date
    date_expressions  the date that some words name
    word_lists        the data files of these modules

Nothing here knows what an event, a count or a quotation is.
"""
