"""The student: the small network that the service runs, trained on the teacher's answers and on the labels.

`network` is its forward pass and `losses` what it is trained for. `samples` is one article to learn from, `excerpts` a
sentence, `labels_of_readers` the labels that replace the teacher's answers, and `batches` the arrays. `word_vectors` is
what its words start from, `fitting` the training, and `weights` the file of the service.
"""
