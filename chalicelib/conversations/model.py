"""The baton: what a conversation is, and the only ways in which it changes hands.

Pure: no clock, no network. Times are Unix milliseconds (UTC) and come in as arguments. A conversation is
never changed in place; each function returns the next version, which `table.save` writes only if the stored
version is still the one it was made from. So whoever lost a race is refused by the database.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Literal

from chalicelib.conversations.memory import remembered
from chalicelib.errors import BadRequest, NotOwner

Channel = Literal["email", "sms", "webchat"]
Owner = Literal["bot", "queue", "agent", "none"]
Urgency = Literal["urgent", "normal"]
Tier = Literal["", "vip"]
Proven = Literal["code", "jwt", "mail", "carrier", ""]
Direction = Literal["incoming", "outgoing"]
State = Literal["received", "pending", "sending", "sent", "delivered", "failed", "bounced"]

CHANNELS: tuple[Channel, ...] = ("email", "sms", "webchat")
URGENCIES: tuple[Urgency, ...] = ("urgent", "normal")

# Characters kept on the head, which is to stay within one write unit (1 KB).
QUESTION = 120
TURN = 300


@dataclass(frozen=True, slots=True)
class Message:
    """One thing that was said. `id` is the provider's id (incoming) or ours (outgoing); it is the key."""

    thread: str
    id: str
    direction: Direction
    channel: Channel
    at: int
    text: str
    address: str  # the customer's: e-mail address, E.164 number, or visitor id
    name: str = ""  # shown name of whoever wrote it
    by: str = "customer"  # "customer", "robot" (a machine on the customer's side), "bot" or an agent's id
    state: State = "received"
    state_at: int = 0  # since when, for outgoing ones
    subject: str = ""
    link: str = ""  # the article behind a bot answer
    language: str = ""
    detail: str = ""  # why it failed, in words for an agent
    provider_id: str = ""  # what the provider called our outgoing message
    meta: dict[str, Any] = field(default_factory=dict)  # the channel's own: mail headers, raw object, attachments


@dataclass(frozen=True, slots=True)
class Escalation:
    """The bot's decision to hand over, with the rule that made it and the facts it saw."""

    rule: str
    reason: str
    queue: str
    urgency: Urgency
    summary: str
    facts: dict[str, Any] = field(default_factory=dict)
    text: str = ""  # what the customer is told
    reason_zh: str = ""  # the reason as a Chinese console shows it; `reason` is what is stored and counted


@dataclass(frozen=True, slots=True)
class Source:
    """An article as an answer may cite it: plain text, in the customer's language."""

    article: str
    title: str
    text: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the bot surely knows: an article's own words. Or it offers the articles that it may be, by ids and as `choices` to tap."""

    text: str
    article: str
    link: str = ""
    confidence: float = 1.0
    language: str = ""
    offered: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    asked: str = ""  # the question that is answered, if the message is only part of it ("2", "and abroad?")
    sources: tuple[Source, ...] = ()  # what a language model may compose it of, if one does: its article first


@dataclass(frozen=True, slots=True)
class Event:
    """One change of hands, for the agents' timeline and the audit."""

    kind: str
    at: int
    by: str
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Proof:
    """An address that belongs to whoever writes in a thread. `how`: code, jwt, mail or carrier (identities.py says what each means)."""

    channel: str
    address: str
    how: Proven
    at: int


@dataclass(frozen=True, slots=True)
class Conversation:
    """The head of a conversation: `owner` holds the baton; everything else is what the next holder must know."""

    thread: str
    number: int
    channel: Channel
    address: str
    opened_at: int
    version: int = 0
    owner: Owner = "bot"
    customer: str = ""
    tier: Tier = ""
    name: str = ""
    language: str = ""
    subject: str = ""
    agent: str = ""
    queue: str = ""
    urgency: Urgency = "normal"
    reason: str = ""
    last_at: int = 0
    waiting_since: int = 0  # 0: nobody waits
    escalated_at: int = 0
    claimed_at: int = 0
    first_reply_at: int = 0
    first_reply_by: str = ""
    resolved_at: int = 0
    resolved_by: str = ""
    waited: int = 0  # ms in queues, all stays together
    incoming: int = 0
    bot_answers: int = 0
    replies: int = 0
    misses: int = 0  # bot misses in a row
    article: str = ""  # the last answer's
    question: str = ""  # the last question, cut
    offered: tuple[str, ...] = ()  # articles that the bot asked about in its last answer
    turn: str = ""  # what the customer wrote in the turn that is not over yet, cut
    wish: str = ""  # how she would rather be answered while she waits: "call +4915123456789", "mail ann@example.com"; as she wrote it
    flow: str = ""  # the self-service action that is under way, as bot/actions/flow.py writes it
    recent: tuple[str, ...] = ()  # what was decided about its last messages, as memory.py writes it

    @property
    def id(self) -> str:
        return f"{self.thread}.{self.number}"


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

    A chat stays a chat, also if she goes on by mail: where she is not reached in it, answers follow by mail.
    """
    fresh = replace(opened(message, before.customer, before.tier), number=before.number + 1, version=before.version)
    return fresh if before.channel == message.channel else replace(fresh, channel=before.channel, address=before.address)


def received(c: Conversation, message: Message) -> Conversation:
    """The customer wrote. Whoever holds the baton keeps it; the waiting clock starts if a person owes an answer."""
    owed = message.at if c.owner in ("queue", "agent") else 0
    return replace(
        c,
        incoming=c.incoming + 1,
        last_at=max(c.last_at, message.at),
        waiting_since=c.waiting_since or owed,
        language=message.language or c.language,
        recent=remembered(c.recent, "seen", message.id),
    )


def noticed(c: Conversation, message: Message) -> Conversation:
    """A robot on the customer's side wrote (an out-of-office note, a bounce): nothing is owed, but its reader should look."""
    return replace(c, recent=remembered(c.recent, "seen", message.id))


