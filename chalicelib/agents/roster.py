"""The agents: names, skills, and how many conversations each may hold at once and holds now."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from chalicelib import aws, dynamodb, settings
from chalicelib.conversations import keys
from chalicelib.dynamodb import Item
from chalicelib.errors import BadRequest, Conflict, NotFound

MAX_OPEN = 5


@dataclass(frozen=True, slots=True)
class Agent:
    """`held` counts the conversations in this agent's hands; it changes in the transactions that change an owner."""

    id: str
    email: str
    name: str
    role: str = "agent"
    skills: tuple[str, ...] = ()
    max_open: int = MAX_OPEN
    held: int = 0


@cache
def queues() -> dict[str, Any]:
    """`{"default": skill, "skills": [skill, …]}` from queues.json, the one place that names the queues."""
    read: dict[str, Any] = json.loads(Path(__file__).with_name("queues.json").read_text())
    return read


def known_queue(name: str) -> str:
    """Raises BadRequest."""
    if name not in queues()["skills"]:
        raise BadRequest(f"queue must be one of {', '.join(queues()['skills'])}")
    return name


def find(agent_id: str) -> Agent:
    """Raises NotFound."""
    with aws.translated("read an agent"):
        found = aws.client("dynamodb").get_item(TableName=settings.env("TABLE"), Key=_key(agent_id), ConsistentRead=True)
    if "Item" not in found:
        raise NotFound("no such agent")
    return _agent(found["Item"])


def everyone() -> list[Agent]:
    request = {
        "TableName": settings.env("TABLE"),
        "KeyConditionExpression": "pk = :pk",
        "ExpressionAttributeValues": dynamodb.encode({":pk": keys.AGENTS}),
    }
    return [_agent(item) for item in dynamodb.query("read the agents", request)]


def enrol(agent_id: str, email: str, name: str, role: str) -> Agent:
    """The agent's record, made with all skills at the first sign-in. A changed role or address is taken over."""
    try:
        known = find(agent_id)
    except NotFound:
        return _first(Agent(agent_id, email, name or email, role, tuple(queues()["skills"])))
    if (known.role, known.email) == (role, email):
        return known
    return _update(agent_id, {"role": role, "email": email})


def change(agent_id: str, values: dict[str, Any]) -> Agent:
    """Sets name, skills or max_open. Raises BadRequest, NotFound."""
    return _update(agent_id, _checked(values))


def takes(agent: Agent) -> dict[str, Any]:
    """A transaction's part that counts one more, refused if the agent holds as many as allowed."""
    return _count(agent.id, 1, "held < max_open")


def gives(agent_id: str) -> dict[str, Any]:
    """A transaction's part that counts one less."""
    return _count(agent_id, -1, "attribute_exists(pk)")


def recount(agent: Agent, held: int) -> None:
    """Mends a counter that drifted; does nothing if it moved since it was read."""
    try:
        with aws.translated("mend an agent's counter"):
            aws.client("dynamodb").update_item(
                TableName=settings.env("TABLE"),
                Key=_key(agent.id),
                UpdateExpression="SET held = :held",
                ConditionExpression="held = :seen",
                ExpressionAttributeValues=dynamodb.encode({":held": held, ":seen": agent.held}),
            )
    except Conflict:
        return


def view(agent: Agent) -> dict[str, Any]:
    """As the API shows it."""
    shown = asdict(agent)
    return shown | {"open": shown.pop("held"), "skills": list(agent.skills)}


def _key(agent_id: str) -> Item:
    return keys.key(keys.AGENTS, agent_id)


def _first(agent: Agent) -> Agent:
    item = dynamodb.encode({"pk": keys.AGENTS, "sk": agent.id, "type": "agent", **{k: v for k, v in asdict(agent).items() if k != "id"}})
    try:
        with aws.translated("store an agent"):
            aws.client("dynamodb").put_item(TableName=settings.env("TABLE"), Item=item, ConditionExpression="attribute_not_exists(pk)")
    except Conflict:
        return find(agent.id)
    return agent


def _update(agent_id: str, values: dict[str, Any]) -> Agent:
    try:
        with aws.translated("change an agent"):
            changed = aws.client("dynamodb").update_item(
                TableName=settings.env("TABLE"),
                Key=_key(agent_id),
                UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in values),
                ConditionExpression="attribute_exists(pk)",
                ExpressionAttributeNames={f"#{name}": name for name in values},
                ExpressionAttributeValues=dynamodb.encode({f":{name}": value for name, value in values.items()}),
                ReturnValues="ALL_NEW",
            )
    except Conflict:
        raise NotFound("no such agent") from None
    return _agent(changed["Attributes"])


def _count(agent_id: str, step: int, condition: str) -> dict[str, Any]:
    return {
        "Update": {
            "TableName": settings.env("TABLE"),
            "Key": _key(agent_id),
            "UpdateExpression": "ADD held :step",
            "ConditionExpression": condition,
            "ExpressionAttributeValues": dynamodb.encode({":step": step}),
        }
    }


def _checked(values: dict[str, Any]) -> dict[str, Any]:
    unknown = set(values) - {"name", "skills", "max_open"}
    if unknown or not values:
        raise BadRequest("give one or more of name, skills, max_open" + (f"; not {', '.join(sorted(unknown))}" if unknown else ""))
    if not isinstance(values.get("name", ""), str) or not 0 < len(values.get("name", "x")) <= 80:
        raise BadRequest("name must be a text of 1 to 80 characters")
    limit = values.get("max_open", MAX_OPEN)
    if not isinstance(limit, int) or isinstance(limit, bool) or not 0 < limit <= 100:
        raise BadRequest("max_open must be a whole number from 1 to 100")
    return values | {"skills": _skills(values["skills"])} if "skills" in values else values


def _skills(skills: Any) -> Sequence[str]:
    if not isinstance(skills, list) or not skills or not all(isinstance(s, str) for s in skills):
        raise BadRequest("skills must be a list with at least one queue's name")
    return [known_queue(skill) for skill in skills]


def _agent(item: Item) -> Agent:
    values = dynamodb.decode(item)
    return Agent(
        id=values["sk"],
        email=values["email"],
        name=values["name"],
        role=values["role"],
        skills=tuple(values["skills"]),
        max_open=values["max_open"],
        held=values["held"],
    )
