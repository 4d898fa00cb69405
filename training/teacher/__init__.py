"""The teachers: pretrained encoders, one fine-tuned on events with flags, main event and topics, one on names.

`tasks` says which encoder learns what. `encoder` is the network, `mpnet` and `multilingual_e5` are its pretrained
weights, `heads` the output layers and their losses, `batches` the arrays that both read, `fitting` the training,
`answers` what a teacher says of texts, and `measuring` how often it is right.
"""
