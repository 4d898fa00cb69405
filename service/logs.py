"""Logs: one event a line, in JSON where a machine reads them, in colour on a terminal; Faust's and aiokafka's too."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from structlog.typing import EventDict, Processor

    from service.settings import Settings

# At DEBUG these write the articles themselves, or a line a request.
QUIETER = {"aiokafka": logging.INFO, "kafka": logging.WARNING, "faust": logging.WARNING, "mode": logging.WARNING}
QUIETER |= {"asyncio": logging.WARNING, "aiohttp": logging.WARNING}


def configure(settings: Settings) -> None:
    """Send every log line of the process to standard output, in the form and from the level that *settings* say."""
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
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_last(settings)],
        )
    )
    logging.root.handlers = [handler]
    logging.root.setLevel(settings.log_level)
    for name, level in QUIETER.items():
        logging.getLogger(name).setLevel(max(level, logging.getLevelName(settings.log_level)))
    logging.captureWarnings(capture=True)


def _last(settings: Settings) -> list[Processor]:
    console = settings.log_format == "console" or (settings.log_format == "auto" and sys.stdout.isatty())
    if console:
        return [structlog.dev.ConsoleRenderer()]
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]


def _one_line(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Take Faust's tree marks and drawn tables out of a message."""
    text = str(event.get("event", ""))
    if "[^" in text:
        text = text.partition("]: ")[2] or text
    event["event"] = text.partition("\n┌")[0].strip()
    return event
