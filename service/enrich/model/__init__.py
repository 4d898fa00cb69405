"""The language model: one small network for names, grammar, events and topics, run by NumPy within spaCy.

    loading         the shipped pipeline, or an installed one by name with the network beside it
    tokenizing      annotate a text of any length
    reader          spaCy component: runs the network, sets names and grammar
    network         the network: from words to scores
    word_features   what the network sees of a word by itself
    network_reading what the network says of events and topics, for the stages
    span_decoding   from scores of BILOU tags to spans
    tree_decoding   from scores to sentences and dependency trees
    arrays          the types of arrays

These modules only predict. What training needs stands in `training/`, which the service never imports. The weights are
in `data/model`, with a model card.
"""
