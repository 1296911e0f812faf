"""The clock, which comes every five minutes, comes now."""

from __future__ import annotations

import json
from typing import Any

from infra.local.aws import session
from tests.conftest import Stack

TICK = {
    **dict.fromkeys(("account", "region", "time", "id"), ""),
    "version": "0",
    "detail": {},
    "detail-type": "Scheduled Event",
    "source": "aws.events",
    "resources": [],
}


def sweep(stack: Stack) -> dict[str, Any]:
    """What the sweep found and did, by kind."""
    function = session().client("lambda", endpoint_url=stack.addresses.aws)
    answer = function.invoke(FunctionName=stack.addresses.outputs["FollowUpName"], Payload=json.dumps(TICK))
    done: dict[str, Any] = json.loads(answer["Payload"].read())
    assert "FunctionError" not in answer, done
    return done