def waits(c: Conversation, message: Message, words: str) -> Conversation:
    """The customer may not be done: the bot keeps the `words` of her turn so far and waits a moment for more."""
    return replace(c, turn=words[-TURN:], recent=remembered(c.recent, "waits", message.id))


def answered(c: Conversation, message: Message, answer: Answer, at: int, question: str = "") -> Conversation:
    """The bot answers `message`; `question` if it is more than that, the words of a turn. Raises NotOwner."""
    _require(c, "bot")
    return replace(
        _first_reply(c, "bot", at),
        bot_answers=c.bot_answers + 1,
        misses=0,
        article=answer.article[:64],
        question=(answer.asked or question or message.text)[:QUESTION],
        offered=answer.offered,
        turn="",
        language=answer.language or c.language,
        last_at=max(c.last_at, at),
        recent=remembered(c.recent, "answered", message.id),
    )


def escalated(c: Conversation, message_id: str, escalation: Escalation, at: int) -> Conversation:
    """The bot hands over to a queue; the customer waits since `at`. Raises NotOwner."""
    _require(c, "bot")
    return replace(
        _queued(c, escalation.queue, escalation.urgency, at),
        escalated_at=at,
        reason=escalation.reason[:64],
        turn="",
        flow="",
        language=str(escalation.facts.get("language", "")) or c.language,
        recent=remembered(c.recent, "escalated", message_id),
    )


def called(c: Conversation, message_id: str, call: Escalation, at: int) -> Conversation:
    """Something that nobody would see needs a person: as `escalated`, and a resolved conversation wakes up. Raises NotOwner."""
    awake = replace(c, owner="bot", agent="", resolved_at=0, resolved_by="") if c.owner == "none" else c
    return escalated(awake, message_id, call, at)


def claimed(c: Conversation, agent: str, at: int) -> Conversation:
    """An agent takes a waiting conversation. Raises NotOwner if it does not wait any more."""
    _require(c, "queue")
    waited = max(0, at - c.waiting_since) if c.waiting_since else 0
    return replace(c, owner="agent", agent=agent, claimed_at=at, waited=c.waited + waited)


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
    return replace(c, owner="bot", agent="", queue="", urgency="normal", waiting_since=0, misses=0, last_at=max(c.last_at, at))


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


def answering(incoming: Message) -> dict[str, Any]:
    """What an answer's `meta` must say of the mail that it answers: mail programs keep the thread by it."""
    if incoming.channel != "email":
        return {}
    named = {"in_reply_to": incoming.meta.get("message_id", ""), "references": incoming.meta.get("references", [])}
    return {"asked_at": incoming.at} | {key: value for key, value in named.items() if value}


def hand_over_event(escalation: Escalation, at: int) -> Event:
    """What the timeline tells of the bot's hand-over: the rule, the facts that it saw, the story so far."""
    told = ("rule", "reason", "reason_zh", "queue", "urgency", "summary", "facts")
    return Event("escalated", at, "bot", {name: getattr(escalation, name) for name in told})


def queue_urgency(value: str) -> Urgency:
    """Raises BadRequest for anything but "urgent" and "normal"."""
    for known in URGENCIES:
        if value == known:
            return known
    raise BadRequest(f"urgency must be one of {', '.join(URGENCIES)}")


def _queued(c: Conversation, queue: str, urgency: Urgency, since: int) -> Conversation:
    return replace(c, owner="queue", agent="", queue=queue, urgency=urgency, waiting_since=since, claimed_at=0)


def _first_reply(c: Conversation, by: str, at: int) -> Conversation:
    return c if c.first_reply_at else replace(c, first_reply_at=at, first_reply_by=by)


def _require(c: Conversation, owner: Owner, agent: str = "") -> None:
    if c.owner != owner or (agent and c.agent != agent):
        holder = c.agent if c.owner == "agent" else c.owner
        raise NotOwner(f"the baton of this conversation is with: {holder}")
