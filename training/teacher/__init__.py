"""The teachers: a pretrained encoder, fine-tuned twice, on events with flags and main event, and on names and topics.

`encoder` is the pretrained network, `heads` the output layers and their losses, `batches` the arrays that both read,
`fitting` the training, `answers` what the teacher says of texts, and `measuring` how often it is right.
"""
