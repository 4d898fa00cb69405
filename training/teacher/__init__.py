"""The teacher: a pretrained encoder, fine-tuned on names, events, flags, main event and topics together.

`encoder` is the pretrained network, `heads` the output layers and their losses, `batches` the arrays that both read,
`fitting` the training, `answers` what the teacher says of texts, and `measuring` how often it is right.
"""
