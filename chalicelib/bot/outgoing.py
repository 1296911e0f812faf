"""What the bot's answer is stored as: the message, what its meta tells, and its text as a language model puts it if there is one."""

from __future__ import annotations

from typing import Any

from chalicelib import settings
from chalicelib.bot import wording
from chalicelib.conversations import model
from chalicelib.conversations.model import Answer, Conversation, Message

# Characters of the question behind an answer that are kept with it, where it is more than one message.
QUESTION = 600


def behind(said: Answer, c: Conversation, message: Message, words: str) -> dict[str, Any]:
    """What whoever judges this answer must know: its article, how sure the bot was, and the question if it is more than the message.
    `picked`: she chose one of the three that were offered for the question before. An offer has what may be tapped. Pure."""
    if not said.article:
        return {"choices": list(said.choices)} if said.choices else {}
    picked = bool(said.asked) and said.article in c.offered
    question = said.asked or words
    known = {"article": said.article, "confidence": round(said.confidence, 3), **({"picked": True} if picked else {})}
    return known if question.strip() == message.text.strip() else {**known, "question": question[:QUESTION]}


def composer(message: Message) -> str:
    """The language model that puts the answer to this message, where the business named one; a text message is short as it is."""
    return settings.optional("COMPOSE_MODEL") if message.channel != "sms" else ""


def composed(said: Answer, message: Message, words: str) -> tuple[Answer, dict[str, Any]]:
    """As the language model puts it, with what its meta tells of that; what comes without sources is said as it is."""
    if not said.sources:
        return said, {}
    from chalicelib.bot import bedrock, brain, compose

    name = composer(message)
    heading = wording.said_in(brain.load().rules.sentences["sources"], said.language)
    done = compose.composed(said, said.asked or words, heading, name, bedrock.model(name))
    return done.said, {"composed": done.made}


def answer(to: Message, message_id: str, said: Answer, at: int, known: dict[str, Any] | None = None) -> Message:
    """What the bot says to a message, to be stored; `known`: what its meta tells besides."""
    return Message(
        thread=to.thread,
        id=message_id,
        direction="outgoing",
        channel=to.channel,
        at=max(at, to.at + 1),
        text=said.text,
        address=to.address,
        name=settings.optional("BUSINESS"),
        by="bot",
        state="pending",
        subject=to.subject,
        link=said.link,
        language=said.language,
        meta=model.answering(to) | (known or {}),
    )
