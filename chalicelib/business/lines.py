"""Where the conversations of a queue wait in SQS: two lines for each queue, urgent and normal.

Those of the queues that ship with the code are the template's (`QUEUES`). A queue that the business makes gets its own at once, of the same
kind and with the same dead letters; their URLs are stored as SQS gave them. They stay when the queue is taken away, as somebody may just
be on the way into it; `python -m infra destroy` removes them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from chalicelib import settings
from chalicelib.aws import clients
from chalicelib.business import current
from chalicelib.errors import Unavailable

URGENCIES = ("urgent", "normal")
# Of every line, the template's included. A claim takes seconds; if it breaks, the pointer comes back soon.
PROPERTIES = {"MessageRetentionPeriod": 14 * 24 * 3600, "SqsManagedSseEnabled": True, "VisibilityTimeout": 60}
# Each look past a pointer counts as a receive of it, so only one that nobody can ever take reaches the limit (the highest there is).
RECEIVES = 1000


def urls() -> dict[str, str]:
    """Every line there is, by "billing.urgent"."""
    return {**current.lines(), **settings.queue_urls()}


def url(queue: str, urgency: str) -> str:
    """Asks the table only for a queue of the business's own. Raises Unavailable for one that has no line."""
    line = f"{queue}.{urgency}"
    found = settings.queue_urls().get(line) or current.lines().get(line)
    if not found:
        current.renew()
        found = current.lines().get(line)
    if not found:
        raise Unavailable(f"the queue {queue} has no line: python -m infra settings get queues")
    return found


def make(queue: str) -> Mapping[str, str]:
    """The lines of a new queue, by "vip.urgent"; made again they are the same.

    docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html
    """
    dead = json.dumps({"deadLetterTargetArn": settings.env("DEAD_LETTERS"), "maxReceiveCount": RECEIVES})
    attributes = {**{name: str(value).lower() for name, value in PROPERTIES.items()}, "RedrivePolicy": dead}
    made, begins = {}, settings.env("OWN_QUEUES")
    for urgency in URGENCIES:
        with clients.translated("make a line for a queue"):
            answer = clients.client("sqs").create_queue(QueueName=f"{begins}{queue}-{urgency}", Attributes=attributes)
        made[f"{queue}.{urgency}"] = answer["QueueUrl"]
    return made
