"""How often the network for names is right.

python -m training.languages.measuring --languages FOLDER [--part test]
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from service.enrich.model.name_network import NameNetwork
from service.enrich.model.name_reader import WEIGHTS
from service.enrich.model.network_reading import headline_tokens
from service.enrich.model.span_decoding import decode
from training.languages import gold, scoring, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from training.languages.gold import Text


def measure(texts: Sequence[Text], path: Path) -> None:
    """Print scores by language and collection of the network stored at *path*."""
    network, splitter = NameNetwork(path), words.splitter()
    collections = sorted({(text.language, text.collection) for text in texts})

    def found(text: Text) -> Iterator[tuple[int, int, str]]:
        doc = splitter.make_doc(text.text)
        starts = [token.idx for token in doc]
        headline = headline_tokens(text.text, np.array(starts, np.int64))
        for first, last, number in decode(network.read([token.text for token in doc], headline)):
            yield starts[first], starts[last - 1] + len(doc[last - 1]), network.labels[number]

    for language, collection in collections:
        chosen = [text for text in texts if (text.language, text.collection) == (language, collection)]
        for by_type in scoring.score((text, list(found(text))) for text in chosen).values():
            figures = "; ".join(f"{kind} {score.f1:.3f}" for kind, score in by_type.items())
            print(f"  {language} {collection}: {figures}", flush=True)


def main() -> None:
    """Print its figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--languages", type=Path, required=True)
    parser.add_argument("--weights", type=Path, default=Path(str(WEIGHTS)))
    parser.add_argument("--part", choices=["development", "test"], default="development")
    options = parser.parse_args()
    measure([text for text in gold.read(options.languages) if text.part == options.part], options.weights)


if __name__ == "__main__":
    main()
