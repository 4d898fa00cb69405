"""Events against labelled triggers: found, of the right type, with the right flags, and the article's main event."""

from __future__ import annotations

from collections import Counter
from operator import attrgetter
from typing import TYPE_CHECKING

from training.labelled import FLAGS
from training.scoring.counting import Row, Score, decimal, share

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from service.contract.annotations import Event
    from service.contract.enriched_article import EnrichedArticle
    from training.labelled import LabelledArticle, Trigger
    from training.scoring.counting import Pairs

YIELD_TYPES = {"RETREAT": "YIELD", "CONCEDE": "YIELD"}
"""Types that the PLOVER sentences do not tell apart."""


def names_trigger(event: Event, trigger: Trigger, text: str) -> bool:
    """Report whether the words of *event* include the first word of *trigger*, or a part of it."""
    word = text[trigger.start : trigger.end].split(maxsplit=1)[0]
    return event.trigger.start < trigger.start + len(word) and trigger.start < event.trigger.end


def match(article: LabelledArticle, events: Sequence[Event]) -> list[tuple[Trigger, Event]]:
    """Return the labelled triggers of *article* with the event that found each; no event is used twice.

    Pairs of the same type are formed first, so that two events at the same word do not swap their types.
    """
    pairs: list[tuple[Trigger, Event]] = []
    used: set[int] = set()
    left = list(article.events or ())
    for same_type in (True, False):
        for trigger in tuple(left):
            for number, event in enumerate(events):
                if (
                    number not in used
                    and (event.type == trigger.type or not same_type)
                    and names_trigger(event, trigger, article.text)
                ):
                    pairs.append((trigger, event))
                    used.add(number)
                    left.remove(trigger)
                    break
    return pairs


def event_rows(name: str, pairs: Pairs) -> Iterator[Row]:
    """Yield the rows of the events of the set called *name*."""
    typed, untyped = Score(), Score()
    flags = {flag: Score() for flag in FLAGS}
    answers: list[bool] = []
    for article, record in pairs:
        gold, found = article.events or (), match(article, record.events)
        untyped.add(found, record.events, gold)
        typed.add([trigger for trigger, event in found if trigger.type == event.type], record.events, gold)
        for trigger, event in found:
            for flag, labelled in zip(FLAGS, trigger.flags, strict=True):
                predicted: bool = getattr(event, flag)
                answers.append(predicted == labelled)
                score = flags[flag]
                score.right += predicted and labelled
                score.predicted += predicted
                score.gold += labelled
    labels = f"{typed.gold:,} events"
    yield Row("events, trigger and type", name, str(typed), labels)
    yield Row("events, trigger alone", name, str(untyped), labels)
    yield Row("flags that are right, of events found", name, share(answers), f"{len(answers):,} flags")
    for flag, score in flags.items():
        yield Row(f"flag `{flag}`, of events found", name, str(score), f"{score.gold:,} events")
    yield from _main_rows(name, pairs)


def _main_rows(name: str, pairs: Pairs) -> Iterator[Row]:
    found, typed, marked = [], [], []
    for article, record in pairs:
        if not any(trigger.main for trigger in article.events or ()):
            continue
        main = [(trigger, event) for trigger, event in match(article, record.events) if trigger.main]
        found.append(bool(main))
        typed.append(any(trigger.type == event.type for trigger, event in main))
        marked.append(any(getattr(event, "main", False) for _, event in main))
    articles = f"{len(found):,} articles"
    yield Row("main event is in the record", name, share(found), articles)
    yield Row("main event is in the record, with its type", name, share(typed), articles)
    yield Row("main event is marked as main", name, share(marked), articles)


def plover_rows(pairs: Iterable[tuple[Sequence[str], EnrichedArticle]]) -> Iterator[Row]:
    """Yield the rows of the PLOVER sentences, given as types and record.

    The answer is the type of the most confident event, the first among equals. A wrong answer counts as missed for the
    sentence's type, and as wrong for the type of the answer.
    """
    right, wrong, missed = Counter[str](), Counter[str](), Counter[str]()
    for types, record in pairs:
        gold = {YIELD_TYPES.get(name, name) for name in types}
        best = max(record.events, key=attrgetter("confidence"), default=None)
        answer = YIELD_TYPES.get(best.type, best.type) if best else None
        if answer in gold:
            right[answer] += 1
            continue
        missed[min(gold)] += 1
        if answer:
            wrong[answer] += 1
    f1 = [
        2 * right[name] / (2 * right[name] + wrong[name] + missed[name])
        for name in sorted(right.keys() | missed.keys())
    ]
    sentences = right.total() + missed.total()
    size = f"{sentences:,} sentences"
    yield Row("event type, macro-F1", "PLOVER sentences", decimal(sum(f1) / max(1, len(f1))), size)
    yield Row("event type, accuracy", "PLOVER sentences", decimal(right.total() / max(1, sentences)), size)
