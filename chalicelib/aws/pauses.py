"""A record comes again after a pause: several short messages in a row are one turn. Step Functions waits, so that no function does.

An Express workflow holds nothing while it waits, costs nothing while nobody writes, and $0.000004 a pause; thousands may begin in a second.
It may run twice, and its call of the function is repeated with jitter: whoever is called finds the work done. What still fails is put
aside with the failed records, and the sweep ends turns that stay open.
docs.aws.amazon.com/step-functions/latest/dg/choosing-workflow-type.html
"""

from __future__ import annotations

import json

from chalicelib import settings
from chalicelib.aws import clients
from chalicelib.aws.dynamodb import Item

SECONDS = 3


def begin(item: Item) -> None:
    """Asks for this record again. Raises Unavailable."""
    keys = {name: item[name]["S"] for name in ("pk", "sk")}
    with clients.translated("ask for a pause"):
        clients.client("stepfunctions").start_execution(stateMachineArn=settings.env("PAUSE"), input=json.dumps({"keys": keys}))
