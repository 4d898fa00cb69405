"""Write `service/enrich/data/type_priors.tsv`: how much more frequent a type of event is with a topic than at all.

    python -m training.make_type_priors --labelled FOLDER

The part "train" of the articles with events and topics is counted. An article with several topics of the first level
counts for each by its share.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from math import log
from pathlib import Path

from service.enrich.data_files import DATA
from service.enrich.media_topics import topic_tree
from training import labelled, topics
from training.scoring.topics import short_code

PRIOR_EVENTS = 30
"""Events with the frequencies of all articles that are added to those of each topic, so that rare topics say little."""
HEAD = """\
# Logarithm of how much more frequent a type of event is in articles of a topic (IPTC Media Topics, first level) than in
# all, counted in news articles that were labelled for this project. Made by training/make_type_priors.py.
"""


def main() -> None:
    """Count and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--labelled", type=Path, required=True)
    folder = parser.parse_args().labelled
    tree = topics.read(folder / "topics.txt")
    first_level = {short_code(topic): topic for topic in topic_tree().names if short_code(topic).startswith("M")}
    total = Counter[str]()
    by_topic = {code: defaultdict[str, float](float) for code in first_level}
    for article in labelled.read(folder):
        if article.part != "train" or not article.events or not article.topics:
            continue
        above = {code for topic in article.topics for code in tree.with_ancestors(topic)} & first_level.keys()
        for event in article.events:
            total[event.type] += 1
            for code in above:
                by_topic[code][event.type] += 1 / len(above)
    types = sorted(total)
    events = sum(total.values())
    lines = ["\t".join(["topic", *types])]
    for code, counts in by_topic.items():
        size = sum(counts.values()) + PRIOR_EVENTS
        ratios = [(counts[name] + PRIOR_EVENTS * total[name] / events) / size * events / total[name] for name in types]
        lines.append("\t".join([first_level[code], *(f"{log(ratio):.2f}" for ratio in ratios)]))
    Path(str(DATA / "type_priors.tsv")).write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    print(f"{events:,} events, {len(types)} types, {len(by_topic)} topics")


if __name__ == "__main__":
    main()
