"""The language models: small networks run by NumPy within spaCy.

One reads names, grammar, events and topics in English, the other names in other languages.

    loading         the shipped pipeline, or an installed one by name with the network beside it
    tokenizing      annotate a text of any length
    reader          spaCy component: runs the network, sets names and grammar
    name_reader     spaCy component: runs the network for names, sets names
    trunk           from words to vectors that know their text
    network         from these to scores: names, grammar, events and topics
    name_network    from these to scores: names in other languages
    word_features   what a network sees of a word by itself
    word_store      how long words are kept
    network_reading what the network says of events and topics, for the stages
    span_decoding   from scores of BILOU tags to spans
    tree_decoding   from scores to sentences and dependency trees
    arrays          the types of arrays

These modules only predict. What training needs stands in `training/`, which the service never imports. The weights are
in `data/model`, with a model card.
"""
