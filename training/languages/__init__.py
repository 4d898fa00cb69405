"""Train the network for names in Romanian, Bulgarian, Hungarian and Slovak: `python -m training.languages`."""
