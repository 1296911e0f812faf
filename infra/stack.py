"""What a deployed stack consists of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from infra.cloud import Cloud, parameters_of
from infra.errors import DeployError
from infra.progress import describe, outputs

QUEUE = "AWS::SQS::Queue"
FUNCTION = "AWS::Lambda::Function"
ALARM = "AWS::CloudWatch::Alarm"


@dataclass(frozen=True, slots=True)
class Resource:
    """`name` is the template's, `id` AWS's (a queue's is its URL)."""

    name: str
    type: str
    id: str


def resources(cloud: Cloud, stack: str, kind: str = "") -> list[Resource]:
    """The stack's resources by name, of one type or all. Raises DeployError if there is no such stack."""
    if describe(cloud, stack) is None:
        raise DeployError(f"there is no stack {stack} in {cloud.region}", "check --stage and --region, or deploy it")
    pages = cloud.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=stack)
    found = [
        Resource(r["LogicalResourceId"], r["ResourceType"], r.get("PhysicalResourceId", ""))
        for p in pages
        for r in p["StackResourceSummaries"]
    ]
    return sorted((r for r in found if r.id and kind in ("", r.type)), key=lambda r: r.name)


def output(cloud: Cloud, stack: str, name: str) -> str:
    """Raises DeployError if the stack does not tell it."""
    values = outputs(cloud, stack)
    if name not in values:
        raise DeployError(f"the stack {stack} in {cloud.region} has no output {name}", "deploy it first: python -m infra deploy")
    return values[name]


def parameters(cloud: Cloud, stack: str) -> dict[str, str]:
    """The values that the running stack was deployed with; empty if there is none."""
    found = describe(cloud, stack) or {}
    return {p["ParameterKey"]: p.get("ParameterValue", "") for p in found.get("Parameters", [])}


def stored(cloud: Cloud, stack: str, *, with_secrets: bool = False) -> dict[str, str]:
    """The stage's stored parameters by name ("secrets/root"); secret values stay encrypted unless they are wanted."""
    path = parameters_of(stack)
    pages = cloud.client("ssm").get_paginator("get_parameters_by_path").paginate(Path=path, Recursive=True, WithDecryption=with_secrets)
    return {p["Name"].removeprefix(path): p["Value"] for page in pages for p in page["Parameters"]}


def public_address(cloud: Cloud, stack: str) -> str:
    """Where customers reach the stack, without a slash at the end."""
    known = stored(cloud, stack)
    return (known.get("settings/public_url") or output(cloud, stack, "SiteUrl")).rstrip("/")


def own_queues(cloud: Cloud, stack: str) -> list[str]:
    """URLs of the lines that were made for queues of the business's own, which are no part of the stack (chalicelib/business/lines.py)."""
    pages = cloud.client("sqs").get_paginator("list_queues").paginate(QueueNamePrefix=f"{stack}_", PaginationConfig={"PageSize": 1000})
    return sorted(url for page in pages for url in page.get("QueueUrls", []))


def depths(cloud: Cloud, url: str) -> tuple[int, int]:
    """How many messages wait in a queue, and how many are being worked on."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = cloud.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return int(found[names[0]]), int(found[names[1]])


def ringing(cloud: Cloud, stack: str) -> list[dict[str, Any]]:
    """The stack's alarms in the state ALARM."""
    names = [r.id for r in resources(cloud, stack, ALARM)]
    if not names:
        return []
    found: list[dict[str, Any]] = cloud.client("cloudwatch").describe_alarms(AlarmNames=names[:100])["MetricAlarms"]
    return [alarm for alarm in found if alarm["StateValue"] == "ALARM"]
