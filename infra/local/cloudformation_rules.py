"""What CloudFormation refuses on AWS and MiniStack's does not: deleting what is protected, and more than one index of a table at once."""

from typing import Any

from ministack.services import cognito, dynamodb
from ministack.services.cloudformation import provisioners

Properties = dict[str, Any]
Handlers = dict[str, Any]


def enforce() -> None:
    """For all stacks of this process."""
    table, pool = (provisioners._RESOURCE_HANDLERS[f"AWS::{kind}"] for kind in ("DynamoDB::Table", "Cognito::UserPool"))
    _guard_deletion(table, lambda physical_id: bool(dynamodb._tables.get(physical_id, {}).get("DeletionProtectionEnabled")))
    _guard_deletion(pool, lambda physical_id: cognito._user_pools.get(physical_id, {}).get("DeletionProtection") == "ACTIVE")
    _one_index_at_a_time(table)


def _guard_deletion(handlers: Handlers, is_protected: Any) -> None:
    delete = handlers["delete"]

    def guarded(physical_id: str, properties: Properties) -> None:
        if is_protected(physical_id):
            raise ValueError(f"Resource cannot be deleted since deletion protection is enabled: {physical_id}")
        delete(physical_id, properties)

    handlers["delete"] = guarded


def _one_index_at_a_time(handlers: Handlers) -> None:
    update = handlers["update"]

    def guarded(physical_id: str, old: Properties, new: Properties, *rest: Any, **more: Any) -> Any:
        before, after = ({index["IndexName"] for index in one.get("GlobalSecondaryIndexes", [])} for one in (old, new))
        if old.get("KeySchema") == new.get("KeySchema") and len(before ^ after) > 1:
            raise ValueError("Cannot perform more than one GSI creation or deletion in a single update")
        return update(physical_id, old, new, *rest, **more)

    handlers["update"] = guarded
