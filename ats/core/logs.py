"""Structured logs: one JSON object a line, and only keys that are on the list.

Names, addresses and texts have no key, so they cannot be logged. Of an exception the type and the places are kept,
never its text. Of other libraries' records only the unformatted message is kept: their values may be anything.
"""

import logging
import sys
import traceback
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any

import structlog

ALLOWED_KEYS = frozenset(
    {"event", "level", "timestamp", "logger", "error", "frames", "method", "route", "status", "milliseconds", "job_id",
     "kind", "attempts", "applications", "candidates", "failed", "cause", "count", "pid", "dropped", "limit", "where"},
)  # fmt: skip
_MAX_FRAMES = 12

Event = MutableMapping[str, Any]


def configure_logs(level: str) -> None:
    """Route everything, ours and the libraries', to standard error. level: debug, info, warning or error."""
    structlog.configure(
        processors=[*_chain(), structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[],
            processors=[_from_library, *_chain(), structlog.processors.JSONRenderer()],
        ),
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(getattr(logging, level.upper()), logging.INFO))
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "arq", "arq.worker", "litestar"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
        logger.setLevel(logging.WARNING)


def _chain() -> list[Any]:
    return [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        keep_frames,
        keep_allowed,
    ]


def keep_frames(_logger: object, _name: str, event: Event) -> Event:
    """Replace an exception by its type and the places that it went through."""
    info = event.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    if isinstance(info, BaseException):
        info = (type(info), info, info.__traceback__)
    if isinstance(info, tuple) and info[0] is not None:
        event["error"] = info[0].__name__
        event["frames"] = _frames(info[2])
    return event


def keep_allowed(_logger: object, _name: str, event: Event) -> Event:
    """Drop every key that is not on the list, and say how many were dropped."""
    dropped = [key for key in event if key not in ALLOWED_KEYS]
    for key in dropped:
        del event[key]
    if dropped:
        event["dropped"] = len(dropped)
    return event


def _from_library(_logger: object, _name: str, event: Event) -> Event:
    record: logging.LogRecord = event["_record"]
    message = record.msg if isinstance(record.msg, str) else type(record.msg).__name__
    kept: Event = {"event": message, "logger": record.name, "exc_info": event.get("exc_info")}
    return kept


def _frames(trace: TracebackType | None) -> list[str]:
    frames = traceback.extract_tb(trace)[-_MAX_FRAMES:]
    return [f"{frame.filename.rsplit('/site-packages/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in frames]
