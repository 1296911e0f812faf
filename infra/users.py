"""The agents' accounts in the user pool."""

from __future__ import annotations

from typing import Any

from infra.cloud import Cloud
from infra.errors import DeployError

GROUPS = ("agents", "supervisors", "admins")


def add_user(cloud: Cloud, pool: str, email: str, group: str, *, name: str = "", password: str = "") -> bool:
    """Adds a user, or changes name, group and password of a known one; True if new. Without a password Cognito mails an invitation."""
    cognito = cloud.client("cognito-idp")
    attributes = [{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}]
    attributes += [{"Name": "name", "Value": name}] if name else []
    silent = {"MessageAction": "SUPPRESS"} if password else {"DesiredDeliveryMediums": ["EMAIL"]}
    new = True
    try:
        cognito.admin_create_user(UserPoolId=pool, Username=email, UserAttributes=attributes, **silent)
    except cognito.exceptions.UsernameExistsException:
        new = False
        cognito.admin_update_user_attributes(UserPoolId=pool, Username=email, UserAttributes=attributes)
    if password:
        _set_password(cognito, pool, email, password)
    held = {g["GroupName"] for g in cognito.admin_list_groups_for_user(UserPoolId=pool, Username=email)["Groups"]}
    for other in held - {group}:
        cognito.admin_remove_user_from_group(UserPoolId=pool, Username=email, GroupName=other)
    cognito.admin_add_user_to_group(UserPoolId=pool, Username=email, GroupName=group)
    return new


def members(cloud: Cloud, pool: str, group: str) -> list[tuple[str, str, str, str]]:
    """E-mail, name, group and state of everybody in a group."""
    pages = cloud.client("cognito-idp").get_paginator("list_users_in_group").paginate(UserPoolId=pool, GroupName=group)
    return [_row(user, group) for page in pages for user in page["Users"]]


def _set_password(cognito: Any, pool: str, email: str, password: str) -> None:
    try:
        cognito.admin_set_user_password(UserPoolId=pool, Username=email, Password=password, Permanent=True)
    except cognito.exceptions.InvalidPasswordException as error:
        raise DeployError(
            f"the password is too weak: {error.response['Error']['Message']}",
            "at least 12 characters with capitals, small letters and digits",
        ) from error


def _row(user: dict[str, Any], group: str) -> tuple[str, str, str, str]:
    values = {a["Name"]: a["Value"] for a in user["Attributes"]}
    state = {"CONFIRMED": "active", "FORCE_CHANGE_PASSWORD": "invited"}.get(user["UserStatus"], user["UserStatus"].lower())
    return values.get("email", user["Username"]), values.get("name", ""), group, state if user["Enabled"] else "disabled"
