"""What a conversation, its messages and its events are; how it changes hands says baton.py. Pure. Times are Unix milliseconds (UTC)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from chalicelib.conversations import registry
from chalicelib.errors import BadRequest

Channel = Literal["email", "sms", "webchat"]
Owner = Literal["bot", "queue", "agent", "none"]
Urgency = Literal["urgent", "normal"]
Tier = Literal["", "vip"]
Proven = Literal["code", "jwt", "mail", "carrier", ""]
Direction = Literal["incoming", "outgoing"]
State = Literal["received", "pending", "sending", "sent", "delivered", "failed", "bounced"]


# What a customer's message may lead to, as she sees it. Each message has one (docs/conversation.md).
# answer: an article; offer: several to choose from; question: asked back; taken: noted with her case; courtesy: a word for a word;
# about: what the bot says of itself; status: how long it takes; back, closed: she gave up her place; urgent, person: handed over.
OUTCOMES = ("answer", "offer", "question", "taken", "courtesy", "about", "status", "back", "closed", "urgent", "person", "action")
URGENCIES: tuple[Urgency, ...] = ("urgent", "normal")
READ = "read"  # in Answer.told: a language model chose it


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
    outcome: str = ""  # of an incoming one that got no answer of its own: what happened instead (one of OUTCOMES)
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
    article: str = ""  # an article that `text` tells beside it: what she writes next may be about it


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
    outcome: str = ""  # what the customer sees happen: one of OUTCOMES; "action:return" for an action's step
    told: tuple[str, ...] = ()  # names of the sentences that it is made of, for Conversation.told
    asking: str = ""  # what it asks her that a yes or no answers (Conversation.asking)
    also: tuple[str, ...] = ()  # further articles that it tells, if she asked for several
    fits: tuple[str, ...] = ()  # passages of its text that answer, in its order

    @property
    def is_read(self) -> bool:
        """Did a language model choose it, which might choose otherwise the next time?"""
        return READ in self.told

    @property
    def is_tentative(self) -> bool:
        """Is it told only because nothing comes nearer: an article that is ahead of others, passages that may not answer?"""
        return self.told[:1] in (("lead",), ("doubtful",), ("all_told",))


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
    offered: tuple[str, ...] = ()  # articles of the last list of choices that she saw: its numbers stay valid
    turn: str = ""  # what the customer wrote in the turn that is not over yet, cut
    pieces: tuple[str, ...] = ()  # the messages of that turn: they still wait for an outcome
    asking: str = ""  # what the bot asked her that a yes or no answers: "close" or "back" (to give up her place), or "rephrase"
    told: tuple[str, ...] = ()  # names of the bot's last sentences, the newest first: none is said three times alike
    told_at: int = 0  # when the bot said the last of them
    contact_request: str = ""  # how a customer who waits would be answered: "call +4915123456789", "mail ann@example.com", as written
    flow: str = ""  # the self-service action that is under way, or was last, as bot/actions/state.py writes it
    recent: tuple[str, ...] = ()  # what was decided about its last messages, as memory.py writes it
    model_calls: int = 0  # how often a language model was asked what the bot was not sure of

    @property
    def id(self) -> str:
        return f"{self.thread}.{self.number}"


def answering(incoming: Message) -> dict[str, Any]:
    """What an answer's `meta` must say of the message that it answers: since when it was waited for, and by what mail programs keep the
    thread."""
    named = {"in_reply_to": incoming.meta.get("message_id", ""), "references": incoming.meta.get("references", [])}
    subjects = named if registry.of(incoming.channel).subjects else {}
    return {"asked_at": incoming.at} | {key: value for key, value in subjects.items() if value}


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
