"""Give up a request to a broker that does not answer, so that a vanished broker does not stop the worker for minutes.

aiokafka has one time limit for every request. A rebalance needs a long one, since joining the group waits for its other
members. But if a broker vanishes without closing its connections, a heartbeat, a commit and a search for the
coordinator would each wait as long, one after another: measured, a worker stood still for two minutes.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from aiokafka.client import ConnectionGroup
from aiokafka.conn import CloseReason
from aiokafka.errors import RequestTimedOutError
from aiokafka.protocol.group import JoinGroupRequest, SyncGroupRequest

if TYPE_CHECKING:
    from aiokafka.client import AIOKafkaClient

ANSWER_SECONDS = 15.0  # the session timeout of a worker without a name, which the group has given up by then anyway


def bound_requests(client: AIOKafkaClient) -> None:
    """Make *client* give up a request after `ANSWER_SECONDS`, unless it has to wait for the other members.

    The connection is closed too, so that the next request opens another.
    """
    send = client.send

    async def bounded(node_id: int, request: Any, *, group: Any = ConnectionGroup.DEFAULT) -> Any:
        """Send *request* and wait for its answer within the limit."""
        if isinstance(request, (JoinGroupRequest, SyncGroupRequest)):
            return await send(node_id, request, group=group)
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return await send(node_id, request, group=group)
        except TimeoutError as error:
            if connection := client._conns.get((node_id, group)):  # noqa: SLF001 - aiokafka has no public way
                connection.close(reason=CloseReason.CONNECTION_TIMEOUT)
            raise RequestTimedOutError from error

    client.send = bounded
