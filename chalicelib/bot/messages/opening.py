"""The conversation that a customer's message belongs to: the one that is under way, or a new one; and whether the bot may speak in it."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib import settings
from chalicelib.conversations import baton, opened_threads, registry
from chalicelib.conversations.model import Conversation, Message
from chalicelib.customers import identities, proofs

ENOUGH = "enough automatic answers to this sender"
FORGED = "the sender may be forged"


@dataclass(frozen=True, slots=True)
class OpenedConversation:
    """The conversation that a message belongs to, and the earlier one that it replaces on the thread's head.

    `quiet`: why nothing is said to the customer, and a person gets the conversation; "" if the bot may answer.
    """

    conversation: Conversation
    past: Conversation | None = None
    quiet: str = ""


def open_for(head: Conversation | None, message: Message) -> OpenedConversation:
    """A message after the end of a conversation begins the next one of its thread."""
    if head and not baton.is_over(head, message.at, settings.IDLE):
        return OpenedConversation(head, quiet=_why_quiet(message, head.bot_answers))
    if not head:
        known = identities.whose(message)
        return OpenedConversation(baton.opened(message, known.customer, known.tier), quiet=_why_quiet(message, 0) or _too_often(message))
    past = baton.expired(head, settings.IDLE) if head.owner == "bot" else head
    return OpenedConversation(baton.reopened(head, message), past, _why_quiet(message, 0))


def prove(message: Message) -> None:
    """A mail that joined a chat came from where our signed address had been sent: this is hers."""
    if registry.of(message.channel).proof == "mail" and message.thread.startswith("w") and not message.meta.get("unproven"):
        proofs.prove(message.thread, "email", message.address, "mail", message.at)


def is_not_for_the_bot(message: Message) -> bool:
    """What was quarantined, and a STOP that the carrier answers."""
    return any(message.meta.get(mark) for mark in ("quarantined", "keyword"))


def _why_quiet(message: Message, answers: int) -> str:
    """Bulk mail, and whatever else a robot must not answer (RFC 3834) though a person may have written it; or answers enough. If the
    sender may be forged (DMARC failed, or SPF without DMARC to the contrary), the answer would reach somebody who never wrote."""
    if message.meta.get("automatic"):
        return f"not to be answered by a robot: {message.meta['automatic']}"
    if message.meta.get("unproven") and not message.meta.get("verified"):
        return FORGED
    return ENOUGH if registry.of(message.channel).slow and answers >= _most() else ""


def _too_often(message: Message) -> str:
    """A sender who opens one thread after the other, or one with the same words again, may be a robot that does not say so."""
    if not registry.of(message.channel).slow or is_not_for_the_bot(message):
        return ""
    today = opened_threads.counted(message)
    return ENOUGH if today.opened > _most() or today.repeated else ""


def _most() -> int:
    return int(settings.optional("AUTOMATIC_REPLIES", "5"))
