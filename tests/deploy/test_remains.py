"""What a failed deployment leaves is told with its name and the way out: provoked on the local AWS, which refuses to delete what is
protected as AWS does, and by CloudFormation's own events."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.stub import Stubber
from click.testing import Result

from infra.changes import Plan
from infra.cloud import Cloud
from infra.deploy import carry_out, deploy, settle
from infra.errors import DeployError
from infra.package import Package
from infra.progress import Progress, describe
from tests.deploy.small import BROKEN, package, table

pytestmark = pytest.mark.deploy

Run = Callable[..., Result]
STACK = "AWS::CloudFormation::Stack"


def ignore(_: Progress) -> None:
    return


def protected_table() -> dict[str, Any]:
    made = table()
    return {**made, "Properties": {**made["Properties"], "DeletionProtectionEnabled": True}}


POOL = {
    "Type": "AWS::Cognito::UserPool",
    "DeletionPolicy": "Retain",
    "UpdateReplacePolicy": "Retain",
    "Properties": {"UserPoolName": "agents", "DeletionProtection": "ACTIVE"},
}
TOO_LATE = {"Zfirst": {**BROKEN["Zfirst"], "DependsOn": ["Table", "UserPool", "Bucket"]}}


def protected(folder: Path, version: str = "1", **more: Any) -> Package:
    """The small stack as a protected stage has it: its table and its agents cannot be deleted."""
    return package(folder, version, **{"Table": protected_table(), "UserPool": POOL, **more})


@pytest.fixture
def tried(tmp_path: Path, stage: str, run: Run, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """`python -m infra deploy` of what is given, as an operator runs it."""
    monkeypatch.setattr("infra.lint.lint", lambda _: [])
    monkeypatch.setattr("infra.smoke.smoke", lambda *_: [])

    def command(made: Package) -> Result:
        monkeypatch.setattr("infra.package.build", lambda *_: made)
        return run("deploy", "--without-mail", "--yes")

    return command


def test_a_first_deployment_of_a_protected_stage_that_fails_names_what_remains_and_how_to_go_on(
    cloud: Cloud, stack: str, stage: str, tmp_path: Path, tried: Callable[..., Result]
) -> None:
    failed = tried(protected(tmp_path, **TOO_LATE))
    assert failed.exit_code == 1
    assert "✗ Zfirst (AWS::SSM::Parameter) could not be created" in failed.output
    assert "removed again, but for what is protected" in failed.output
    [name] = re.findall(r"• Table \(DynamoDB Table\) (\S+)$", failed.output, re.MULTILINE)
    [pool] = re.findall(r"• UserPool \(Cognito UserPool\) (\S+)$", failed.output, re.MULTILINE)
    assert "Bucket" not in failed.output.partition("but for what is protected")[2].partition("root secret")[0]
    assert describe(cloud, stack) is None
    assert cloud.client("dynamodb").describe_table(TableName=name)["Table"]["DeletionProtectionEnabled"]
    assert cloud.client("cognito-idp").describe_user_pool(UserPoolId=pool)
    assert f"aws dynamodb delete-table --table-name {name}" in failed.output
    assert f"aws cognito-idp delete-user-pool --user-pool-id {pool}" in failed.output
    assert cloud.client("ssm").get_parameter(Name=f"/baton/{stage}/secrets/root"), "the root secret stays, as is said"
    # The way that is told leads on: what remains is removed by those calls, and the next try succeeds.
    cloud.client("dynamodb").update_table(TableName=name, DeletionProtectionEnabled=False)
    cloud.client("dynamodb").delete_table(TableName=name)
    cloud.client("cognito-idp").update_user_pool(UserPoolId=pool, DeletionProtection="INACTIVE")
    cloud.client("cognito-idp").delete_user_pool(UserPoolId=pool)
    again = tried(protected(tmp_path))
    assert "deployed in" in again.output


def test_what_an_interrupted_first_deployment_left_is_cleared_and_told_by_the_next(cloud: Cloud, stack: str, tmp_path: Path) -> None:
    """Nobody was there when it failed: the stack stands in ROLLBACK_FAILED."""
    from infra.deploy import prepare
    from infra.progress import follow

    plan = prepare(cloud, protected(tmp_path, **TOO_LATE), stack, {}, ignore)
    cloud.client("cloudformation").execute_change_set(ChangeSetName=plan.change_set, ClientRequestToken="once", RetainExceptOnCreate=True)
    follow(cloud, plan.stack_id, "once", frozenset(), ignore)
    found = describe(cloud, stack)
    assert found
    assert found["StackStatus"] == "ROLLBACK_FAILED"
    told: list[Progress] = []
    settle(cloud, stack, told.append)
    said = [one.text for one in told if not one.resource]
    assert said[0] == "clearing away what an unfinished first deployment left"
    assert [line for line in said if line.startswith("it leaves Table (DynamoDB Table)") and "aws dynamodb" in line]
    assert [line for line in said if line.startswith("it leaves UserPool") and "aws cognito-idp" in line]
    assert describe(cloud, stack) is None


def test_a_failed_update_tells_what_it_made_and_may_not_delete(cloud: Cloud, stack: str, tmp_path: Path) -> None:
    deploy(cloud.session, cloud.endpoint_url, package(tmp_path), stack, {}, ignore)
    broken = {"Zfirst": {**BROKEN["Zfirst"], "DependsOn": ["Another"]}}
    with pytest.raises(DeployError, match=r"the previous version runs on(?s:.*)remains(?s:.*)Another \(DynamoDB Table\)") as failed:
        deploy(cloud.session, cloud.endpoint_url, package(tmp_path, "2", Another=protected_table(), **broken), stack, {}, ignore)
    assert "aws dynamodb delete-table --table-name" in failed.value.do


def test_a_failed_update_takes_back_what_it_made_though_it_is_retained_later(cloud: Cloud, stack: str, tmp_path: Path) -> None:
    deploy(cloud.session, cloud.endpoint_url, package(tmp_path), stack, {}, ignore)
    broken = {"Zfirst": {**BROKEN["Zfirst"], "DependsOn": ["Another"]}}
    before = cloud.client("dynamodb").list_tables()["TableNames"]
    with pytest.raises(DeployError, match="the data is as it was") as failed:
        deploy(cloud.session, cloud.endpoint_url, package(tmp_path, "2", Another=table(), **broken), stack, {}, ignore)
    assert "remain" not in str(failed.value)
    assert cloud.client("dynamodb").list_tables()["TableNames"] == before


# --- By CloudFormation's events: what the local AWS cannot be brought to -----------------------------------------------


def event(name: str, status: str, reason: str = "", kind: str = "AWS::SQS::Queue", token: str = "t") -> dict[str, Any]:
    return {
        "StackId": "arn",
        "EventId": f"{name}-{status}",
        "StackName": "baton-prod",
        "LogicalResourceId": name,
        "PhysicalResourceId": f"id-of-{name}",
        "ResourceType": kind,
        "ResourceStatus": status,
        "ResourceStatusReason": reason,
        "ClientRequestToken": token,
        "Timestamp": "2026-11-30T00:00:00Z",
    }


STUCK = [
    event("baton-prod", "UPDATE_IN_PROGRESS", "User Initiated", STACK),
    event("Queue", "UPDATE_COMPLETE"),
    event("New", "CREATE_FAILED", "Access Denied (AccessDenied)"),
    event("baton-prod", "UPDATE_ROLLBACK_IN_PROGRESS", "The following resource(s) failed to create: [New]", STACK),
    event("Queue", "UPDATE_FAILED", "The specified queue does not exist"),
    event("baton-prod", "UPDATE_ROLLBACK_FAILED", "The following resource(s) failed to update: [Queue].", STACK),
]


def stack_of(status: str) -> dict[str, Any]:
    return {"Stacks": [{"StackName": "baton-prod", "StackId": "arn", "StackStatus": status, "CreationTime": "2026-11-30T00:00:00Z"}]}


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> tuple[Cloud, Stubber]:
    """An account whose CloudFormation answers what it is told to, held to its own description."""
    from infra.local.aws import session

    cloud = Cloud(session())
    stubber = Stubber(cloud.client("cloudformation"))
    monkeypatch.setattr("infra.deploy.uuid4", lambda: type("Id", (), {"hex": "t"}))
    stubber.activate()
    return cloud, stubber


def test_a_rollback_that_gets_stuck_names_where_and_both_ways_on(scripted: tuple[Cloud, Stubber]) -> None:
    cloud, answers = scripted
    answers.add_response("execute_change_set", {})
    answers.add_response("describe_stacks", stack_of("UPDATE_ROLLBACK_FAILED"))
    answers.add_response("describe_stack_events", {"StackEvents": STUCK[::-1]})
    with pytest.raises(DeployError) as failed:
        carry_out(cloud, Plan("baton-prod", "arn", "change", (), first=False), ignore)
    why, do = str(failed.value), failed.value.do
    assert why.startswith("New (AWS::SQS::Queue) could not be created: Access Denied")
    assert "• Queue (SQS Queue) id-of-Queue: The specified queue does not exist" in why
    assert "permission" in do
    assert "then deploy again: the roll-back is finished first" in do
    assert do.count("deploy again") == 1
    assert do.endswith("--stack-name baton-prod --region us-east-1 --resources-to-skip Queue"), "what was never made cannot be skipped"


def test_a_stuck_rollback_is_finished_by_the_next_deployment_or_says_how(scripted: tuple[Cloud, Stubber]) -> None:
    cloud, answers = scripted
    answers.add_response("describe_stacks", stack_of("UPDATE_ROLLBACK_FAILED"))
    answers.add_response("continue_update_rollback", {}, {"StackName": "arn", "ClientRequestToken": "t"})
    answers.add_response("describe_stacks", stack_of("UPDATE_ROLLBACK_FAILED"))
    answers.add_response("describe_stack_events", {"StackEvents": STUCK[:2:-1]})
    with pytest.raises(DeployError, match=r"Queue .* could not be updated(?s:.*)got stuck") as failed:
        settle(cloud, "baton-prod", ignore)
    assert "--resources-to-skip Queue" in failed.value.do
    answers.add_response("describe_stacks", stack_of("UPDATE_ROLLBACK_FAILED"))
    answers.add_response("continue_update_rollback", {})
    answers.add_response("describe_stacks", stack_of("UPDATE_ROLLBACK_COMPLETE"))
    answers.add_response("describe_stack_events", {"StackEvents": [event("baton-prod", "UPDATE_ROLLBACK_COMPLETE", "", STACK)]})
    settle(cloud, "baton-prod", ignore)
    answers.assert_no_pending_responses()


def test_a_first_deployment_whose_stack_cannot_be_removed_still_tells_the_first_cause(scripted: tuple[Cloud, Stubber]) -> None:
    cloud, answers = scripted
    created = [
        event("Bucket", "CREATE_COMPLETE", kind="AWS::S3::Bucket"),
        event("New", "CREATE_FAILED", "Access Denied (AccessDenied)"),
        event("baton-prod", "ROLLBACK_FAILED", "", STACK),
    ]
    deleted = [
        event("Bucket", "DELETE_FAILED", "The bucket you tried to delete is not empty", "AWS::S3::Bucket"),
        event("baton-prod", "DELETE_FAILED", "", STACK),
    ]
    answers.add_response("execute_change_set", {})
    for told, status in ((created, "ROLLBACK_FAILED"), (deleted, "DELETE_FAILED")):
        answers.add_response("describe_stacks", stack_of(status))
        answers.add_response("describe_stack_events", {"StackEvents": told[::-1]})
        if told is created:
            answers.add_response("delete_stack", {})
    answers.add_response("describe_stack_events", {"StackEvents": [*created, *deleted][::-1]})
    with pytest.raises(DeployError) as failed:
        carry_out(cloud, Plan("baton-prod", "arn", "change", (), first=True), ignore)
    why = str(failed.value)
    assert why.startswith("New (AWS::SQS::Queue) could not be created: Access Denied")
    assert "could not be removed again:\n  • Bucket (S3 Bucket) id-of-Bucket: The bucket you tried to delete is not empty" in why
    assert "infra destroy --stage prod" in failed.value.do


def test_a_stack_that_cannot_be_deleted_says_at_what_it_is_stuck(scripted: tuple[Cloud, Stubber]) -> None:
    cloud, answers = scripted
    answers.add_response("describe_stacks", stack_of("DELETE_FAILED"))
    answers.add_response("describe_stack_events", {"StackEvents": [event("Bucket", "DELETE_FAILED", "not empty", "AWS::S3::Bucket")]})
    with pytest.raises(DeployError, match=r"DELETE_FAILED; stuck at:\n  • Bucket \(S3 Bucket\) id-of-Bucket: not empty") as failed:
        settle(cloud, "baton-prod", ignore)
    assert "destroy --stage prod" in failed.value.do
