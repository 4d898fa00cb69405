"""Compare records with labels: a module per annotation, each with functions from pairs to rows of the table."""
