"""What an article is about, in the terms of the IPTC Media Topics.

find    the stage: from the network's reading to topics with evidence
tree    the topics that an article can have, each with the topics above it
"""

from service.enrich.topics.find import find

__all__ = ["find"]
