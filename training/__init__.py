"""Train the shipped language model and the classifier of events."""
