"""One canonical line per invocation, as JSON, without anything personal; figures as CloudWatch embedded metrics in a line of their own.

The standard library's logging and not Powertools': the same line, without a seventh of every cold start.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import MutableMapping
from datetime import UTC, datetime
from typing import Any

SERVICE = "baton"
_LOGGINGS_OWN = ("exc_info", "stack_info", "stacklevel")


class _Lines(logging.Handler):
    """Each record, Chalice's own too, as a line of JSON on standard output, which is Lambda's log."""

    def emit(self, record: logging.LogRecord) -> None:
        line = {
            "level": record.levelname,
            "message": record.getMessage(),
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "service": SERVICE,
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["exception"] = _FORMATTER.formatException(record.exc_info)
        print(json.dumps(line, ensure_ascii=False, default=str))


class _Log(logging.LoggerAdapter[logging.Logger]):
    """`log.info("batch", records=3)`: keywords become keys of the line."""

    def process(self, msg: Any, kwargs: MutableMapping[str, Any]) -> tuple[Any, MutableMapping[str, Any]]:
        own = {name: kwargs.pop(name) for name in _LOGGINGS_OWN if name in kwargs}
        return msg, {**own, "extra": {"fields": dict(kwargs)}}


def _logger() -> logging.Logger:
    """Chalice's logger, too, as it bears the app's name."""
    logger = logging.getLogger(SERVICE)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    logger.handlers[:] = [_Lines()]
    return logger


_FORMATTER = logging.Formatter()
log = _Log(_logger(), {})


def now() -> int:
    """Unix milliseconds. The only clock; pure code gets the time as an argument."""
    return time.time_ns() // 1_000_000


def metrics(**values: float) -> None:
    """Publishes figures without an API call: CloudWatch reads them from the log (Embedded Metric Format)."""
    names = [{"Name": name, "Unit": "Milliseconds" if name.endswith("Ms") else "None"} for name in values]
    embedded = {
        "_aws": {
            "Timestamp": now(),
            "CloudWatchMetrics": [{"Namespace": "Baton", "Dimensions": [["service"]], "Metrics": names}],
        },
        "service": SERVICE,
        **values,
    }
    print(json.dumps(embedded))
