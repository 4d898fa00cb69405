"""Turn labelled articles into windows of word pieces, and say what the words of each window should be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from spacy.lang.en import English

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray
    from spacy.language import Language
    from tokenizers import Tokenizer

    from service.enrich.media_topics import TopicTree
    from training.labelled import LabelledArticle, Name

BEGIN_PIECE, PADDING_PIECE, END_PIECE = 0, 1, 2
"""Word pieces of the encoder that stand for no text."""
MAX_WINDOW_PIECES = 192
"""Word pieces that the encoder reads at once. A longer article is split between sentences, in parts of like length."""
NAME_LABELS = (
    "CARDINAL", "DATE", "EVENT", "FAC", "GPE", "LANGUAGE", "LAW", "LOC", "MONEY", "NORP", "ORDINAL", "ORG", "PERCENT",
    "PERSON", "PRODUCT", "QUANTITY", "TIME", "WORK_OF_ART",
)  # fmt: skip
NAME_TAGS = 1 + 4 * len(NAME_LABELS)
NONE = "NONE"


@dataclass(frozen=True, slots=True)
class Window:
    """Whole sentences of an article, as the encoder reads them."""

    article: int
    """Index of the article."""
    number: int
    """0 for the window that begins the article."""
    pieces: list[int]
    words: list[tuple[int, int]]
    """Start and end of each word in code points of the article's text."""
    first_pieces: list[int]
    """Position of each word's first piece."""


def split(
    text: str, sentences: Sequence[tuple[int, int]], article: int, tokenizer: Tokenizer, words: Language
) -> list[Window]:
    """Return the windows of *text*, cut at the ends of *sentences* (or of lines, where none are known)."""
    encoded = tokenizer.encode(text, add_special_tokens=False)
    ends = [end for _, end in encoded.offsets]
    spans = [(token.idx, token.idx + len(token)) for token in words.make_doc(text) if not token.is_space]
    if not spans or not ends:
        return []
    starts = np.array([start for start, _ in spans])
    first = np.searchsorted(np.array(ends), starts, side="right")
    limits = sorted({end for _, end in sentences} or {i + 1 for i, c in enumerate(text) if c == "\n"} | {len(text)})
    size = MAX_WINDOW_PIECES - 2
    parts = -(-len(ends) // size)
    goal = len(ends) / parts
    windows: list[Window] = []
    begin = 0
    while begin < len(spans):
        piece = int(first[begin])
        last_piece = len(ends) if len(windows) + 1 >= parts and len(ends) - piece <= size else piece + size
        stop = int(np.searchsorted(first, last_piece, side="left"))
        if stop < len(spans):
            wanted = piece + goal
            fitting = [int(np.searchsorted(starts, limit)) for limit in limits]
            fitting = [at for at in fitting if begin < at <= stop]
            if fitting:
                stop = min(fitting, key=lambda at: abs((int(first[at]) if at < len(first) else len(ends)) - wanted))
        stop = max(stop, begin + 1)
        end_piece = int(first[stop]) if stop < len(spans) else len(ends)
        end_piece = min(end_piece, piece + size)
        kept = [at for at in range(begin, stop) if first[at] < end_piece]
        windows.append(
            Window(
                article,
                len(windows),
                [BEGIN_PIECE, *encoded.ids[piece:end_piece], END_PIECE],
                [spans[at] for at in kept],
                [int(first[at]) - piece + 1 for at in kept],
            )
        )
        begin = stop
    return windows


@dataclass(frozen=True, slots=True)
class Targets:
    """What the words of a window, and its article, should be."""

    tags: NDArray[np.bool_] | None
    """Tags of names that each word may have: (word, tag). None where nobody labelled names."""
    types: NDArray[np.int32] | None
    """Type of the event that each word names, 0 for none."""
    flags: NDArray[np.float32] | None
    main: NDArray[np.float32] | None
    topics: NDArray[np.float32] | None
    """Each topic with its ancestors; only in the window that begins the article."""
    lead: int
    """Index of the most important topic, or -1."""


def targets(
    article: LabelledArticle, window: Window, types: dict[str, int], topics: dict[str, int], tree: TopicTree
) -> Targets:
    """Return the targets of *window*."""
    starts = {start: at for at, (start, _) in enumerate(window.words)}
    tags = _tags(article.names, window.words) if article.names is not None else None
    size = len(window.words)
    kinds = flags = main = topic_row = None
    if article.events is not None:
        kinds, flags, main = np.zeros(size, np.int32), np.zeros((size, 4), np.float32), np.zeros(size, np.float32)
        for event in article.events:
            at = starts.get(event.start)
            if at is None:
                at = next((i for i, (s, e) in enumerate(window.words) if s <= event.start < e), None)
            if at is not None:
                kinds[at], flags[at], main[at] = types[event.type], event.flags, event.main
    lead = -1
    if article.topics is not None and window.number == 0:
        topic_row = np.zeros(len(topics), np.float32)
        for code in article.topics:
            for above in tree.with_ancestors(code):
                topic_row[topics[above]] = 1.0
        lead = topics[article.topics[0]] if article.topics else -1
    return Targets(tags, kinds, flags, main, topic_row, lead)


def _tags(names: Iterable[Name], words: Sequence[tuple[int, int]]) -> NDArray[np.bool_]:
    allowed = np.zeros((len(words), NAME_TAGS), dtype=bool)
    allowed[:, 0] = True
    allow_names(allowed, names, words, NAME_LABELS)
    return allowed


def allow_names(
    allowed: NDArray[np.bool_], names: Iterable[Name], words: Sequence[tuple[int, int]], labels: Sequence[str]
) -> None:
    """Set in *allowed*, (word, tag), which tags the words of *names* may have; words of half a name may have any.

    Args:
        allowed: The tags that the words may have outside of names.
        names: The labelled names.
        words: Start and end of each word in code points.
        labels: Labels in the order of the tags.
    """
    count = len(labels)
    starts = {start: at for at, (start, _) in enumerate(words)}
    ends = {end: at for at, (_, end) in enumerate(words)}
    for name in names:
        first, last = starts.get(name.start), ends.get(name.end)
        if first is None or last is None or last < first:
            allowed[[at for at, (s, e) in enumerate(words) if s < name.end and name.start < e]] = True
            continue
        allowed[first : last + 1] = False
        for label in map(labels.index, name.labels):
            if first == last:
                allowed[first, 1 + 3 * count + label] = True
                continue
            allowed[first, 1 + label] = True
            allowed[first + 1 : last, 1 + count + label] = True
            allowed[last, 1 + 2 * count + label] = True


def all_windows(articles: Sequence[LabelledArticle], tokenizer: Tokenizer) -> Iterator[Window]:
    """Yield the windows of all *articles*."""
    words = English()
    for number, article in enumerate(articles):
        yield from split(article.text, article.sentences, number, tokenizer, words)
