"""Create `service/enrich/data/noun_classes.yaml`: what kind of thing the nouns of news name, by WordNet.

    python -m training.make_noun_classes FOLDER

FOLDER has the files `index.noun` and `data.noun` of WordNet 3.0, such as those of Debian's package wordnet-base. A noun
of `lemmas.txt` belongs to the lexicographer file of its most frequent sense.
"""

from __future__ import annotations

import sys
import textwrap
from collections import defaultdict
from pathlib import Path

from service.enrich.data_files import DATA
from service.enrich.grammar.word_lists import lemma_rows

CLASSES = ("thing", "act", "animal", "artifact", "attribute", "body", "cognition", "communication", "event", "feeling",
           "food", "group", "location", "motive", "object", "person", "phenomenon", "plant", "possession", "process",
           "quantity", "relation", "shape", "state", "substance", "time")  # fmt: skip
"""WordNet's lexicographer files of nouns, in their order; "thing" is its `Tops`."""
FIRST_FILE = 3
"""The number of the first of them: before it are adjectives and adverbs."""
HEAD = """\
# What kind of thing a noun names: the lexicographer file of its most frequent sense in WordNet 3.0, for the nouns of
# lemmas.txt. WordNet 3.0 Copyright 2006 by Princeton University, all rights reserved; licence in NOTICE.
# Made by training/make_noun_classes.py.
"""


def main(folder: Path) -> None:
    """Write the file."""
    file_of_sense = {row[0]: int(row[1]) for row in _rows(folder / "data.noun")}
    nouns: dict[str, list[str]] = defaultdict(list)
    for row in _rows(folder / "index.noun"):
        noun, first_sense = row[0], row[-int(row[2])]  # a row ends with the senses, most frequent first
        if noun.isalpha() and noun in lemma_rows():
            nouns[CLASSES[file_of_sense[first_sense] - FIRST_FILE]].append(noun)
    entries = [
        textwrap.fill(f"{name}: {', '.join(nouns[name])}", 120, subsequent_indent="  ", break_on_hyphens=False) + "\n"
        for name in CLASSES
    ]
    Path(str(DATA / "noun_classes.yaml")).write_text(HEAD + "".join(entries), encoding="utf-8")
    print(f"{sum(map(len, nouns.values())):,} nouns")


def _rows(path: Path) -> list[list[str]]:
    """Return the fields of each row; the licence above them is indented."""
    return [line.split() for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith(" ")]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
