"""What a failed deployment leaves behind, and how to go on. Pure: CloudFormation's events in, words out.

The first deployment of a protected stage cannot be rolled back whole: what may not be deleted stays when its stack goes. An update whose
roll-back fails waits for somebody to mend the cause, or to give up a resource:
docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-continueupdaterollback.html.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from infra.errors import DeployError
from infra.progress import STACK, Ended, first_cause

Events = tuple[dict[str, Any], ...]

KEPT = ("DELETE_SKIPPED", "DELETE_FAILED")
CAUSE = "mend the cause"

# By type, how what is protected and empty is removed.
REMOVALS = {
    "AWS::DynamoDB::Table": (
        "aws dynamodb update-table --no-deletion-protection-enabled --table-name {id} --region {region}"
        " && aws dynamodb delete-table --table-name {id} --region {region}"
    ),
    "AWS::Cognito::UserPool": (
        "aws cognito-idp update-user-pool --deletion-protection INACTIVE --user-pool-id {id} --region {region}"
        " && aws cognito-idp delete-user-pool --user-pool-id {id} --region {region}"
    ),
    "AWS::S3::Bucket": "aws s3 rb s3://{id} --region {region}",
}


@dataclass(frozen=True, slots=True)
class Remaining:
    """A resource that its stack left, or is stuck at; `id` is AWS's."""

    name: str
    type: str
    id: str
    reason: str = ""


def remaining(events: Events) -> list[Remaining]:
    """What was not deleted, though its stack no longer holds it. Events are oldest first."""
    return [one for one, status in _last(events) if status in KEPT and one.id]


def first_failed(stack: str, region: str, cause: tuple[str, str], events: Events, *, gone: bool) -> DeployError:
    """A first deployment failed, and its stack was removed; or that failed, too (`gone` False)."""
    why, do = cause[0], _again(cause[1])
    stage = stack.partition("-")[2]
    left = remaining(events)
    if not gone:
        return DeployError(
            f"{why}\nWhat had been created could not be removed again:\n{_list(left)}",
            f"mend what is named above, then `python -m infra destroy --stage {stage}`. For the next try: {do}",
        )
    if not left:
        return DeployError(f"{why}\nEverything that had been created was removed again.", cause[1])
    removals = "\n".join(f"    {removal(one, region)}" for one in left)
    return DeployError(
        f"{why}\nWhat had been created was removed again, but for what is protected. This remains, empty, and belongs to no stack:\n"
        f"{_list(left, reasons=False)}\nThe stage's root secret and the uploaded package stay for the next try.",
        f"{do}: that makes new ones and does not need these. To remove them:\n{removals}",
    )


def rolled_back(region: str, events: Events) -> DeployError:
    """An update failed and was undone."""
    why, do = first_cause(events)
    left = remaining(events)
    behind = (
        f"\nWhat the update had made and may not be deleted remains, and belongs to no stack:\n{_list(left, reasons=False)}" if left else ""
    )
    removals = "".join(f"\n    {removal(one, region)}" for one in left)
    return DeployError(
        f"{why}\nThe stack is rolled back: the previous version runs on, the data is as it was.{behind}",
        f"{_again(do)}. To remove what remains:{removals}" if left else do,
    )


def stuck(stack: str, region: str, ended: Ended) -> DeployError:
    """An update failed, and so did its roll-back."""
    why, do = first_cause(ended.events)
    at, before = _stuck_at(ended.events), do.partition(", then deploy again")[0]
    skip = (
        f"aws cloudformation continue-update-rollback --stack-name {stack} --region {region} "
        f"--resources-to-skip {' '.join(one.name for one in at)}"
    )
    instead = f"\n  If that cannot be mended, leave it as it is, and see that it fits the version before:\n    {skip}" if at else ""
    return DeployError(
        f"{why}\nThe roll-back itself got stuck ({ended.status}){f' at:{chr(10)}{_list(at)}' if at else '.'}",
        f"mend that, then deploy again: the roll-back is finished first{f'. What failed first: {before}' if before else ''}{instead}",
    )


def unusable(stack: str, status: str, events: Events) -> DeployError:
    """A stack in a state that no deployment can go on from."""
    at = [one for one, last in _last(events) if last.endswith("_FAILED")]
    named = f"; stuck at:\n{_list(at)}" if at else ""
    stage = stack.partition("-")[2]
    return DeployError(
        f"{stack} is in the state {status}{named}",
        f"mend the cause (CloudFormation console, Events), then `python -m infra destroy --stage {stage}` removes what is left of it",
    )


def named(one: Remaining) -> str:
    return f"{one.name} ({one.type.removeprefix('AWS::').replace('::', ' ')}) {one.id}"


def removal(one: Remaining, region: str) -> str:
    """The command that removes it."""
    return REMOVALS.get(one.type, "remove {id} in the AWS console").format(id=one.id, region=region)


def _again(do: str) -> str:
    """The hint, and that the deployment is to be repeated, as most hints say already."""
    return do if "deploy again" in do else f"{do or CAUSE}, then deploy again"


def _list(left: list[Remaining], *, reasons: bool = True) -> str:
    return "\n".join(f"  • {named(one)}{f': {one.reason}' if one.reason and reasons else ''}" for one in left)


def _last(events: Events) -> list[tuple[Remaining, str]]:
    """Each resource with its last status."""
    found = {event["LogicalResourceId"]: event for event in events if event["ResourceType"] != STACK}
    return [(_read(event), event["ResourceStatus"]) for _, event in sorted(found.items())]


def _read(event: dict[str, Any]) -> Remaining:
    reason = event.get("ResourceStatusReason", "").strip()
    return Remaining(event["LogicalResourceId"], event["ResourceType"], event.get("PhysicalResourceId", ""), reason)


def _stuck_at(events: Events) -> list[Remaining]:
    """What failed after the roll-back had begun: only that can be skipped."""
    begun = [
        n for n, event in enumerate(events) if event["ResourceType"] == STACK and event["ResourceStatus"].endswith("ROLLBACK_IN_PROGRESS")
    ]
    return [one for one, status in _last(events[begun[-1] if begun else 0 :]) if status.endswith("_FAILED")]
