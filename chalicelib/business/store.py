"""What the business sets, with all its versions, in the conversations table.

| pk              | sk       | what |
|-----------------|----------|------|
| `SETTINGS`      | `NOW`    | all that is in force: by kind its content and version; and the lines (SQS queues) that were made for queues |
| `SETTINGS#kind` | `000007` | a version of a kind: its content, when, by whom and why it was made |

What is in force is one item, so that the bot reads all of it by one GetItem; a change writes both in one transaction. Version 0 is what
ships with the code, and stands nowhere. Errors: Conflict, NotFound, Unavailable.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from chalicelib import settings
from chalicelib.aws import clients, dynamodb
from chalicelib.errors import Conflict, NotFound

Kind = Literal["queues", "hours", "facts", "appearance"]
Content = Mapping[str, Any]

KINDS: tuple[Kind, ...] = ("queues", "hours", "facts", "appearance")
PK, NOW, TYPE = "SETTINGS", "NOW", "setting"
SHOWN = 100


@dataclass(frozen=True, slots=True)
class Version:
    """`at`: Unix ms. `by`: an agent's id, "operator", or "" for what ships with the code."""

    kind: Kind
    version: int
    content: Content
    at: int = 0
    by: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class InForce:
    """`found`: by kind its version and its content as it is stored, a JSON text. `lines`: URL by queue ("vip.urgent")."""

    found: Mapping[Kind, tuple[int, str]]
    lines: Mapping[str, str]


def in_force(*, consistent: bool = False) -> InForce:
    """What counts now, without the kinds that nobody ever changed: one read."""
    with clients.translated("read the settings"):
        answer = clients.client("dynamodb").get_item(TableName=_table(), Key=_key(PK, NOW), ConsistentRead=consistent)
    values = dynamodb.decode(answer.get("Item", {}))
    found: dict[Kind, tuple[int, str]] = {kind: (values[kind]["version"], values[kind]["content"]) for kind in KINDS if kind in values}
    return InForce(found, values.get("lines", {}))


def put(made: Version, lines: Mapping[str, str] | None = None) -> None:
    """Puts a version in force over the one before it; `lines`: all that there are now, if some are new. Raises Conflict if somebody was
    faster."""
    content = json.dumps(made.content, ensure_ascii=False, separators=(",", ":"))
    known: dict[str, Any] = {"version": made.version, "content": content}
    names = {"#kind": made.kind, "#type": "type"} | ({"#lines": "lines"} if lines else {})
    values: dict[str, Any] = {":now": known, ":type": TYPE} | ({":lines": lines} if lines else {})
    condition = "attribute_not_exists(#kind)"
    if made.version > 1:
        names, values, condition = names | {"#version": "version"}, values | {":before": made.version - 1}, "#kind.#version = :before"
    change = {
        "TableName": _table(),
        "Key": _key(PK, NOW),
        "UpdateExpression": "SET #kind = :now, #type = :type" + (", #lines = :lines" if lines else ""),
        "ConditionExpression": condition,
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": dynamodb.encode(values),
    }
    told = {"type": TYPE, "at": made.at, "by": made.by, "why": made.why}
    history = _key(*_place(made.kind, made.version)) | dynamodb.encode(known | told)
    new = {"TableName": _table(), "Item": history, "ConditionExpression": "attribute_not_exists(pk)"}
    try:
        with clients.translated("store the settings"):
            clients.client("dynamodb").transact_write_items(TransactItems=[{"Update": change}, {"Put": new}])
    except Conflict as error:
        raise Conflict(f"somebody changed the {made.kind} meanwhile: read them again, and change what is in force now") from error


def version(kind: Kind, number: int) -> Version:
    """Raises NotFound."""
    with clients.translated("read a version of the settings"):
        answer = clients.client("dynamodb").get_item(TableName=_table(), Key=_key(*_place(kind, number)), ConsistentRead=True)
    if "Item" not in answer:
        raise NotFound(f"there is no version {number} of the {kind}")
    return _version(kind, answer["Item"])


def versions(kind: Kind) -> list[Version]:
    """The newest first, at most a hundred."""
    request = {
        "TableName": _table(),
        "KeyConditionExpression": "pk = :pk",
        "ExpressionAttributeValues": dynamodb.encode({":pk": f"{PK}#{kind}"}),
        "ConsistentRead": True,
        "ScanIndexForward": False,
        "Limit": SHOWN,
    }
    return [_version(kind, item) for item in dynamodb.query("read the versions of the settings", request, SHOWN)]


def _version(kind: Kind, item: dynamodb.Item) -> Version:
    values = dynamodb.decode(item)
    return Version(kind, values["version"], json.loads(values["content"]), values["at"], values["by"], values["why"])


def _place(kind: Kind, number: int) -> tuple[str, str]:
    return f"{PK}#{kind}", f"{number:06d}"


def _key(pk: str, sk: str) -> dynamodb.Item:
    return dynamodb.encode({"pk": pk, "sk": sk})


def _table() -> str:
    return settings.env("TABLE")
