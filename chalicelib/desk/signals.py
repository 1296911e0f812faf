"""Signs of life from an agent to the visitor. A lost one does no harm, so nothing is stored and nothing is tried again."""

from __future__ import annotations

from chalicelib.aws import push
from chalicelib.conversations import keys, pushes, sockets, table
from chalicelib.governance.roster import Agent


def typing(agent: Agent, conversation_id: str, now: int) -> None:
    """Shown to the visitor if this agent holds the conversation; else nothing happens. Raises NotFound for what is no id."""
    thread, _ = keys.split_id(conversation_id)
    head = table.head(thread)
    if not head or (head.id, head.owner, head.agent, head.channel) != (conversation_id, "agent", agent.id, "webchat"):
        return
    for connection in sockets.of_visitor(thread, now):
        push.post(connection, pushes.AgentTypes())
