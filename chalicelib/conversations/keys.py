"""Where everything stands in the table: keys, indexes, and items to and from values. Whoever reads or writes the
table asks here for keys.

One table. `pk` and `sk` are strings; a *thread* is where one customer writes on one channel.

| pk            | sk            | type              | what |
|---------------|---------------|-------------------|------|
| `T#thread`    | `HEAD`        | head              | the thread's current conversation |
| `T#thread`    | `C#n`         | past              | an earlier conversation of the thread |
| `T#thread`    | `M#id`        | incoming/outgoing | a message; an incoming one has its provider's id: the key is the idempotency record |
| `T#thread`    | `E#n.version` | event             | a change of hands |
| `T#thread`    | `X#conn`      | socket            | a visitor's WebSocket (TTL) |
| `T#thread`    | `READ`        | read              | how far the visitor has read |
| `CONSOLES`    | `X#conn`      | socket            | an agent's WebSocket (TTL) |
| `CONSOLES`    | `ROUND`       | round             | until when the consoles are being told of the queues, and whether to go on |
| `T#thread`    | `P#chan#addr` | proof             | this address belongs to whoever writes here |
| `T#thread`    | `O#chan#addr` | code              | a code was sent to this address (TTL) |
| `I#chan#addr` | `-`           | identity          | whose address this is |
| `K#customer`  | `-`           | customer          | into which other customer this one was merged |
| `K#customer`  | `G#at#other`  | move              | identities that came from, or went to, another customer |
| `K#customer`  | `S#other`     | possibly          | another customer who may be the same person |
| `L#what#who`  | `minute`      | counter           | how much somebody did who does much (TTL) |
| `AGENTS`      | `id`          | agent             | name, skills, how much they hold |
| `SETTINGS…`   |               | setting           | what the business sets, with versions (business/store.py) |

Access patterns, each with a key and none with a scan:
store a message once (its key) · the conversation that a message belongs to (T#, HEAD) · a thread with all it holds (T#) ·
a visitor's or the consoles' sockets (T# or CONSOLES, X#) · who waits in a queue, what an agent holds, whose turn is still
open with the bot, oldest first (index by_work) ·
what was opened on a day (by_day; eight shards, as all openings of a day would otherwise share one partition) ·
all that a customer has on all channels: identities, conversations, moves (by_customer) · whose address (I#) · the agents (AGENTS).
Notes have a table of their own (`notes.py`), so that no function that sends can read them.
"""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any
from zlib import crc32

from chalicelib.aws.dynamodb import Item, decode, encode
from chalicelib.conversations.model import Conversation, Event, Message, Proof
from chalicelib.errors import NotFound

HEAD = "HEAD"
READ = "READ"
CONSOLES = "CONSOLES"
ROUND = "ROUND"
AGENTS = "AGENTS"
SHARDS = 8


def thread_pk(thread: str) -> str:
    return f"T#{thread}"


def message_sk(message_id: str) -> str:
    return f"M#{message_id}"


def past_sk(number: int) -> str:
    return f"C#{number}"


def event_sk(c: Conversation) -> str:
    return f"E#{c.number}.{c.version:06d}"


def socket_sk(connection: str) -> str:
    return f"X#{connection}"


def identity_pk(channel: str, address: str) -> str:
    return f"I#{channel}#{address}"


def counter_pk(what: str, who: str) -> str:
    return f"L#{what}#{who}"


def split_identity(pk: str) -> tuple[str, str]:
    """Channel and address; an address may hold "#"."""
    channel, _, address = pk.removeprefix("I#").partition("#")
    return channel, address


def proof_sk(channel: str, address: str) -> str:
    return f"P#{channel}#{address}"


def code_sk(channel: str, address: str) -> str:
    return f"O#{channel}#{address}"


def customer_pk(customer: str) -> str:
    return f"K#{customer}"


def move_sk(at: int, other: str) -> str:
    return f"G#{at:015d}#{other}"


def possibly_sk(other: str) -> str:
    return f"S#{other}"


def key(pk: str, sk: str) -> Item:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def message_key(thread: str, message_id: str) -> Item:
    return key(thread_pk(thread), message_sk(message_id))


def queue_work(queue: str, urgency: str) -> str:
    return f"queue#{queue}#{urgency}"


def agent_work(agent: str) -> str:
    return f"agent#{agent}"


def open_work(number: int) -> str:
    """Turns that the bot has not answered yet, in shards: every piece of every turn passes through here."""
    return f"open#{number}"


def shard(thread: str) -> int:
    return crc32(thread.encode()) % SHARDS


