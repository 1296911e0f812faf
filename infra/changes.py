"""What a deployment would change: the change set, read."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Literal
from uuid import uuid4

from botocore.exceptions import ClientError

from infra.cloud import Cloud
from infra.errors import DeployError
from infra.progress import describe, hint

Action = Literal["add", "modify", "may replace", "replace", "remove"]

KEEPS_DATA = ("AWS::DynamoDB::Table", "AWS::Cognito::UserPool", "AWS::S3::Bucket")
NOTHING = ("didn't contain changes", "no updates are to be performed")


@dataclass(frozen=True, slots=True)
class Change:
    """One resource; `properties` are those that change."""

    action: Action
    resource: str
    type: str
    properties: tuple[str, ...] = ()

    @property
    def loses_data(self) -> bool:
        return self.type in KEEPS_DATA and self.action in ("replace", "may replace", "remove")


@dataclass(frozen=True, slots=True)
class Stage:
    """One of several updates: in words, the address of its template, and what the template's parameters get."""

    what: str
    template_url: str
    parameters: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Plan:
    """A change set that waits to be executed; without changes there is none. `stages`: if it cannot be done at once, the updates that
    together do it; the change set then only shows what they come to."""

    stack: str
    stack_id: str
    change_set: str
    changes: tuple[Change, ...]
    first: bool
    stages: tuple[Stage, ...] = ()


def make_plan(cloud: Cloud, stack: str, template_url: str, parameters: list[dict[str, Any]]) -> Plan:
    """Creates the change set. Raises DeployError with CloudFormation's reason if it refuses the template."""
    cfn, first = cloud.client("cloudformation"), describe(cloud, stack) is None
    try:
        made = cfn.create_change_set(
            StackName=stack,
            ChangeSetName=f"deploy-{uuid4().hex}",
            ChangeSetType="CREATE" if first else "UPDATE",
            TemplateURL=template_url,
            Parameters=parameters,
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        )
    except ClientError as error:
        reason = error.response["Error"].get("Message", str(error))
        raise DeployError(f"CloudFormation refuses the template: {reason}", hint(reason)) from error
    plan = Plan(stack, made["StackId"], made["Id"], (), first)
    described = _wait(cloud, plan)
    if described["Status"] != "FAILED":
        return Plan(stack, plan.stack_id, plan.change_set, _changes(cloud, plan.change_set), first)
    discard(cloud, plan)
    reason = described.get("StatusReason", "no reason given")
    if any(words in reason.lower() for words in NOTHING):
        return Plan(stack, plan.stack_id, "", (), first)
    raise DeployError(f"CloudFormation cannot plan the change: {reason}", hint(reason))


def discard(cloud: Cloud, plan: Plan) -> None:
    """Takes the change set back, and the empty stack that a first one leaves."""
    cfn = cloud.client("cloudformation")
    if plan.change_set:
        cfn.delete_change_set(ChangeSetName=plan.change_set)
    if plan.first:
        cfn.delete_stack(StackName=plan.stack_id)


def read_change(change: dict[str, Any]) -> Change:
    """One ResourceChange of CloudFormation."""
    details = [d["Target"] for d in change.get("Details", []) if d["Target"].get("Attribute") == "Properties"]
    properties = tuple(dict.fromkeys(t["Name"] for t in details if t.get("Name")))
    return Change(_action(change, details), change["LogicalResourceId"], change["ResourceType"], properties)


def _action(change: dict[str, Any], targets: list[dict[str, Any]]) -> Action:
    if change["Action"] == "Add":
        return "add"
    if change["Action"] == "Remove":
        return "remove"
    if change.get("Replacement") == "True":
        return "replace"
    # An added index of a table adds attribute definitions, which CloudFormation always calls a conditional
    # replacement; a changed key schema, the real danger, it calls a replacement.
    conditional = {t.get("Name") for t in targets if t.get("RequiresRecreation") == "Conditionally"}
    return "may replace" if change.get("Replacement") == "Conditional" and conditional != {"AttributeDefinitions"} else "modify"


def _wait(cloud: Cloud, plan: Plan) -> dict[str, Any]:
    while True:
        described: dict[str, Any] = cloud.client("cloudformation").describe_change_set(ChangeSetName=plan.change_set)
        if described["Status"] in ("CREATE_COMPLETE", "FAILED"):
            return described
        time.sleep(cloud.pause)


def _changes(cloud: Cloud, change_set: str) -> tuple[Change, ...]:
    pages = cloud.client("cloudformation").get_paginator("describe_change_set").paginate(ChangeSetName=change_set)
    found = [read_change(c["ResourceChange"]) for page in pages for c in page["Changes"] if c["Type"] == "Resource"]
    return tuple(sorted(found, key=lambda c: (c.action, c.type, c.resource)))
