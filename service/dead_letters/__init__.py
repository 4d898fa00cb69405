"""Dead letters: refused articles, which can be listed, sent again or parked.

letters    read the dead-letter topic: list the open letters, fetch one
replaying  send articles back to the raw topic, or park those that failed too often
"""
