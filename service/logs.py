"""Logging: one event per line, as JSON or as coloured text, including the logs of Faust and aiokafka."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from structlog.typing import EventDict, Processor

    from service.settings import Settings

# At DEBUG these libraries log whole articles, or one line per request.
MIN_LEVELS = {"aiokafka": logging.INFO, "kafka": logging.WARNING, "faust": logging.WARNING, "mode": logging.WARNING}
MIN_LEVELS |= {"asyncio": logging.WARNING, "aiohttp": logging.WARNING}


def configure(settings: Settings) -> None:
    """Send all log lines of the process to standard output, with the format and minimum level of *settings*."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _one_line,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder()],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_renderers(settings)],
        )
    )
    logging.root.handlers = [handler]
    logging.root.setLevel(settings.log_level)
    for name, level in MIN_LEVELS.items():
        logging.getLogger(name).setLevel(max(level, logging.getLevelName(settings.log_level)))
    logging.captureWarnings(capture=True)


def _renderers(settings: Settings) -> list[Processor]:
    console = settings.log_format == "console" or (settings.log_format == "auto" and sys.stdout.isatty())
    if console:
        return [structlog.dev.ConsoleRenderer()]
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]


def _one_line(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Remove Faust's tree marks and tables from a message, so that it fits on one line."""
    text = str(event.get("event", ""))
    if "[^" in text:
        text = text.partition("]: ")[2] or text
    event["event"] = text.partition("\n┌")[0].strip()
    return event
