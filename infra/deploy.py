"""Bringing a package onto an account: the part that is the same for AWS, the local run and the tests.

No printing and no questions here: the commands are in infra/operate.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import boto3

from infra import index_steps, remains
from infra.api_logs import ensure_role
from infra.changes import Change, Plan, Stage, discard, make_plan
from infra.cloud import Cloud, parameters_of
from infra.concurrency import chosen
from infra.errors import DeployError
from infra.progress import Ended, Progress, describe, events, first_cause, follow, outputs
from infra.shared_parameters import share
from infra.upload import put_template, upload

if TYPE_CHECKING:
    from infra.package import Package

Show = Callable[[Progress], None]

# What a first create leaves that failed or was never begun: nothing of worth is in it, and nothing can be made of it.
LEFTOVERS = ("REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED")
GONE = ("DELETE_COMPLETE", "")
READY = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE")


def deploy(  # noqa: PLR0917 the local run and the tests call it just so
    session: boto3.Session,
    endpoint_url: str | None,
    package: Package,
    stack: str,
    parameters: dict[str, str],
    show: Show,
    *,
    allow_replacement: bool = False,
) -> dict[str, str]:
    """Creates or updates the stack and returns its outputs; no changes are a success. Raises DeployError, rolled back."""
    cloud = Cloud(session, endpoint_url)
    plan = prepare(cloud, package, stack, parameters, show)
    if losses(plan) and not allow_replacement:
        discard(cloud, plan)
        raise refusal(plan)
    return carry_out(cloud, plan, show)


def prepare(cloud: Cloud, package: Package, stack: str, parameters: dict[str, str], show: Show) -> Plan:
    """Everything up to the change set: uploads, secrets where functions read them, a stack in a state that can be updated."""
    settle(cloud, stack, show)
    ensure_root_secret(cloud, stack)
    share(cloud, stack)  # before the functions that read them come
    ensure_role(cloud)
    parameters = _of(package.template, chosen(cloud, stack)) | parameters
    template = upload(cloud, package, show)
    stages = _stages(cloud, stack, template, parameters)
    show(Progress("asking CloudFormation what would change"))
    plan = make_plan(cloud, stack, put_template(cloud, template), _parameters(cloud, stack, template, parameters))
    return replace(plan, stages=stages)


def carry_out(cloud: Cloud, plan: Plan, show: Show) -> dict[str, str]:
    """Executes the plan and returns the stack's outputs. Raises DeployError with the first cause, rolled back."""
    if plan.stages:
        _stage_by_stage(cloud, plan, show)
    elif plan.change_set:
        _execute(cloud, plan, show)
    share(cloud, plan.stack)  # the addresses that the stack has now
    return outputs(cloud, plan.stack)


def _stages(cloud: Cloud, stack: str, template: dict[str, Any], given: dict[str, str]) -> tuple[Stage, ...]:
    """The updates that it takes, if one does not suffice."""
    if describe(cloud, stack) is None:
        return ()
    body = cloud.client("cloudformation").get_template(StackName=stack, TemplateStage="Original")["TemplateBody"]
    running = json.loads(body) if isinstance(body, str) else body
    return tuple(
        Stage(step.what, put_template(cloud, step.template), _parameters(cloud, stack, step.template, given if step.is_new else {}))
        for step in index_steps.steps(running, template)
    )


def _stage_by_stage(cloud: Cloud, plan: Plan, show: Show) -> None:
    """What the whole plan does not lose must not be lost on the way. If one fails, those before it stay: the same command goes on there."""
    discard(cloud, plan)
    agreed = {change.resource for change in losses(plan)}
    for number, stage in enumerate(plan.stages, 1):
        show(Progress(f"step {number} of {len(plan.stages)}: {stage.what}"))
        part = make_plan(cloud, plan.stack, stage.template_url, stage.parameters)
        if {change.resource for change in losses(part)} - agreed:
            discard(cloud, part)
            raise refusal(part)
        if part.change_set:
            _execute(cloud, part, show)


def _execute(cloud: Cloud, plan: Plan, show: Show) -> None:
    """What was made by an operation that fails goes with it, also what is retained later: nothing of worth is in it yet."""
    token = uuid4().hex
    cloud.client("cloudformation").execute_change_set(ChangeSetName=plan.change_set, ClientRequestToken=token, RetainExceptOnCreate=True)
    ended = follow(cloud, plan.stack_id, token, frozenset(c.resource for c in plan.changes), show)
    if not ended.ok:
        raise _failure(cloud, plan, ended, show)


