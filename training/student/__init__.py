"""The student: the small network that the service runs, trained on the teacher's answers and on the labels.

`network` is its forward pass and its losses, `samples` one article to learn from, `labels_of_readers` the labels that
replace the teacher's answers, `batches` the arrays, `fitting` the training, and `weights` the file of the service.
"""
