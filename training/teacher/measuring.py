"""How often the teacher is right, printed while it is trained. `training/measure.py` measures what is shipped."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np

from service.enrich.model.span_decoding import decode
from training import examples
from training.examples import NAME_LABELS
from training.label import log_odds_to_shares, softmax
from training.scoring import names as named
from training.scoring.counting import Score, share

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from training.examples import Window
    from training.inventory import Inventory
    from training.labelled import LabelledArticle
    from training.teacher.answers import Teacher

    Read = list[tuple[LabelledArticle, list[tuple[Window, dict[str, Any]]]]]
    """Articles with their windows, and the teacher's scores of each."""

EVENT_THRESHOLDS = (0.3, 0.4, 0.5, 0.6)
TOPIC_THRESHOLD = 0.4
"""Probabilities from which an event, or a topic, counts as found."""


def measure(inventory: Inventory, teacher: Teacher, part: str) -> None:
    """Print how well *teacher* does on the articles of *part*, by collection."""
    collections: defaultdict[str, list[LabelledArticle]] = defaultdict(list)
    for article in inventory.articles:
        if article.part == part:
            collections[article.collection].append(article)
    for name, articles in sorted(collections.items()):
        windows = list(examples.all_windows(articles, teacher.tokenizer))
        read: Read = [(article, []) for article in articles]
        for window, scores in zip(windows, teacher.read(windows), strict=True):
            read[window.article][1].append((window, scores))
        for line in lines(inventory, read):
            print(f"  {name}: {line}", flush=True)


def lines(inventory: Inventory, read: Read) -> Iterator[str]:
    """Yield the figures of *read*, those of each head as far as there are labels for it."""
    answered = {name for _, windows in read for _, scores in windows for name in scores}
    with_events = [pair for pair in read if pair[0].events is not None and "types" in answered]
    if with_events:
        for threshold in EVENT_THRESHOLDS:
            yield _events(inventory, with_events, threshold)
        flags = [answer for article, windows in with_events for answer in _flags(article, windows)]
        yield f"flags that are right {share(flags)} of {len(flags):,}"
        mains = [_main_event(article, windows) for article, windows in with_events if _mains(article)]
        yield f"main event right {share(mains)} of {len(mains):,}"
    with_names = [pair for pair in read if pair[0].names is not None and "tags" in answered]
    if with_names:
        yield _names(with_names)
    with_topics = [pair for pair in read if pair[0].topics and "topics" in answered]
    if with_topics:
        yield _topics(inventory, with_topics)


def _events(inventory: Inventory, read: Read, threshold: float) -> str:
    typed, untyped = Score(), Score()
    for article, windows in read:
        wanted = {(event.start, event.type) for event in article.events or ()}
        found = set()
        for window, scores in windows:
            shares = softmax(scores["types"])
            for at in np.flatnonzero(1 - shares[:, 0] >= threshold).tolist():
                found.add((window.words[at][0], inventory.type_names[1 + int(shares[at, 1:].argmax())]))
        typed.add(found & wanted, found, wanted)
        starts, wanted_starts = {start for start, _ in found}, {start for start, _ in wanted}
        untyped.add(starts & wanted_starts, starts, wanted_starts)
    return f"events from {threshold} on: {typed}; trigger alone {untyped}"


def _flags(article: LabelledArticle, windows: Iterable[tuple[Window, dict[str, Any]]]) -> Iterator[bool]:
    """Yield whether each flag of each labelled event is right."""
    events = {event.start: event for event in article.events or ()}
    for window, scores in windows:
        for at, (start, _) in enumerate(window.words):
            if start in events:
                yield from (scores["flags"][at] > 0) == np.array(events[start].flags)


def _mains(article: LabelledArticle) -> set[int]:
    return {event.start for event in article.events or () if event.main}


def _main_event(article: LabelledArticle, windows: Iterable[tuple[Window, dict[str, Any]]]) -> bool:
    """Report whether the word with the best score as the main event, of those that name an event, is labelled so."""
    candidates = [
        (float(scores["main"][at, 0] - scores["no_main"]), start)
        for window, scores in windows
        for at, (start, _) in enumerate(window.words)
        if scores["types"][at].argmax()
    ]
    return bool(candidates) and max(candidates)[1] in _mains(article)


def _names(read: Read) -> str:
    """Score the names of the types that all labels have."""
    score = Score()
    for article, windows in read:
        wanted = {span for span in named.labelled_spans(article) if span[2] in named.CORE}
        found = set()
        for window, scores in windows:
            for first, end, number in decode(scores["tags"]):
                label = named.JOINED_TYPES.get(NAME_LABELS[number], NAME_LABELS[number])
                if label in named.CORE:
                    found.add((window.words[first][0], window.words[end - 1][1], label))
        score.add(found & wanted, found, wanted)
    return f"names {', '.join(named.CORE)}: {score}"


def _topics(inventory: Inventory, read: Read) -> str:
    """Score the topics with those above them, and the most important one by itself."""
    score, codes = Score(), list(inventory.topics)
    strict, wide = [], []
    for article, windows in read:
        labelled: Sequence[str] = article.topics or ()
        scores = windows[0][1]
        chances = log_odds_to_shares(scores["topics"])
        found = inventory.with_ancestors(codes[at] for at in np.flatnonzero(chances >= TOPIC_THRESHOLD).tolist())
        wanted = inventory.with_ancestors(labelled)
        score.add(found & wanted, found, wanted)
        lead = codes[int(scores["lead"].argmax())]
        strict.append(lead in labelled)
        wide.append(lead in wanted)
    return f"topics {score}; first right {share(strict)}, or above a right one {share(wide)}, of {len(wide):,}"
