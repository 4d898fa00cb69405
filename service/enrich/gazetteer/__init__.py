"""The places of the world by name, shared by the stages that need them. Knows no article.

places    the gazetteer: places, their names and demonyms, looked up by name
folding   the form of a place name that is compared and stored
"""
