"""The baton: the only ways in which a conversation changes hands.

Pure: no clock, no network. Times are Unix milliseconds (UTC) and come in as arguments. A conversation is
never changed in place; each function returns the next version, which `table.save` writes only if the stored
version is still the one it was made from. So whoever lost a race is refused by the database.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from chalicelib.conversations.memory import remembered
from chalicelib.conversations.model import Answer, Conversation, Escalation, Message, Owner, Tier, Urgency
from chalicelib.errors import NotOwner

# Characters kept on the head, which is to stay within one write unit (1 KB).
QUESTION = 120
TURN = 300
PIECES = 8  # messages
TOLD = 6  # sentences
SAID = "said."  # before the marks of what an answer told, word for word
_MARKED = 2  # answers


def opened(message: Message, customer: str, tier: Tier = "") -> Conversation:
    """A thread's first conversation, which starts with this message; the bot holds the baton first."""
    return Conversation(
        thread=message.thread,
        number=1,
        channel=message.channel,
        address=message.address,
        opened_at=message.at,
        customer=customer,
        tier=tier,
        name=message.name[:80],
        language=message.language,
        subject=(message.subject or message.text)[:80],
    )


def reopened(before: Conversation, message: Message) -> Conversation:
    """The next conversation of a thread whose earlier one is over: the same customer, another request.

    A chat stays a chat, also if she goes on by mail: where she is not reached in it, answers follow by mail. She is answered in the
    language of the one before until she writes another: the page may be set to any.
    """
    fresh = opened(message, before.customer, before.tier)
    fresh = replace(fresh, number=before.number + 1, version=before.version, language=before.language or message.language)
    return fresh if before.channel == message.channel else replace(fresh, channel=before.channel, address=before.address)


def received(c: Conversation, message: Message) -> Conversation:
    """The customer wrote. Whoever holds the baton keeps it; the waiting clock starts if a person owes an answer."""
    owed = message.at if c.owner in ("queue", "agent") else 0
    return replace(
        c,
        incoming=c.incoming + 1,
        last_at=max(c.last_at, message.at),
        waiting_since=c.waiting_since or owed,
        language=c.language or message.language,
        recent=remembered(c.recent, "seen", message.id),
    )


def noticed(c: Conversation, message: Message) -> Conversation:
    """A robot on the customer's side wrote (an out-of-office note, a bounce): nothing is owed, but its reader should look."""
    return replace(c, recent=remembered(c.recent, "seen", message.id))


def noted(c: Conversation, message: Message) -> Conversation:
    """Nothing is said to a message, nor to earlier pieces of its turn: what they led to is recorded with them."""
    return replace(c, turn="", pieces=(), recent=remembered(c.recent, "seen", message.id))


def waits(c: Conversation, message: Message, words: str) -> Conversation:
    """The customer may not be done: the bot keeps the `words` of her turn so far and waits a moment for more."""
    pieces = (*(piece for piece in c.pieces if piece != message.id), message.id)[-PIECES:]
    return replace(c, turn=words[-TURN:], pieces=pieces, recent=remembered(c.recent, "waits", message.id))


def answered(c: Conversation, message: Message, answer: Answer, at: int, question: str = "") -> Conversation:
    """The bot answers `message`; `question` if it is more than that, the words of a turn. Raises NotOwner."""
    _require(c, "bot")
    return replace(
        _first_reply(c, "bot", at),
        bot_answers=c.bot_answers + 1,
        misses=0,
        article="" if answer.outcome == "offer" else answer.article[:64] or c.article,
        question=(answer.asked or question or message.text)[:QUESTION],
        offered=_listed(c, answer),
        turn="",
        pieces=(),
        asking=answer.asking,
        language=answer.language or c.language,
        last_at=max(c.last_at, at),
        recent=remembered(c.recent, "answered", message.id),
    )


def escalated(c: Conversation, message_id: str, escalation: Escalation, at: int) -> Conversation:
    """The bot hands over to a queue; the customer waits since `at`. Raises NotOwner."""
    _require(c, "bot")
    return replace(
        _queued(c, escalation.queue, escalation.urgency, at),
        article=escalation.article[:64] or c.article,
        escalated_at=at,
        reason=escalation.reason[:64],
        turn="",
        pieces=(),
        asking="",
        flow="",
        language=str(escalation.facts.get("language", "")) or c.language,
        recent=remembered(c.recent, "escalated", message_id),
    )


def called(c: Conversation, message_id: str, call: Escalation, at: int) -> Conversation:
    """Something that nobody would see needs a person: as `escalated`, and a resolved conversation wakes up. Raises NotOwner."""
    awake = replace(c, owner="bot", agent="", resolved_at=0, resolved_by="") if c.owner == "none" else c
    return escalated(awake, message_id, call, at)


def told(c: Conversation, names: Sequence[str], at: int) -> Conversation:
    """The bot said sentences of these names. The marks of the last answers stand behind them."""
    every = (*names, *c.told)
    kept = [name for name in every if not name.startswith(SAID)][:TOLD]
    marks = [name for name in every if name.startswith(SAID)][:_MARKED]
    return replace(c, told=(*kept, *marks), told_at=at) if names else c


