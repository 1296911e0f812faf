"""The agents: names, skills, and how many conversations each may hold at once and holds now."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from chalicelib import settings
from chalicelib.aws import clients, dynamodb
from chalicelib.aws.dynamodb import Item
from chalicelib.conversations import keys
from chalicelib.errors import BadRequest, Conflict, NotFound
from chalicelib.governance import queue_names

MAX_OPEN = 5
PER_MINUTE = 6_000  # calls of the API; a console makes a few in a minute, an export hundreds


@dataclass(frozen=True, slots=True)
class Agent:
    """`held` counts the conversations in this agent's hands; it changes in the transactions that change an owner. `per_minute`: so
    many calls of the API in a minute. `privacy`: may export and erase customers, if no mere agent."""

    id: str
    email: str
    name: str
    role: str = "agent"
    skills: tuple[str, ...] = ()
    max_open: int = MAX_OPEN
    held: int = 0
    per_minute: int = PER_MINUTE
    privacy: bool = False

    @property
    def open(self) -> int:
        """As the API calls it."""
        return self.held


def find(agent_id: str) -> Agent:
    """Raises NotFound."""
    with clients.translated("read an agent"):
        found = clients.client("dynamodb").get_item(TableName=settings.env("TABLE"), Key=_key(agent_id), ConsistentRead=True)
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
        return _first(Agent(agent_id, email, name or email, role, tuple(queue_names.known())))
    if (known.role, known.email) == (role, email):
        return known
    return _update(agent_id, {"role": role, "email": email})


def change(agent_id: str, values: dict[str, Any]) -> Agent:
    """Sets name, skills, max_open, per_minute or privacy. Raises BadRequest, NotFound."""
    if not values:
        raise BadRequest("give one or more of name, skills, max_open, per_minute, privacy")
    for skill in values.get("skills", ()):
        queue_names.checked(skill)
    return _update(agent_id, values)


def slot_taken(agent: Agent) -> dict[str, Any]:
    """A transaction's part that counts one more, refused if the agent holds as many as allowed."""
    return _count(agent.id, 1, "held < max_open")


def slot_freed(agent_id: str) -> dict[str, Any]:
    """A transaction's part that counts one less."""
    return _count(agent_id, -1, "attribute_exists(pk)")


def recount(agent: Agent, held: int) -> None:
    """Mends a counter that drifted; does nothing if it moved since it was read."""
    try:
        with clients.translated("mend an agent's counter"):
            clients.client("dynamodb").update_item(
                TableName=settings.env("TABLE"),
                Key=_key(agent.id),
                UpdateExpression="SET held = :held",
                ConditionExpression="held = :seen",
                ExpressionAttributeValues=dynamodb.encode({":held": held, ":seen": agent.held}),
            )
    except Conflict:
        return


def _key(agent_id: str) -> Item:
    return keys.key(keys.AGENTS, agent_id)


def _first(agent: Agent) -> Agent:
    """Its limit is the usual one as long as nobody sets another; nobody has a right that was not given."""
    values = {name: value for name, value in asdict(agent).items() if name not in ("id", "per_minute", "privacy")}
    item = dynamodb.encode({"pk": keys.AGENTS, "sk": agent.id, "type": "agent", **values})
    try:
        with clients.translated("store an agent"):
            clients.client("dynamodb").put_item(TableName=settings.env("TABLE"), Item=item, ConditionExpression="attribute_not_exists(pk)")
    except Conflict:
        return find(agent.id)
    return agent


def _update(agent_id: str, values: dict[str, Any]) -> Agent:
    try:
        with clients.translated("change an agent"):
            changed = clients.client("dynamodb").update_item(
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


def _agent(item: Item) -> Agent:
    values = dynamodb.decode(item)
    return Agent(
        id=values["sk"],
        email=values["email"],
        name=values["name"],
        role=values["role"],
        skills=tuple(skill for skill in values["skills"] if skill not in queue_names.removed()),
        max_open=values["max_open"],
        held=values["held"],
        per_minute=values.get("per_minute", PER_MINUTE),
        privacy=values.get("privacy", False),
    )
