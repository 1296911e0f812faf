"""The table of parameters: what the functions of a stage read of its secrets and addresses, copied out of the parameter store.

The store (SSM) is where parameters are kept, with their history and under a key of KMS; it answers 40 reads a second of a whole account,
fewer than one burst has new containers. So functions never ask it: `deploy` and `secret set` copy what they need into a small table beside
the stack, an item for each secret; it takes 12,000 reads a second from its first minute. Only the roles of the stack's functions may read
it (the table's own policy refuses everybody else), each the items that its policy names; it has no stream and no back-ups.

docs.aws.amazon.com/general/latest/gr/ssm.html, docs.aws.amazon.com/amazondynamodb/latest/developerguide/rbac-examples.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from chalicelib import settings, tokens
from chalicelib.aws.dynamodb import encode
from infra.cloud import PREFIX, Cloud
from infra.stack import stored

# What shows contents. The deployer writes, and needs none of them.
READING = ("GetItem", "BatchGetItem", "Query", "Scan", "PartiQLSelect", "ExportTableToPointInTime")


def table_of(stack: str) -> str:
    """As the template and the policies name it."""
    return f"{stack}-parameters"


def items(known: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """What stands in the table, by item; `known`: the stored parameters by name ("secrets/root"). `settings/…` (the operator's) goes before
    `stack/…` (the template's); without a root there are no keys."""

    def address(name: str) -> str:
        value = known.get(f"settings/{name}") or known.get(f"stack/{name}", "")
        return value if name == "sns_certificates" else value.rstrip("/")

    made = {settings.ADDRESSES: {field.name: address(field.name) for field in fields(settings.Addresses)}}
    for secret, parts in settings.SECRETS.items():
        made[secret] = {part: known.get(f"secrets/{part}", "") for part in parts}
    if root := known.get("secrets/root", ""):
        made |= {f"key/{purpose}": {"key": tokens.derived(root, purpose).hex()} for purpose in tokens.PURPOSES}
    return made


def share(cloud: Cloud, stack: str) -> None:
    """Copies the stage's parameters to where its functions read them. Makes the table if there is none."""
    _ensure(cloud, stack)
    policy = only_its_functions(cloud, stack)
    cloud.client("dynamodb").put_resource_policy(ResourceArn=policy["Statement"][0]["Resource"], Policy=json.dumps(policy))
    for name, values in items(stored(cloud, stack, with_secrets=True)).items():
        cloud.client("dynamodb").put_item(TableName=table_of(stack), Item=encode({"pk": name, **values}))


def exists(cloud: Cloud, stack: str) -> bool:
    """Whether a deployment ever shared them."""
    dynamodb = cloud.client("dynamodb")
    try:
        dynamodb.describe_table(TableName=table_of(stack))
    except dynamodb.exceptions.ResourceNotFoundException:
        return False
    return True


def forget(cloud: Cloud, stack: str) -> None:
    """Deletes the table, if there is one."""
    if not exists(cloud, stack):
        return
    dynamodb = cloud.client("dynamodb")
    dynamodb.update_table(TableName=table_of(stack), DeletionProtectionEnabled=False)
    dynamodb.delete_table(TableName=table_of(stack))


def _ensure(cloud: Cloud, stack: str) -> None:
    if exists(cloud, stack):
        return
    dynamodb, name = cloud.client("dynamodb"), table_of(stack)
    dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        SSESpecification={"Enabled": True},
        DeletionProtectionEnabled=stack == f"{PREFIX}prod",
    )
    dynamodb.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 120})


def only_its_functions(cloud: Cloud, stack: str) -> dict[str, Any]:
    """The table's policy: nobody reads it but the roles that CloudFormation made for the stack's functions, named after it."""
    partition = cloud.session.get_partition_for_region(cloud.region)
    roles = f"arn:{partition}:iam::{cloud.account}:role/{stack}-*"
    refusal = {
        "Sid": "OnlyTheStacksFunctionsRead",
        "Effect": "Deny",
        "Principal": "*",
        "Action": [f"dynamodb:{action}" for action in READING],
        "Resource": f"arn:{partition}:dynamodb:{cloud.region}:{cloud.account}:table/{table_of(stack)}",
        "Condition": {"ArnNotLike": {"aws:PrincipalArn": roles}},
    }
    return {"Version": "2012-10-17", "Statement": [refusal]}
