"""One canonical line per invocation, as JSON, without anything personal; figures as CloudWatch embedded metrics in a line of their own."""

from __future__ import annotations

import json
import os
import time

from aws_lambda_powertools import Logger

SERVICE = "baton"

# Chalice's own logger, too, as it bears the app's name.
# Lambda reads level and time of a line only if the time is by RFC 3339. No location: a message stands in one place, and bytes are billed.
log = Logger(service=SERVICE, log_uncaught_exceptions=False, use_rfc3339=True, location=None)


def now() -> int:
    """Unix milliseconds. The only clock; pure code gets the time as an argument."""
    return time.time_ns() // 1_000_000


def metrics(**values: float) -> None:
    """Publishes the stage's figures without an API call: CloudWatch reads them from the log (Embedded Metric Format)."""
    names = [{"Name": name, "Unit": "Milliseconds" if name.endswith("Ms") else "None"} for name in values]
    embedded = {
        "_aws": {
            "Timestamp": now(),
            "CloudWatchMetrics": [{"Namespace": "Baton", "Dimensions": [["stage"]], "Metrics": names}],
        },
        "stage": os.environ.get("STAGE", ""),
        **values,
    }
    print(json.dumps(embedded))
