"""Calls of our own Lambda functions that nobody waits for: Lambda keeps them until they are done, and makes some of them twice.

docs.aws.amazon.com/lambda/latest/dg/invocation-async.html: up to 1 MB; two further tries, then what the function's configuration says.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from chalicelib.aws import clients


def start(what: str, function: str, order: Mapping[str, Any]) -> None:
    """Has a function do something; `what` says what was tried, for the errors. Raises Unavailable."""
    with clients.translated(what):
        clients.client("lambda").invoke(FunctionName=function, InvocationType="Event", Payload=json.dumps(order).encode())
