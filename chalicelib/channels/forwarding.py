"""An answer in the chat that nobody sees follows the customer by mail, or else by SMS, if such an address of hers is proven.

Nobody polls: a message that reached no browser, and an agent's reply that may not have been seen, is postponed, and the clock brings it
again (aws/streams.py) until it was seen, has followed, or has nowhere to go. What follows is one message with all that she has not
seen. Its id follows from the first of these, and it is stored in one transaction with their new state: so it goes out once.
A mail's reply address is that of the chat's thread: her answer joins it, and goes on with whoever holds it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from chalicelib import settings
from chalicelib.conversations import history, ids, model, table
from chalicelib.conversations import story as stories
from chalicelib.conversations.model import Channel, Conversation, Message, Proof
from chalicelib.customers import customer as customers
from chalicelib.customers import identities
from chalicelib.customers.identities import Identity
from chalicelib.errors import Conflict, Postponed, Unavailable

AWAY = 2 * 60_000  # ms: a reload or a tunnel is no departure
UNSEEN = 10 * 60_000  # ms that an open page without a reader counts as her presence
MOST = 20  # messages in one mail
SMS_TEXT = 600  # characters: the rest is read in the chat

DETAILS = {"email": "followed by e-mail", "sms": "followed by SMS"}
_BACK = {
    ("email", "en"): "You can answer this e-mail, or go on in the chat: {url}",
    ("email", "zh"): "您可以直接回复此邮件，或回到在线客服继续对话：{url}",
    ("sms", "en"): "Go on in the chat: {url}",
    ("sms", "zh"): "回到在线客服继续对话：{url}",
}


@dataclass(frozen=True, slots=True)
class Thread:
    """A chat as far as it matters here: its current conversation, its last messages by time, who wrote and how far she has read (ms)."""

    conversation: Conversation
    messages: tuple[Message, ...]
    proofs: tuple[Proof, ...] = ()
    read_at: int = 0


def has_followed(message: Message) -> bool:
    return message.detail in DETAILS.values()


def care(message: Message, reached: bool, at: int) -> str:
    """What becomes of a chat message after it was offered to the browsers, in one word. Raises Postponed while it is too early to tell.

    What the bot says comes within a second of the question: where a browser took it, it was seen.
    """
    if reached and message.by == "bot":
        return "sent"
    story = read(message.thread, at)
    if story and has_seen(story, message):
        return "seen"
    way = _way(story) if story else None
    if not story or not way:
        return "sent" if reached else "nobody_there"
    if not is_time(story, message, reached, at):
        raise Postponed("a chat message was not seen yet: it follows by mail or SMS if that lasts")
    return _follow(story, message, way, at)


def has_seen(story: Thread, message: Message) -> bool:
    """The page said so, or she wrote in the chat afterwards. Pure."""
    wrote = any(m.direction == "incoming" and m.channel == "webchat" and m.at > message.at for m in story.messages)
    return wrote or story.read_at >= message.at


def is_time(story: Thread, message: Message, reached: bool, at: int) -> bool:
    """Whose last word came by mail is answered by mail at once, unless a browser of hers is open. Pure."""
    if reached:
        return at >= message.at + UNSEEN
    heard = [m for m in story.messages if m.direction == "incoming" and m.by == "customer"]
    return at >= message.at + AWAY or bool(heard and heard[-1].channel == "email")


def unseen(story: Thread, start: int) -> list[Message]:
    """What she was told in the chat since then and has not seen: it reached nobody, or an agent wrote it and it was never read. Pure."""
    told = [m for m in story.messages if m.direction == "outgoing" and m.channel == "webchat" and m.at >= start]
    waiting = [m for m in told if m.state == "pending" or (m.state == "sent" and m.by != "bot")]
    return [m for m in waiting if not has_followed(m) and not has_seen(story, m)][:MOST]


def composed(c: Conversation, told: list[Message], way: Identity, at: int, url: str) -> Message:
    """All of it in one message; `url` of the chat. Pure."""
    channel: Channel = "email" if way.channel == "email" else "sms"
    text = "\n\n".join(_said(m) for m in told)
    if channel == "sms" and len(text) > SMS_TEXT:
        text = f"{text[:SMS_TEXT].rstrip()} …"
    back = _BACK[channel, "zh" if c.language.startswith("zh") else "en"].format(url=url)
    meta: dict[str, Any] = {"conversation": c.id, "unasked": True, "follows": [m.id for m in told]}
    if files := [entry for m in told for entry in m.meta.get("attachments", [])]:
        meta["attachments"] = files
    return Message(
        thread=c.thread,
        id=ids.follow_up(told[0].id),
        direction="outgoing",
        channel=channel,
        at=at,
        text=f"{text}\n\n{back}",
        address=way.address,
        name=told[-1].name,
        by=told[-1].by,
        state="pending",
        subject=c.subject if channel == "email" else "",
        language=c.language,
        meta=meta,
    )


def _follow(story: Thread, message: Message, way: Identity, at: int) -> str:
    """Raises Unavailable if the story changed at the same moment."""
    c = _conversation(story.conversation, message)
    told = unseen(story, c.opened_at)
    if message.id not in {m.id for m in told}:
        return "followed"  # with an earlier one
    mails = [m for m in story.messages if m.direction == "incoming" and m.channel == "email"]
    answers = model.answering(mails[-1]) if mails and way.channel == "email" else {}
    follow_up = composed(c, told, way, at, settings.addresses().public_url + "/")
    follow_up = replace(follow_up, meta=follow_up.meta | answers)
    try:
        table.record_following(follow_up, told, DETAILS[follow_up.channel], at)
    except Conflict as error:
        raise Unavailable("the chat changed while a message was to follow") from error
    return "follows"


def read(thread: str, at: int) -> Thread | None:
    """Its last messages; None before there is a conversation."""
    head = table.head(thread, consistent=True)
    if not head:
        return None
    history.settle(head, at)
    said = history.latest(thread, limit=history.STORY).messages
    return Thread(head, said, stories.proofs(thread), stories.place(head).read_at)


def _conversation(c: Conversation, message: Message) -> Conversation:
    """The one in which this was told: `c`, or one before it."""
    while c.opened_at > message.at and c.number > 1:
        c = table.conversation(f"{c.thread}.{c.number - 1}")
    return c


def _way(story: Thread) -> Identity | None:
    """Where she is reached: what she proved in this very chat goes first, then what else is proven of this customer."""
    customer = story.conversation.customer
    own = [i for i in (identities.read(p.channel, p.address) for p in story.proofs) if i and _is_hers(i, customer)]
    found = _open(story, own)
    if found and found.channel == "email":
        return found
    return _open(story, [*own, *customers.identities_of(customer)])


def _open(story: Thread, candidates: list[Identity]) -> Identity | None:
    """Who complained of our mails and then wrote one gets its answer."""
    asked = {m.address: m.at for m in story.messages if m.direction == "incoming" and m.channel == "email"}
    blocks = [identities.block_for(i.blocked, i.blocked_at, asked.get(i.address, 0)) for i in candidates]
    return customers.reachable([replace(i, blocked=block) for i, block in zip(candidates, blocks, strict=True)])


def _is_hers(identity: Identity, customer: str) -> bool:
    """Two people at one browser stay two customers, and each is answered at the address that was proven here. After a
    supervisor parted them, neither is."""
    return identity.customer == customer or customers.are_possibly_the_same(customer, identity.customer)


def _said(m: Message) -> str:
    return f"{m.text}\n{m.link}" if m.link and m.link not in m.text else m.text