def day_shards(day: str) -> list[str]:
    """All partitions of a UTC day `yyyy-mm-dd`."""
    return [f"{day}#{shard}" for shard in range(SHARDS)]


def is_conversation(item: Item) -> bool:
    """Are these the keys of a conversation, current or past?"""
    pk, sk = str(item["pk"]["S"]), str(item["sk"]["S"])
    return pk.startswith(thread_pk("")) and (sk == HEAD or sk.startswith("C#"))


def split_id(conversation_id: str) -> tuple[str, int]:
    """Thread and number. Raises NotFound for anything that cannot be an id."""
    thread, _, number = conversation_id.rpartition(".")
    if not thread or not number.isascii() or not number.isdigit():
        raise NotFound("no such conversation")
    return thread, int(number)


def conversation_item(c: Conversation, sk: str = HEAD) -> Item:
    """Empty fields are left out, so that a head stays within one write unit."""
    values: dict[str, Any] = {name: value for name in _CONVERSATION if (value := getattr(c, name)) not in ("", 0, ())}
    del values["thread"]  # stands in the key
    values |= {"pk": thread_pk(c.thread), "sk": sk, "type": "head" if sk == HEAD else "past", "day": _day(c)}
    if sk == HEAD and c.owner in ("queue", "agent"):
        values["work"] = queue_work(c.queue, c.urgency) if c.owner == "queue" else agent_work(c.agent)
        values["waiting_since"] = c.waiting_since
    elif sk == HEAD and c.pieces:
        values |= {"work": open_work(shard(c.thread)), "waiting_since": c.last_at}
    return encode(values)


def conversation(item: Item) -> Conversation:
    values = decode(item)
    if values.get("owner") == "bot":
        values.pop("waiting_since", None)  # the place of an open turn in the index: nobody waits for a person
    values |= {new: values[old] for old, new in _BEFORE.items() if old in values}
    values |= {"thread": thread_of(values["pk"])} | {name: tuple(values.get(name, ())) for name in _LISTS}
    return Conversation(**{name: values[name] for name in _CONVERSATION if name in values})


def message_item(m: Message) -> Item:
    values = {name: value for name in _MESSAGE if (value := getattr(m, name)) not in ("", 0, {})}
    del values["thread"], values["id"]  # both stand in the key
    values |= {"pk": thread_pk(m.thread), "sk": message_sk(m.id), "type": m.direction, "text": m.text}
    todo = "fetch" if m.meta.get("media") else "report" if m.meta.get("about") else ""
    if todo:
        values["todo"] = todo  # the stream's filter lets only such incoming messages through to the function that does it (chores)
    if m.meta:
        values["meta"] = json.dumps(m.meta, ensure_ascii=False, separators=(",", ":"))
    return encode(values)


def message(item: Item) -> Message:
    values = decode(item)
    values |= {"thread": thread_of(values["pk"]), "id": values["sk"].removeprefix("M#")}
    values["meta"] = json.loads(values["meta"]) if "meta" in values else {}
    return Message(**{name: values[name] for name in _MESSAGE if name in values})


def event_item(c: Conversation, event: Event) -> Item:
    detail = json.dumps(event.detail, ensure_ascii=False, separators=(",", ":"))
    return encode(
        {
            "pk": thread_pk(c.thread),
            "sk": event_sk(c),
            "type": "event",
            "kind": event.kind,
            "at": event.at,
            "by": event.by,
            "detail": detail,
        }
    )


def event(item: Item) -> Event:
    values = decode(item)
    detail = {_BEFORE.get(name, name): value for name, value in json.loads(values["detail"]).items()}
    return Event(_BEFORE.get(values["kind"], values["kind"]), values["at"], values["by"], detail)


def proof(item: Item) -> Proof:
    values = decode(item)
    channel, _, address = values["sk"].removeprefix("P#").partition("#")
    return Proof(channel, address, values["how"], values["at"])


def thread_of(pk: str) -> str:
    """The thread of a partition."""
    return pk.removeprefix("T#")


def _day(c: Conversation) -> str:
    day = datetime.fromtimestamp(c.opened_at / 1000, UTC).date().isoformat()
    return f"{day}#{shard(c.thread)}"


_CONVERSATION = tuple(f.name for f in fields(Conversation))
_LISTS = tuple(f.name for f in fields(Conversation) if f.default == ())
_MESSAGE = tuple(f.name for f in fields(Message))
# What was called otherwise before 2026-12, as old items still have it.
_BEFORE = {"wish": "contact_request", "wished": "contact_requested"}