def losses(plan: Plan) -> list[Change]:
    """The changes that would take a table, a user pool or a bucket away."""
    return [change for change in plan.changes if change.loses_data]


def refusal(plan: Plan) -> DeployError:
    """Why a plan that loses data is not carried out."""
    lost = ", ".join(f"{change.resource} ({change.action})" for change in losses(plan))
    return DeployError(
        f"this change would lose data: {lost}",
        "keep the key schema, names and logical ids of what holds data; if the loss is meant, repeat with --allow-replacement",
    )


def settle(cloud: Cloud, stack: str, show: Show) -> None:
    """Makes the stack ready for a change set, whatever happened to it before. Raises DeployError if it is busy."""
    found = describe(cloud, stack)
    status = found["StackStatus"] if found else ""
    if not found or status in READY:
        return
    if status in LEFTOVERS:
        show(Progress("clearing away what an unfinished first deployment left"))
        delete(cloud, found["StackId"], show)
        for one in remains.remaining(events(cloud, found["StackId"])):
            show(Progress(f"it leaves {remains.named(one)}, empty: {remains.removal(one, cloud.region)}"))
    elif status == "UPDATE_ROLLBACK_FAILED":
        show(Progress("finishing a roll-back that had got stuck"))
        _finish_rollback(cloud, stack, found["StackId"], show)
    elif status.endswith("_IN_PROGRESS"):
        raise DeployError(f"{stack} is busy ({status})", "another deployment is running: wait until `status` says COMPLETE, then try again")
    else:
        raise remains.unusable(stack, status, events(cloud, found["StackId"]))


def delete(cloud: Cloud, stack_id: str, show: Show) -> Ended:
    """Deletes the stack. Raises DeployError with the first cause."""
    ended = _delete(cloud, stack_id, show)
    if ended.status not in GONE:
        raise DeployError(*first_cause(ended.events))
    return ended


def _delete(cloud: Cloud, stack_id: str, show: Show) -> Ended:
    token = uuid4().hex
    cloud.client("cloudformation").delete_stack(StackName=stack_id, ClientRequestToken=token)
    return follow(cloud, stack_id, token, frozenset(), show)


def ensure_root_secret(cloud: Cloud, stack: str) -> bool:
    """Makes the secret from which all keys are derived, once; True if it was made now. It is never overwritten."""
    ssm, name = cloud.client("ssm"), parameters_of(stack) + "secrets/root"
    try:
        ssm.put_parameter(
            Name=name,
            Value=secrets.token_urlsafe(48),
            Type="SecureString",
            Overwrite=False,
            Description="Root of Baton's keys. Changing it ends all sessions.",
        )
    except ssm.exceptions.ParameterAlreadyExists:
        return False
    return True


def _of(template: dict[str, Any], values: dict[str, str]) -> dict[str, str]:
    """Those that the template has a parameter for."""
    return {name: value for name, value in values.items() if name in template.get("Parameters", {})}


def _parameters(cloud: Cloud, stack: str, template: dict[str, Any], given: dict[str, str]) -> list[dict[str, Any]]:
    """What is not given keeps the value it had in the running stack."""
    found = describe(cloud, stack) or {}
    kept = {p["ParameterKey"] for p in found.get("Parameters", [])} & set(template.get("Parameters", {})) - set(given)
    return [{"ParameterKey": k, "ParameterValue": v} for k, v in sorted(given.items())] + [
        {"ParameterKey": k, "UsePreviousValue": True} for k in sorted(kept)
    ]


def _failure(cloud: Cloud, plan: Plan, ended: Ended, show: Show) -> DeployError:
    if plan.first:
        gone = _delete(cloud, plan.stack_id, show).status in GONE
        return remains.first_failed(plan.stack, cloud.region, first_cause(ended.events), events(cloud, plan.stack_id), gone=gone)
    if ended.status == "UPDATE_ROLLBACK_COMPLETE":
        return remains.rolled_back(cloud.region, ended.events)
    return remains.stuck(plan.stack, cloud.region, ended)


def _finish_rollback(cloud: Cloud, stack: str, stack_id: str, show: Show) -> None:
    token = uuid4().hex
    cloud.client("cloudformation").continue_update_rollback(StackName=stack_id, ClientRequestToken=token)
    ended = follow(cloud, stack_id, token, frozenset(), show)
    if ended.status != "UPDATE_ROLLBACK_COMPLETE":
        raise remains.stuck(stack, cloud.region, ended)
