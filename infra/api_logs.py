"""The role by which API Gateway writes logs: one for all APIs of an account and region, so no stack can own it.

A stack that made it would take it away from everybody else's APIs when it goes. So it is made here if the account has none, never changed
if it has one, and stays.

docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html#set-up-access-logging-permissions
"""

from __future__ import annotations

import json
import time

from botocore.exceptions import ClientError

from infra.cloud import Cloud

ROLE = "baton-api-gateway-logs"
POLICY = "service-role/AmazonAPIGatewayPushToCloudWatchLogs"
_TRIES = 20  # a new role takes seconds until API Gateway may assume it


def ensure_role(cloud: Cloud) -> bool:
    """True if the account had none and has one now. Raises ClientError."""
    gateway = cloud.client("apigateway")
    if gateway.get_account().get("cloudwatchRoleArn"):
        return False
    change = [{"op": "replace", "path": "/cloudwatchRoleArn", "value": _role(cloud)}]
    for tried in range(1, _TRIES + 1):
        try:
            gateway.update_account(patchOperations=change)
            break
        except gateway.exceptions.BadRequestException:
            if tried == _TRIES:
                raise
            time.sleep(cloud.pause)
    return True


def _role(cloud: Cloud) -> str:
    """Its ARN."""
    iam, partition = cloud.client("iam"), cloud.session.get_partition_for_region(cloud.region)
    trust = {"Effect": "Allow", "Principal": {"Service": "apigateway.amazonaws.com"}, "Action": "sts:AssumeRole"}
    try:
        made = iam.create_role(
            RoleName=ROLE,
            AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
            Description="API Gateway writes the logs of this account's APIs.",
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "EntityAlreadyExists":
            raise
        made = iam.get_role(RoleName=ROLE)
    iam.attach_role_policy(RoleName=ROLE, PolicyArn=f"arn:{partition}:iam::aws:policy/{POLICY}")
    return str(made["Role"]["Arn"])
