"""What an agent writes to a customer, with the files that go along.

A file is uploaded first, to an address that is good for exactly this content; then the reply names it. Nothing is taken for a
customer who must not be written to, and nothing that the channel could not carry: it is better said before than after.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chalicelib.conversations import baton, files, history, ids, model, registry, segments, table, views
from chalicelib.conversations.files import Named
from chalicelib.conversations.model import Conversation, Message
from chalicelib.customers import identities
from chalicelib.desk import workspace
from chalicelib.errors import Blocked, Conflict, NotOwner, TooLarge
from chalicelib.governance.roster import Agent

_WHY = {
    "stopped": "this customer said STOP: no text messages may be sent until START comes",
    "bounced": "this address does not exist or takes no mail: ask the customer on another channel",
    "complaint": "this customer marked our mail as spam: only a new message of theirs may be answered",
}


def upload(agent: Agent, conversation_id: str, sha256: str, size: int, content_type: str) -> dict[str, Any]:
    """`{"url", "headers"}` for one PUT of this file. Raises NotOwner, BadRequest, TooLarge."""
    c = table.conversation(conversation_id)
    if c.owner != "agent" or c.agent != agent.id:
        raise NotOwner("only whoever holds the conversation sends files")
    return files.upload_address(c.thread, sha256, size, content_type)


def reply(
    agent: Agent, conversation_id: str, client_id: str, text: str, now: int, *, attached: Sequence[Named] = ()
) -> tuple[Message, bool]:
    """Sends once: the same id, text and files again give the stored message and False. `attached`: files that were uploaded before.

    Raises NotOwner, Conflict, Blocked, BadRequest, TooLarge.
    """
    c = table.conversation(conversation_id)
    message_id = ids.reply(workspace.checked_id(client_id))
    wanted = text.strip() if attached else workspace.checked_text(text)
    already = table.message(c.thread, message_id)
    if already:
        return _same(already, wanted, attached), False
    answered = _answered(c)
    _refuse_blocked(c, answered)
    if registry.of(c.channel).brief:
        segments.split(wanted)
    message = Message(
        thread=c.thread,
        id=message_id,
        direction="outgoing",
        channel=c.channel,
        at=now,
        text=workspace.checked_text(text) if wanted else "",
        address=c.address,
        name=agent.name,
        by=agent.id,
        state="pending",
        subject=_subject(c, answered),
        meta={"conversation": c.id} | _attachments(c, attached) | (model.answering(answered) if answered else {}),
    )
    try:
        workspace.change(conversation_id, lambda c: (baton.replied(c, agent.id, message_id, now), None), messages=(message,))
    except Conflict:
        raced = table.message(c.thread, message_id)
        if not raced:
            raise
        return _same(raced, wanted, attached), False
    return message, True


def view(message: Message) -> dict[str, Any]:
    """What schemas.SentMessage shows."""
    return views.for_agent(message) | cost(message)


def cost(message: Message) -> dict[str, int]:
    """Of a text message: `{"parts", "segments"}`, the messages that it is sent as and what carriers charge for; else nothing."""
    if not registry.of(message.channel).brief:
        return {}
    parts = segments.split(message.text)
    return {"parts": len(parts), "segments": segments.count(parts)}


def _attachments(c: Conversation, attached: Sequence[Named]) -> dict[str, Any]:
    entries = files.checked(c.thread, attached)
    largest = registry.of(c.channel).largest
    if largest and sum(entry["size"] for entry in entries) > largest:
        raise TooLarge(f"the files of one message may have {largest // registry.MB} MB together: send several")
    return {"attachments": entries} if entries else {}


def _subject(c: Conversation, answered: Message | None) -> str:
    """That of the mail which is answered, whole: mail programs keep mails together that bear one subject."""
    if not registry.of(c.channel).subjects:
        return ""
    return (answered.subject if answered else "") or c.subject


def _answered(c: Conversation) -> Message | None:
    """A mail must name what it answers, or mail programs open a new thread; a robot's mail is not what the customer wrote."""
    if not registry.of(c.channel).subjects:
        return None
    theirs = [m for m in history.latest(c.thread, limit=history.STORY).messages if m.direction == "incoming" and m.by == "customer"]
    return theirs[-1] if theirs else None


def _refuse_blocked(c: Conversation, answered: Message | None) -> None:
    why = identities.blocked(c.channel, c.address, answered.at if answered else 0)
    if why:
        raise Blocked(_WHY[why])


def _same(stored: Message, text: str, attached: Sequence[Named]) -> Message:
    if stored.text != text or [entry["sha256"] for entry in stored.meta.get("attachments", [])] != [file.sha256 for file in attached]:
        raise Conflict("this id was used for another text: take a new id")
    return stored
