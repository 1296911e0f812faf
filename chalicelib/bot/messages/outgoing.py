"""What the bot's answer is stored as: the message, what its meta tells, and its text as a language model puts it if there is one."""

from __future__ import annotations

from typing import Any

from chalicelib import settings
from chalicelib.bot.answers import wording
from chalicelib.bot.answers.listed import listed
from chalicelib.business import current
from chalicelib.conversations import model, registry
from chalicelib.conversations.model import Answer, Conversation, Message

# Characters of the question behind an answer that are kept with it, where it is more than one message.
QUESTION = 600
_QUIET = frozenset({"thanks", "acknowledged", "greeting", "goodbye", "praise", "solved"})
# What is said of what was added to a request, and what the hand-over told already.
_NOTED = frozenset({"taken", "taken_number", "taken_file", "taken_question", "taken_urgent", "where.email", "where.sms"})
_HANDED = "tell."  # how a hand-over was told


def behind(said: Answer, c: Conversation, message: Message, words: str) -> dict[str, Any]:
    """What whoever judges this answer must know: its article, how sure the bot was, and the question if it is more than the message.
    `picked`: she chose one of the three that were offered for the question before. `choices`: what may be tapped, instead of the lines
    that are `listed`; `fits`: passages of the text that answer; `to`: earlier messages of the same turn, whose outcome this is, too."""
    told: dict[str, Any] = {"outcome": said.outcome} if said.outcome else {}
    told |= {"to": list(c.pieces)} if c.pieces else {}
    told |= _tapped(said) if said.choices else {}
    told |= {"fits": fits} if (fits := [one for one in said.fits if one in said.text]) else {}
    if not said.article:
        return told
    picked = bool(said.asked) and said.article in c.offered and said.offered == c.offered and c.article in ("", *c.offered)
    question = said.asked or words
    known = told | {"article": said.article, "confidence": round(said.confidence, 3), **({"picked": True} if picked else {})}
    known |= {"also": list(said.also)} if said.also else {}
    return known if question.strip() == message.text.strip() else {**known, "question": question[:QUESTION]}


def is_repeatable(said: Answer) -> bool:
    """Would the bot say just this again, asked once more after a crash? If not, it is stored together with the head."""
    return said.told == ("answer",) or (not said.article and not said.is_read and said.outcome in ("courtesy", "about"))


def _tapped(said: Answer) -> dict[str, Any]:
    from chalicelib.bot.messages import brain

    lines = listed(said.text, said.choices, brain.load().rules)
    return {"choices": list(said.choices), **({"listed": lines} if lines else {})}


def is_chatter(c: Conversation, message: Message, said: Answer, at: int) -> bool:
    """Would this only repeat a word for a word, or say that something was added, in a channel where each message costs or disturbs, and
    where robots answer it? One word a day is enough there, by mail the hand-over being one. What answers her is always said."""
    if registry.of(message.channel).live or at - c.told_at >= settings.DAY:
        return False
    if said.outcome == "courtesy":
        return not _QUIET.isdisjoint(name.partition("_")[0] for name in c.told)
    if said.outcome == "status":  # her place, once
        return any(name.startswith("status") for name in c.told)
    is_note = bool(said.told) and said.told[0] in _NOTED
    return is_note and any(name in _NOTED or (registry.of(message.channel).slow and name.startswith(_HANDED)) for name in c.told)


def composer(message: Message) -> str:
    """The language model that puts the answer to this message, where the business named one; a text message is short as it is."""
    return settings.optional("COMPOSE_MODEL") if not registry.of(message.channel).brief else ""


def composed(said: Answer, message: Message, words: str) -> tuple[Answer, dict[str, Any]]:
    """As the language model puts it, with what its meta tells of that; what comes without sources is said as it is."""
    if not said.sources:
        return said, {}
    from chalicelib.bot.answers import bedrock, compose
    from chalicelib.bot.messages import brain

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
        name=current.name(said.language),
        by="bot",
        state="pending",
        subject=to.subject,
        link=said.link,
        language=said.language,
        meta=model.answering(to) | (known or {}),
    )
