"""Where conversations wait for agents, and where failed work waits for a person."""

from __future__ import annotations

import json
from pathlib import Path

from chalicelib.business.lines import PROPERTIES, RECEIVES
from infra.template.cfn import Json, att, resource, sub

URGENCIES = ("urgent", "normal")
TWO_WEEKS = 14 * 24 * 3600
FAILED = "FailedRecords"
DEAD_LETTERS = "DeadLetters"
POSTPONED = "PostponedRecords"
FOLLOW_UPS_A_DAY = 24 * 12


def agent_queues(root: Path) -> dict[str, str]:
    """Queue ("billing.urgent") -> logical id ("BillingUrgentQueue"), from chalicelib/business/queues.json."""
    skills: list[str] = [one["id"] for one in json.loads((root / "chalicelib/business/queues.json").read_text("utf-8"))["queues"]]
    return {f"{skill}.{urgency}": _logical(skill) + urgency.title() + "Queue" for skill in skills for urgency in URGENCIES}


def resources(queues: dict[str, str]) -> Json:
    """The agent queues; `DeadLetters`, where all of them put what they gave up (its body names the queue); `FailedRecords`;
    `PostponedRecords`, whose work the clock tries again, and which gives it up after a day."""
    made: Json = {
        FAILED: _queue({"VisibilityTimeout": 120}),
        POSTPONED: _queue(
            {"VisibilityTimeout": 240, "RedrivePolicy": {"deadLetterTargetArn": att(FAILED), "maxReceiveCount": FOLLOW_UPS_A_DAY}}
        ),
        DEAD_LETTERS: _queue({"QueueName": sub("${AWS::StackName}-dead-letters")}),
    }
    for queue, name in queues.items():
        made[name] = _queue(
            {
                "QueueName": sub("${AWS::StackName}-" + queue.replace(".", "-")),
                **PROPERTIES,
                "RedrivePolicy": {"deadLetterTargetArn": att(DEAD_LETTERS), "maxReceiveCount": RECEIVES},
            }
        )
    return made


def urls(queues: dict[str, str]) -> Json:
    """The value of QUEUES: a JSON object queue -> URL, put together by CloudFormation."""
    pairs = ",".join(f'"{queue}":"${{{name}}}"' for queue, name in queues.items())
    return sub("{" + pairs + "}")


def _queue(properties: Json) -> Json:
    settings = {"MessageRetentionPeriod": TWO_WEEKS, "SqsManagedSseEnabled": True, **properties}
    return resource("AWS::SQS::Queue", settings)


def _logical(skill: str) -> str:
    return "".join(part.title() for part in skill.replace("_", "-").split("-"))
