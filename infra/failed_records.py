"""What lies in the FailedRecords queue: three shapes of work that was not done."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Parked:
    """Baton itself put this record aside; `keys` are the item's pk and sk, or whatever a record that is none of ours had."""

    function: str
    keys: dict[str, str]
    error: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Lambda gave up on a part of a table's stream, from `first` to `last` (sequence numbers)."""

    function: str
    stream: str
    shard: str
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class Payload:
    """Lambda gave up on an asynchronous call, such as a mail's notification."""

    function: str
    event: Any


Failed = Parked | Batch | Payload


def read(body: str) -> Failed | None:
    """The failed work, or None for a shape that is not known. `function` is a name or a physical name."""
    try:
        found = json.loads(body)
        if "keys" in found:
            return Parked(found["function"], dict(found["keys"].items()), found.get("error", ""))
        function = found["requestContext"]["functionArn"].split(":")[6]
        if "DDBStreamBatchInfo" in found:
            info = found["DDBStreamBatchInfo"]
            return Batch(function, info["streamArn"], info["shardId"], info["startSequenceNumber"], info["endSequenceNumber"])
        return Payload(function, found["requestPayload"])
    except (ValueError, TypeError, KeyError, IndexError, AttributeError):
        return None


def parked_event(item: dict[str, Any], keys: dict[str, str], message_id: str) -> dict[str, Any]:
    """The stream event that a function would get if the item were written now."""
    image = {"Keys": {name: {"S": value} for name, value in keys.items()}, "NewImage": plain(item), "SequenceNumber": "0"}
    record = {"eventID": f"redrive-{message_id}", "eventName": "INSERT", "eventSource": "aws:dynamodb", "dynamodb": image}
    return {"Records": [record]}


def plain(value: Any) -> Any:
    """As Lambda writes stream records into JSON: bytes in base64, times in seconds."""
    if isinstance(value, Mapping):
        return {name: plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple | set):
        return [plain(part) for part in value]
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value.timestamp() if isinstance(value, datetime) else value


def passes(record: Any, filters: list[str]) -> bool:
    """Would the mapping with these filter patterns (JSON) have passed the record to its function?"""
    return not filters or any(_matches(json.loads(pattern), record) for pattern in filters)


def _matches(pattern: Any, value: Any) -> bool:
    if isinstance(pattern, dict):
        return all(_matches(part, value.get(name) if isinstance(value, dict) else None) for name, part in pattern.items())
    return any(_allows(rule, value) for rule in pattern)


def _allows(rule: Any, value: Any) -> bool:
    """An operator that is not known lets the record pass: functions cope with more than they need."""
    if not isinstance(rule, dict):
        return bool(rule == value)
    if "exists" in rule:
        return bool(rule["exists"]) == (value is not None)
    if "prefix" in rule:
        return isinstance(value, str) and value.startswith(rule["prefix"])
    if "anything-but" in rule:
        return value is not None and value not in rule["anything-but"]
    return True
