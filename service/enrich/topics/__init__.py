"""What an article is about, in the terms of the IPTC Media Topics.

tree    the topics that an article can have, each with the topics above it
"""
