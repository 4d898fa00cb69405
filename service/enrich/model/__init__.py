"""The language model: a small network for named entities and grammar, run by spaCy and NumPy.

    loading            the shipped pipeline, or an installed one by name
    tokenizing         annotate a text of any length
    span_tagger        spaCy component: named entities
    span_decoding      from scores of BILOU tags to spans
    dependency_parser  spaCy component: tags, sentences, heads and relations
    tree_decoding      from vectors to sentences and dependency trees
    arrays             the types of arrays

These modules only predict. What training needs stands in `training/`, which the service never imports. The weights are
in `data/model`, with a model card.
"""
