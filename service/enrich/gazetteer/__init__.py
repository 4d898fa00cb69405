"""The places of the world by name, shared by the stages that need them. Knows no article.

places     the gazetteer: places, their names and demonyms, looked up by name
languages  the same places under their names in Romanian, Bulgarian, Hungarian and Slovak
folding    the form of a place name that is compared and stored
"""
