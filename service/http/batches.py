"""Enrich the articles of one body, a few at once, in their order."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import aclosing
from typing import TYPE_CHECKING

from service.contract.outcomes import Message, Outcome, Refused
from service.http import splitting_client

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from service.contract.outcomes import Headers
    from service.settings import Settings

ARTICLES_PER_PROCESS = 4
"""Of one batch, that wait or are done: no process idles, and a request beside the batch waits for few articles."""


async def outcomes(
    settings: Settings, body: bytes, headers: Headers, process: Callable[[Message], asyncio.Future[Outcome]]
) -> AsyncGenerator[tuple[str, Outcome]]:
    """Yield the outcome of each article in *body* in their order, each with its position, using bounded memory.

    Args:
        settings: The limits.
        body: Several articles, or one.
        headers: Of every article.
        process: Returns the future outcome of a message.
    """
    most = ARTICLES_PER_PROCESS * settings.worker_processes
    begun: deque[tuple[str, asyncio.Future[Outcome]]] = deque()
    try:
        async with aclosing(splitting_client.split(body, settings.max_article_bytes)) as parts:
            async for position, part in parts:
                begun.append(
                    (position, _done(part) if isinstance(part, Refused) else process(Message(part, headers=headers)))
                )
                if len(begun) >= most:
                    yield begun[0][0], await begun[0][1]
                    begun.popleft()
        while begun:
            yield begun[0][0], await begun[0][1]
            begun.popleft()
    finally:
        for _, outcome in begun:
            outcome.cancel()


def _done(refused: Refused) -> asyncio.Future[Outcome]:
    outcome: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
    outcome.set_result(refused)
    return outcome
