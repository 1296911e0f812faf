"""Reading what CloudFormation says."""

from __future__ import annotations

from typing import Any

import pytest

from infra.changes import read_change
from infra.progress import first_cause


def changed(action: str = "Modify", replacement: str = "False", kind: str = "AWS::DynamoDB::Table", **recreation: str) -> dict[str, Any]:
    details = [{"Target": {"Attribute": "Properties", "Name": n, "RequiresRecreation": r}} for n, r in recreation.items()]
    found = {"Action": action, "LogicalResourceId": "Table", "ResourceType": kind, "Details": details}
    return found | ({"Replacement": replacement} if action == "Modify" else {})


@pytest.mark.parametrize(
    ("change", "action", "loses"),
    [
        (changed("Add"), "add", False),
        (changed("Remove"), "remove", True),
        (changed("Remove", kind="AWS::Lambda::Function"), "remove", False),
        (changed(Tags="Never"), "modify", False),
        (changed(replacement="True", KeySchema="Always"), "replace", True),
        (changed(replacement="True", kind="AWS::Cognito::UserPool", UsernameAttributes="Always"), "replace", True),
        (changed(replacement="True", kind="AWS::Lambda::Function", FunctionName="Always"), "replace", False),
        (changed(replacement="Conditional", AttributeDefinitions="Conditionally", GlobalSecondaryIndexes="Never"), "modify", False),
        (changed(replacement="Conditional", kind="AWS::S3::Bucket", BucketName="Conditionally"), "may replace", True),
        (changed(replacement="Conditional", kind="AWS::Lambda::Permission", SourceArn="Conditionally"), "may replace", False),
    ],
)
def test_a_change_is_read(change: dict[str, Any], action: str, loses: bool) -> None:
    read = read_change(change)
    assert (read.action, read.loses_data) == (action, loses)


def test_a_change_names_its_properties_once() -> None:
    change = changed(Code="Never", Environment="Never")
    change["Details"] += change["Details"] + [{"Target": {"Attribute": "Tags"}}]
    assert read_change(change).properties == ("Code", "Environment")


def event(name: str, status: str, reason: str = "", kind: str = "AWS::Lambda::Function") -> dict[str, Any]:
    return {"LogicalResourceId": name, "ResourceStatus": status, "ResourceStatusReason": reason, "ResourceType": kind}


STACK = "AWS::CloudFormation::Stack"


def test_the_first_cause_is_neither_a_consequence_nor_the_stack() -> None:
    events = (
        event("baton-prod", "UPDATE_IN_PROGRESS", "User Initiated", STACK),
        event("Deliver", "UPDATE_FAILED", "Resource update cancelled"),
        event("Site", "CREATE_FAILED", "User is not authorized to perform: lambda:CreateFunction"),
        event("Table", "CREATE_FAILED", "later trouble", "AWS::DynamoDB::Table"),
        event("baton-prod", "UPDATE_ROLLBACK_IN_PROGRESS", "The following resource(s) failed", STACK),
    )
    why, do = first_cause(events)
    assert why == "Site (AWS::Lambda::Function) could not be created: User is not authorized to perform: lambda:CreateFunction"
    assert "permission" in do


def test_the_stack_itself_may_be_the_cause() -> None:
    events = (event("baton-prod", "ROLLBACK_IN_PROGRESS", "Template validation: no such export", STACK),)
    assert first_cause(events)[0] == "Template validation: no such export"


@pytest.mark.parametrize(
    ("reason", "do"),
    [
        ("Specified ReservedConcurrentExecutions decreases account's UnreservedConcurrentExecution", "Service Quotas"),
        ("API: s3:CreateBucket Access Denied (AccessDenied)", "permission"),
        ("baton-prod-mail already exists in stack", "rename"),
        ("Rate exceeded (Throttling)", "deploy again"),
        ("Something new", ""),
    ],
)
def test_well_known_causes_come_with_a_cure(reason: str, do: str) -> None:
    assert do in first_cause((event("X", "CREATE_FAILED", reason),))[1]
    assert bool(do) == bool(first_cause((event("X", "CREATE_FAILED", reason),))[1])