def spoken(c: Conversation, message: Message, answer: Answer, at: int) -> Conversation:
    """The bot answers somebody who waits for a person: her place stays. Raises NotOwner."""
    _require(c, "queue")
    told = bool(answer.article)
    return replace(
        c,
        article=answer.article[:64] if told else c.article,
        question=(answer.asked or message.text)[:QUESTION] if told else c.question,
        bot_answers=c.bot_answers + 1,
        asking=answer.asking,
        turn="",
        pieces=(),
        offered=_listed(c, answer),
        language=answer.language or c.language,
        last_at=max(c.last_at, at),
        recent=remembered(c.recent, "answered", message.id),
    )


def hurried(c: Conversation) -> Conversation:
    """What she adds while she waits makes it urgent: into the urgent line, with her old age. Raises NotOwner."""
    _require(c, "queue")
    return replace(c, urgency="urgent")


def eased(c: Conversation) -> Conversation:
    """What made it urgent was a mistake: back into the usual line, with her old age. Raises NotOwner."""
    _require(c, "queue")
    return replace(c, urgency="normal")


def withdrawn(c: Conversation, at: int) -> Conversation:
    """She gives up her place and goes on with the bot. Raises NotOwner."""
    _require(c, "queue")
    return replace(c, owner="bot", queue="", urgency="normal", waiting_since=0, misses=0, waited=_waited(c, at), last_at=max(c.last_at, at))


def closed(c: Conversation, at: int) -> Conversation:
    """She needs nobody any more and says so: resolved, by herself. Raises NotOwner."""
    _require(c, "queue")
    return replace(c, owner="none", waiting_since=0, waited=_waited(c, at), resolved_at=at, resolved_by="customer")


def claimed(c: Conversation, agent: str, at: int) -> Conversation:
    """An agent takes a waiting conversation. Raises NotOwner if it does not wait any more."""
    _require(c, "queue")
    return replace(c, owner="agent", agent=agent, claimed_at=at, asking="", turn="", pieces=(), waited=_waited(c, at))


def replied(c: Conversation, agent: str, message_id: str, at: int) -> Conversation:
    """The agent who holds the baton answers; the customer waits no longer. Raises NotOwner."""
    _require(c, "agent", agent)
    return replace(
        _first_reply(c, agent, at),
        replies=c.replies + 1,
        waiting_since=0,
        last_at=max(c.last_at, at),
        recent=remembered(c.recent, "replied", message_id),
    )


def transferred(c: Conversation, agent: str, queue: str, urgency: Urgency, at: int) -> Conversation:
    """Into another queue with its old age, so that nobody waits twice. Raises NotOwner."""
    _require(c, "agent", agent)
    return _queued(c, queue, urgency, c.waiting_since or at)


def moved(c: Conversation, queue: str, at: int) -> Conversation:
    """Into another queue, as its own is no more; with its old age. Raises NotOwner."""
    _require(c, "queue")
    return _queued(c, queue, c.urgency, c.waiting_since or at)


def passed(c: Conversation, agent: str, to: str, at: int) -> Conversation:
    """Straight into a colleague's hands. Raises NotOwner."""
    _require(c, "agent", agent)
    return replace(c, agent=to, claimed_at=at)


def returned(c: Conversation, at: int) -> Conversation:
    """Back to its queue, first in line, because its agent is gone. Raises NotOwner."""
    _require(c, "agent")
    return _queued(c, c.queue, "urgent", c.waiting_since or at)


def handed_back(c: Conversation, agent: str, at: int) -> Conversation:
    """Back to the bot, which forgets that it handed over. Raises NotOwner."""
    _require(c, "agent", agent)
    return replace(c, owner="bot", agent="", queue="", urgency="normal", waiting_since=0, misses=0, offered=(), last_at=max(c.last_at, at))


def resolved(c: Conversation, agent: str, at: int) -> Conversation:
    """Done. Raises NotOwner."""
    _require(c, "agent", agent)
    return replace(c, owner="none", waiting_since=0, resolved_at=at, resolved_by=agent)


def expired(c: Conversation, idle: int) -> Conversation:
    """A bot conversation that nobody continued within `idle` ms counts as resolved, from that moment on."""
    _require(c, "bot")
    return replace(c, owner="none", resolved_at=c.last_at + idle, resolved_by="assumed")


def is_over(c: Conversation, at: int, idle: int) -> bool:
    """Does a message at this time start a new conversation?"""
    return c.owner == "none" or (c.owner == "bot" and c.last_at + idle < at)


def _listed(c: Conversation, answer: Answer) -> tuple[str, ...]:
    """The choices that are the last on her screen: other answers between leave them valid, until she says that it is none of them."""
    return answer.offered or (() if answer.asking == "rephrase" else c.offered)


def _queued(c: Conversation, queue: str, urgency: Urgency, since: int) -> Conversation:
    return replace(c, owner="queue", agent="", queue=queue, urgency=urgency, waiting_since=since, claimed_at=0)


def _waited(c: Conversation, at: int) -> int:
    """In queues so far (ms), with the stay that ends now."""
    return c.waited + (max(0, at - c.waiting_since) if c.waiting_since else 0)


def _first_reply(c: Conversation, by: str, at: int) -> Conversation:
    return c if c.first_reply_at else replace(c, first_reply_at=at, first_reply_by=by)


def _require(c: Conversation, owner: Owner, agent: str = "") -> None:
    if c.owner != owner or (agent and c.agent != agent):
        holder = c.agent if c.owner == "agent" else c.owner or "nobody yet"
        raise NotOwner(f"the baton of this conversation is with: {holder}")
