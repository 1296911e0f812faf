"""What an agent writes to a customer, with the files that go along.

A file is uploaded first, to an address that is good for exactly this content; then the reply names it. Nothing is taken for a
customer who must not be written to, and nothing that the channel could not carry: it is better said before than after.
"""

from __future__ import annotations

from typing import Any

from chalicelib.agents import workspace
from chalicelib.agents.roster import Agent
from chalicelib.conversations import baton, files, identities, ids, model, segments, table
from chalicelib.conversations.model import Conversation, Message
from chalicelib.errors import BadRequest, Blocked, Conflict, NotOwner, TooLarge

# Bytes of all files of one mail: base64 makes 34 MB of them, SES takes 40 MB, and most mailboxes take no more than 25.
LARGEST_MAIL = 25 * 1024 * 1024

_WHY = {
    "stopped": "this customer said STOP: no text messages may be sent until START comes",
    "bounced": "this address does not exist or takes no mail: ask the customer on another channel",
    "complaint": "this customer marked our mail as spam: only a new message of theirs may be answered",
}


def upload(agent: Agent, conversation_id: str, file: dict[str, Any]) -> dict[str, Any]:
    """`{"url", "headers"}` for one PUT of a file `{"type", "size", "sha256"}`. Raises NotOwner, BadRequest, TooLarge."""
    c = table.conversation(conversation_id)
    if c.owner != "agent" or c.agent != agent.id:
        raise NotOwner("only whoever holds the conversation sends files")
    sha256, size, content_type = file.get("sha256"), file.get("size"), file.get("type")
    if not isinstance(sha256, str) or type(size) is not int or not isinstance(content_type, str):
        raise BadRequest("a file has a type, a size in bytes and a sha256")
    return files.upload_address(c.thread, sha256, size, content_type)


def reply(agent: Agent, conversation_id: str, client_id: str, text: str, now: int, *, attached: object = None) -> tuple[Message, bool]:
    """Sends once: the same id, text and files again give the stored message and False. `attached`: as `files.checked` takes them.

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
    if c.channel == "sms":
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


def cost(message: Message) -> dict[str, int]:
    """Of a text message: `{"parts", "segments"}`, the messages that it is sent as and what carriers charge for; else nothing."""
    if message.channel != "sms":
        return {}
    parts = segments.split(message.text)
    return {"parts": len(parts), "segments": segments.count(parts)}


def _attachments(c: Conversation, attached: object) -> dict[str, Any]:
    entries = files.checked(c.thread, attached) if attached else []
    if c.channel == "email" and sum(entry["size"] for entry in entries) > LARGEST_MAIL:
        raise TooLarge(f"the files of one mail may have {LARGEST_MAIL // 1024 // 1024} MB together: send several mails")
    return {"attachments": entries} if entries else {}


def _subject(c: Conversation, answered: Message | None) -> str:
    """That of the mail which is answered, whole: mail programs keep mails together that bear one subject."""
    if c.channel != "email":
        return ""
    return (answered.subject if answered else "") or c.subject


def _answered(c: Conversation) -> Message | None:
    """A mail must name what it answers, or mail programs open a new thread; a robot's mail is not what the customer wrote."""
    if c.channel != "email":
        return None
    theirs = [m for m in table.read_thread(c.thread).messages if m.direction == "incoming" and m.by == "customer"]
    return theirs[-1] if theirs else None


def _refuse_blocked(c: Conversation, answered: Message | None) -> None:
    why = identities.blocked(c.channel, c.address, answered.at if answered else 0)
    if why:
        raise Blocked(_WHY[why])


def _same(stored: Message, text: str, attached: object) -> Message:
    named = [entry.get("sha256") for entry in attached if isinstance(entry, dict)] if isinstance(attached, list) else []
    if stored.text != text or [entry["sha256"] for entry in stored.meta.get("attachments", [])] != named:
        raise Conflict("this id was used for another text: take a new id")
    return stored
