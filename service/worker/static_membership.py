"""Static membership (KIP-345): a worker that restarts under the same name gets its partitions back without a rebalance.

aiokafka sends the name when it joins, but does two things that are not safe with it:

* Its heartbeats and commits lack the name, so a worker that another has replaced learns only that its member id is
  unknown. It would then join as new, under the same name, and throw out its replacement, which would do the same. Here
  it joins with the id that it had: the broker then says whether it was replaced, or has only been away for too long.
* Brokers let a leader that has restarted believe that it is none (KIP-814), so no worker would notice new partitions.
  Here each assignment carries the number of partitions that it covers, and every member compares it with the topic.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiokafka.client import ConnectionGroup
from aiokafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from aiokafka.coordinator.protocol import ConsumerProtocol, ConsumerProtocolMemberAssignment
from aiokafka.errors import NoError, UnknownMemberIdError
from aiokafka.protocol.group import JoinGroupRequest, SyncGroupRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aiokafka import AIOKafkaConsumer
    from aiokafka.cluster import ClusterMetadata
    from aiokafka.coordinator.protocol import ConsumerProtocolMemberMetadata

FENCED_INSTANCE_ID = 82  # an error code that aiokafka has no class for


class CountingAssignor(RoundRobinPartitionAssignor):  # type: ignore[misc] # aiokafka is not typed for us
    """aiokafka's assignor, which adds the number of assigned partitions. Members without it ignore the number."""

    @classmethod
    def assign(
        cls, cluster: ClusterMetadata, members: Mapping[str, ConsumerProtocolMemberMetadata]
    ) -> dict[str, ConsumerProtocolMemberAssignment]:
        """Return the assignment of each member."""
        assigned = super().assign(cluster, members)
        count = b"%d" % sum(len(assignment.partitions()) for assignment in assigned.values())
        return {
            member: ConsumerProtocolMemberAssignment(assignment.version, assignment.assignment, count)
            for member, assignment in assigned.items()
        }


def adapt(consumer: AIOKafkaConsumer, topic: str, on_fenced: Callable[[], None]) -> None:
    """Make *consumer*, a static member that reads *topic*, safe to replace. Call this before it starts.

    *on_fenced* is called, in the consumer's thread, when another member has joined under the same name.
    """
    consumer._partition_assignment_strategy = [CountingAssignor]  # noqa: SLF001 - Faust offers no choice
    client = consumer._client  # noqa: SLF001 - aiokafka has no public way
    send = client.send
    member_id = JoinGroupRequest.UNKNOWN_MEMBER_ID

    async def watched(node_id: int, request: Any, *, group: Any = ConnectionGroup.DEFAULT) -> Any:
        """Send *request*. Join with the last member id, until the broker says that it is unknown."""
        nonlocal member_id
        if isinstance(request, JoinGroupRequest):
            request._member_id = request._member_id or member_id  # noqa: SLF001 - aiokafka has no public way
        response = await send(node_id, request, group=group)
        if isinstance(request, (JoinGroupRequest, SyncGroupRequest)) and response.error_code == FENCED_INSTANCE_ID:
            on_fenced()
        if isinstance(request, JoinGroupRequest):
            if response.error_code == UnknownMemberIdError.errno:
                member_id = JoinGroupRequest.UNKNOWN_MEMBER_ID
            elif response.error_code == NoError.errno:
                member_id = response.member_id
        elif isinstance(request, SyncGroupRequest) and response.error_code == NoError.errno:
            _watch_partitions(consumer, topic, response.member_assignment)
        return response

    client.send = watched


def _watch_partitions(consumer: AIOKafkaConsumer, topic: str, assignment: bytes) -> None:
    """Make *consumer* rejoin when *topic* has not as many partitions as the group's *assignment* covers."""
    count: bytes = ConsumerProtocol.ASSIGNMENT.decode(assignment).user_data
    if count:  # there is none from a leader that is no static member; that one watches itself
        coordinator = consumer._coordinator  # noqa: SLF001 - aiokafka has no public way
        coordinator._group_subscription = {topic}  # noqa: SLF001 - what a leader does
        coordinator._metadata_snapshot = {topic: int(count)}  # noqa: SLF001 - compared at each update of the metadata
