"""`newswire lag`: how far the consumer group is behind."""

from __future__ import annotations

from service.cli.console import kafka_errors, load_settings


def lag() -> None:
    """Show how far the group is behind on each partition of the raw topic."""
    settings = load_settings()
    from rich.console import Console  # noqa: PLC0415 - `newswire --help` need not wait for it
    from rich.table import Table  # noqa: PLC0415 - `newswire --help` need not wait for it

    from service.kafka.lag import partition_lags  # noqa: PLC0415 - `newswire --help` need not wait for it

    with kafka_errors(settings):
        rows = partition_lags(settings)
    table = Table("partition", "committed", "end", "lag", title=f"{settings.group} on {settings.raw_topic}")
    for row in rows:
        table.add_row(
            str(row.partition), "-" if row.committed is None else f"{row.committed:,}", f"{row.end:,}", f"{row.lag:,}"
        )
    table.add_row("all", "", "", f"{sum(row.lag for row in rows):,}", style="bold")
    Console().print(table)
