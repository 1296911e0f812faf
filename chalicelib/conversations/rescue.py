"""The last resort: a customer's message that nothing could answer goes to a person, in words that need neither rules nor knowledge."""

from __future__ import annotations

from chalicelib.business import current
from chalicelib.conversations import baton, ids, model, table
from chalicelib.conversations.model import Conversation, Escalation, Message

_TOLD = {
    "en": "I am sorry, I could not answer this. A colleague will.",
    "zh": "抱歉，我没能回答这个问题，同事会回复您。",
    "zh-Hant": "抱歉，我沒能回答這個問題，同事會回覆您。",
}


def hand_over(c: Conversation, message: Message, queue: str, why: str, *, at: int, past: Conversation | None = None) -> None:
    """`c`: a conversation that the bot holds, with `message` taken in. Raises Conflict if it moved meanwhile, NotOwner."""
    said = c.turn or message.text
    call = Escalation("no-outcome", why, queue, "urgent", f"Handed over: {why}.\nCustomer: {said}")
    table.save(baton.escalated(c, message.id, call, at), model.hand_over_event(call, at), [_told(c, message, at)], past)


def _told(c: Conversation, to: Message, at: int) -> Message:
    return Message(
        thread=c.thread,
        id=ids.hand_over(to.id),
        direction="outgoing",
        channel=to.channel,
        at=max(at, to.at + 1),
        text=_TOLD.get(c.language, _TOLD["en"]),
        address=to.address,
        name=current.name(c.language),
        by="bot",
        state="pending",
        subject=to.subject,
        language=c.language,
        meta=model.answering(to) | {"outcome": "person"} | ({"to": list(c.pieces)} if c.pieces else {}),
    )
