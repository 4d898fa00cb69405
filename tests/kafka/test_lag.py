"""`newswire lag` on brokers that have only just begun."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.local import Broker
from service.settings import Settings
from service.stream import topics, traffic

if TYPE_CHECKING:
    from pathlib import Path


def test_a_broker_without_groups(tmp_path: Path) -> None:
    """Where nobody has ever committed, nothing is committed and nothing is behind: that is no error."""
    with Broker(tmp_path) as broker:
        settings = Settings(bootstrap_servers=broker.bootstrap_servers)
        topics.create(settings)

        rows = traffic.lag(settings)

    assert {(row.committed, row.end, row.lag) for row in rows} == {(None, 0, 0)}
