"""Following what CloudFormation does with a stack, and finding the first cause when it fails."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from infra.cloud import Cloud

STACK = "AWS::CloudFormation::Stack"
# Reasons of resources that were only stopped because another one had failed.
FOLLOW_UPS = ("resource creation cancelled", "resource update cancelled", "resource deletion cancelled")

HINTS = (
    ("already exists", "something of that name was made outside this stack: delete or rename it, then deploy again"),
    ("not authorized", "the credentials lack a permission: add the named action, then deploy again"),
    ("accessdenied", "the credentials lack a permission: add the named action, then deploy again"),
    ("concurren", "ask AWS (Service Quotas, Lambda, concurrent executions) for at least 1,000, then deploy again"),
    ("limit exceeded", "a quota of the account is used up: raise it in Service Quotas, then deploy again"),
    ("limitexceeded", "a quota of the account is used up: raise it in Service Quotas, then deploy again"),
    ("rate exceeded", "AWS was throttling: deploy again"),
    # What was just made or deleted: AWS tells itself within seconds, or a minute.
    ("60 seconds after deleting a queue", "SQS keeps a deleted queue's name for a minute: deploy again in a minute"),
    ("cannot be assumed by lambda", "a new role takes some seconds until it works: deploy again"),
    ("please ensure the role can perform", "a new role takes some seconds until it works: deploy again"),
)


@dataclass(frozen=True, slots=True)
class Progress:
    """One thing that happened. `resource`, `type` and `status` are CloudFormation's; "" for steps of our own."""

    text: str
    resource: str = ""
    type: str = ""
    status: str = ""
    done: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class Ended:
    """How an operation on a stack ended: its last status and its events, oldest first."""

    status: str
    events: tuple[dict[str, Any], ...]

    @property
    def ok(self) -> bool:
        return self.status in ("CREATE_COMPLETE", "UPDATE_COMPLETE", "DELETE_COMPLETE")


def follow(cloud: Cloud, stack_id: str, token: str, expected: frozenset[str], show: Callable[[Progress], None]) -> Ended:
    """Shows each resource's events of the operation that was started with `token`, until the stack rests.

    `expected` are the resources that will change; progress is counted in them.
    """
    seen: dict[str, dict[str, Any]] = {}
    done: set[str] = set()
    while True:
        # A stack rests only when the operation's own last event says so: just after the start the old status may still show.
        deleted = stack_status(cloud, stack_id) in ("DELETE_COMPLETE", "")
        last = "DELETE_COMPLETE" if deleted else ""
        for event in _new_events(cloud, stack_id, token, seen):
            seen[event["EventId"]] = event
            status = event["ResourceStatus"]
            if event["ResourceType"] == STACK:
                last = last if status.endswith("_IN_PROGRESS") else status
                continue
            if expected and event["LogicalResourceId"] not in expected and not status.endswith("_FAILED"):
                continue
            if status.endswith("_COMPLETE"):
                done.add(event["LogicalResourceId"])
            show(_progress(event, len(done & expected), len(expected)))
        if last:
            return Ended(last, tuple(seen.values()))
        time.sleep(cloud.pause)


def stack_status(cloud: Cloud, stack: str) -> str:
    """CloudFormation's status of a stack by name or id; "" if there is none."""
    found = describe(cloud, stack)
    return str(found["StackStatus"]) if found else ""


def describe(cloud: Cloud, stack: str) -> dict[str, Any] | None:
    """The stack as CloudFormation describes it, or None."""
    try:
        stacks: list[dict[str, Any]] = cloud.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    return stacks[0] if stacks else None


def outputs(cloud: Cloud, stack: str) -> dict[str, str]:
    """The stack's outputs by name."""
    found = describe(cloud, stack) or {}
    return {o["OutputKey"]: o["OutputValue"] for o in found.get("Outputs", [])}


def events(cloud: Cloud, stack_id: str) -> tuple[dict[str, Any], ...]:
    """All events of a stack by its id, oldest first, even when it is gone."""
    pages = cloud.client("cloudformation").get_paginator("describe_stack_events").paginate(StackName=stack_id)
    return tuple(event for page in pages for event in page["StackEvents"])[::-1]


def first_cause(told: tuple[dict[str, Any], ...]) -> tuple[str, str]:
    """What failed first, in words, and what to do about it ("" if unknown). Events are oldest first."""
    failed = [e for e in told if e["ResourceStatus"].endswith("_FAILED")]
    own = [e for e in failed if not _is_follow_up(e)]
    cause = next((e for e in own if e["ResourceType"] != STACK), own[0] if own else None)
    if cause is None:
        reasons = [e["ResourceStatusReason"] for e in told if e.get("ResourceStatusReason") and e["ResourceType"] == STACK]
        return (reasons[0] if reasons else "CloudFormation gave no reason"), ""
    verb = {"CREATE": "created", "UPDATE": "updated", "DELETE": "deleted"}.get(cause["ResourceStatus"].partition("_")[0], "changed")
    reason = cause.get("ResourceStatusReason", "").strip() or "no reason given"
    return f"{cause['LogicalResourceId']} ({cause['ResourceType']}) could not be {verb}: {reason}", hint(reason)


def hint(reason: str) -> str:
    """What to do about a well-known reason."""
    low = reason.lower()
    return next((do for part, do in HINTS if part in low), "")


def _is_follow_up(event: dict[str, Any]) -> bool:
    return any(part in event.get("ResourceStatusReason", "").lower() for part in FOLLOW_UPS)


def _new_events(cloud: Cloud, stack_id: str, token: str, seen: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """Oldest first. CloudFormation gives the newest first: stop at the first that is known."""
    found: list[dict[str, Any]] = []
    for page in cloud.client("cloudformation").get_paginator("describe_stack_events").paginate(StackName=stack_id):
        for event in page["StackEvents"]:
            if event["EventId"] in seen or event.get("ClientRequestToken") != token:
                return found[::-1]
            found.append(event)
    return found[::-1]


def _progress(event: dict[str, Any], done: int, total: int) -> Progress:
    words = event["ResourceStatus"].replace("_", " ").lower()
    reason = event.get("ResourceStatusReason", "")
    return Progress(
        f"{words}: {reason}" if reason else words, event["LogicalResourceId"], event["ResourceType"], event["ResourceStatus"], done, total
    )
