"""`newswire check`: the settings, and whether a worker could start with them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from service.cli.console import load_settings, talk

if TYPE_CHECKING:
    from service.settings import Settings


def check() -> None:
    """Print the settings with secrets masked and run the checks of a starting worker. Exit 1 if one fails."""
    settings = load_settings()
    from rich.console import Console  # noqa: PLC0415 - `newswire --help` need not wait for it
    from rich.table import Table  # noqa: PLC0415 - `newswire --help` need not wait for it

    table = Table("setting", "value", "from", box=None)
    for name, value in settings:
        table.add_row(name, _format(value), "set" if name in settings.model_fields_set else "default")
    Console().print(table, markup=False)
    problems = [*_kafka_problems(settings), *_model_problems(settings)]
    for problem in problems:
        talk().print(f"✗ {problem}", style="red", markup=False, soft_wrap=True)
    if problems:
        raise SystemExit(1)
    talk().print("✓ the brokers answer, the topics suit a worker, the model passes its test", style="green")


def _format(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else "" if value is None else str(value)


def _kafka_problems(settings: Settings) -> list[str]:
    from service.errors import KafkaOperationError  # noqa: PLC0415 - `newswire --help` need not wait for it
    from service.worker import preflight  # noqa: PLC0415 - `newswire --help` need not wait for it

    try:
        preflight.check(settings)
    except KafkaOperationError as error:
        return [str(error)]
    return []


def _model_problems(settings: Settings) -> list[str]:
    from service.errors import WorkerPoolError  # noqa: PLC0415 - `newswire --help` need not wait for it
    from service.processes.pool import WorkerPool  # noqa: PLC0415 - `newswire --help` need not wait for it

    async def start() -> None:
        pool = WorkerPool(settings, on_fatal=lambda _error: None, on_replaced=lambda: None)
        try:
            await pool.start()
        finally:
            await pool.stop()

    try:
        asyncio.run(start())
    except WorkerPoolError as error:
        return [str(error)]
    return []
