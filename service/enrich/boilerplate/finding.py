"""Find boilerplate line by line.

A sentence that is lost costs more than a button that stays, so a line is marked only for words that no sentence has.
"""

from __future__ import annotations

import re

from service.enrich.boilerplate import captions, links, prompts

_LINE = re.compile(r"\S[^\n]*")
_SPACES = str.maketrans("\t\xa0\u2009\u202f", "    ")


def find(body: str) -> list[tuple[int, int]]:
    """Return the stretches `[start, end)` of *body* that are boilerplate, in order, apart, without white space around.

    Lines of boilerplate that follow each other are one stretch.
    """
    stretches: list[tuple[int, int]] = []
    patterns = prompts.patterns_for(body)
    starts_and_lines = [(match.start(), match[0].rstrip()) for match in _LINE.finditer(body.translate(_SPACES))]
    lines = ["", *(line for _, line in starts_and_lines), ""]
    in_list = False
    for index, (start_of_line, line) in enumerate(starts_and_lines, start=1):
        in_list = links.is_list_label(line) or (in_list and links.is_unfinished(line))
        if in_list or _is_boilerplate(lines[index - 1], line, lines[index + 1]):
            spans = [(0, len(line))]
        else:
            spans = sorted([*links.inside(line), *captions.credits_inside(line), *prompts.inside(line, patterns)])
        for start, end in spans:
            _add(stretches, start_of_line + start, start_of_line + end, body)
    return stretches


def _is_boilerplate(before: str, line: str, after: str) -> bool:
    return (
        links.is_label(line)
        or links.is_link(line)
        or links.is_inserted_headline(before, line, after)
        or captions.is_caption(line)
    )


def _add(stretches: list[tuple[int, int]], start: int, end: int, body: str) -> None:
    """Add `[start, end)`, to the last stretch if nothing but white space lies between them."""
    if stretches and (start <= stretches[-1][1] or body[stretches[-1][1] : start].isspace()):
        stretches[-1] = stretches[-1][0], max(end, stretches[-1][1])
    else:
        stretches.append((start, end))
