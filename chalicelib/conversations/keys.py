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
| `T#thread`    | `R#object`    | copy              | a raw mail that came a second time |
| `I#chan#addr` | `-`           | identity          | whose address this is; of a forgotten customer's STOP, `addr` is a keyed hash |
| `I#chan#addr` | `T#thread`    | stray             | a thread of this address in which no conversation was opened |
| `K#customer`  | `-`           | customer          | into which other customer this one was merged |
| `K#customer`  | `G#at#other`  | move              | identities that came from, or went to, another customer |
| `K#customer`  | `S#other`     | possibly          | another customer who may be the same person |
| `L#what#who`  | `minute`      | counter           | how much somebody did who does much (TTL) |
| `AGENTS`      | `id`          | agent             | name, skills, how much they hold |
| `LINES`       | `queue#urg.`  | line              | a long line as it was counted last (lines.py) |
| `SWEEP`       | `-`           | sweep             | where the sweep stopped |
| `JOBS`        | `id`          | job               | an export or erasure of a customer (chalicelib/customers/erasure/jobs.py) |
| `JOB-CHAIN`   | `-`           | chain             | the hash of the last certificate |
| `MODEL`       | `yyyy-mm-dd`  | use               | how often a language model was asked that day, and what it took (llm_usage.py; TTL) |
| `SETTINGS…`   |               | setting           | what the business sets, with versions (business/store.py) |

Of a message `at` is its time and its place in the index by_time; the bot's answer has `time` instead, as it is found beside its question.

Access patterns, each with a key and none with a scan:
store a message once (its key) · the conversation that a message belongs to (T#, HEAD) · a thread's messages in the order of time,
from either end and from any place (index by_time; history.py) · a conversation's changes of hands (T#, E#n) ·
a visitor's or the consoles' sockets (T# or CONSOLES, X#) · who waits in a queue, what an agent holds, whose turn is still
open with the bot, oldest first (index by_work; four shards for each line, eight for open turns) · how many wait (LINES) ·
what was opened on a day (by_day; eight shards, as all openings of a day would otherwise share one partition) ·
all that a customer has on all channels: identities, conversations, moves (by_customer) · whose address (I#) · the agents (AGENTS) ·
unfinished jobs (by_work) · what a language model took on a day (MODEL).
Notes have a table of their own (`notes.py`), so that no function that sends can read them.

The walk from a customer to all that is hers (customers/erasure/footprint.py; docs/privacy.md has what it cannot reach):
1. The customer's name now (K#, merged_into), then all names that were merged into it (K#, G#); others whose records name it (K#, S#,
   parted).
2. By each name (by_customer): identities, heads and pasts. By each identity (I#): threads of mails that opened nothing; its own thread
   if it is a chat's, and the thread of codes to it.
3. By each thread: all of T# in this table, all of T# among the notes, `files/<thread>/`, the raw mails that messages and copies name.
4. By the conversations' ids: what was learned of them (knowledge/learning/forgetting.py), their rows in reports (insight/erasing.py).
5. By threads and addresses: calls that failed, in the queues of failed and postponed work. Tickets in agents' queues hold ids alone.
Counters (L#) name keyed hashes, or a chat's thread for ten minutes. Whatever is new and holds something of a customer has to be on this
walk: tests/unit/test_erasure_game.py looks through both tables, all buckets and queues.
"""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any
from zlib import crc32

from chalicelib.aws.dynamodb import Item, decode, encode
from chalicelib.conversations import ids, retention
from chalicelib.conversations.model import Conversation, Event, Message, Proof
from chalicelib.errors import NotFound

HEAD = "HEAD"
READ = "READ"
PROOFS = "P#"  # what their keys begin with
CONSOLES = "CONSOLES"
ROUND = "ROUND"
AGENTS = "AGENTS"
LINES = "LINES"
SWEEP = "SWEEP"
JOBS = "JOBS"
JOB_CHAIN = "JOB-CHAIN"
MODEL = "MODEL"
ERASED = "erased"  # stands for the address of what is left of a conversation whose customer was forgotten
SHARDS = 8
LINE_SHARDS = 4  # a partition of an index takes 1,000 writes a second: one line takes 4,000
UNORDERED = "time"  # the attribute of a time that puts its item into no index
BESIDE = 30_000  # ms after its question: an answer that took longer has a place of its own, or a reader would look for it in vain


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
    return f"{PROOFS}{channel}#{address}"


def code_sk(channel: str, address: str) -> str:
    return f"O#{channel}#{address}"


def customer_pk(customer: str) -> str:
    return f"K#{customer}"


def copy_sk(mail: str) -> str:
    return f"R#{mail}"


def mail_of_copy(sk: str) -> str:
    return sk.removeprefix("R#")


def move_sk(at: int, other: str) -> str:
    return f"G#{at:015d}#{other}"


def possibly_sk(other: str) -> str:
    return f"S#{other}"


def key(pk: str, sk: str) -> Item:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def event_prefix(number: int) -> str:
    """What the keys of a conversation's events begin with."""
    return f"E#{number}."


def message_key(thread: str, message_id: str) -> Item:
    return key(thread_pk(thread), message_sk(message_id))


def queue_work(queue: str, urgency: str, number: int = 0) -> str:
    """One shard of a line. The first has no number: what waited before there were shards stands in it, and needs no move."""
    return f"queue#{queue}#{urgency}" + (f"#{number}" if number else "")


def line_work(queue: str, urgency: str) -> list[str]:
    """All shards of a line."""
    return [queue_work(queue, urgency, number) for number in range(LINE_SHARDS)]


def line_key(queue: str, urgency: str) -> Item:
    return key(LINES, f"{queue}#{urgency}")


def agent_work(agent: str) -> str:
    return f"agent#{agent}"


def open_work(number: int) -> str:
    """Turns that the bot has not answered yet, in shards: every piece of every turn passes through here."""
    return f"open#{number}"


def all_open_work() -> list[str]:
    return [open_work(number) for number in range(SHARDS)]


def shard(thread: str, shards: int = SHARDS) -> int:
    return crc32(thread.encode()) % shards


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
        in_line = queue_work(c.queue, c.urgency, shard(c.thread, LINE_SHARDS))
        values["work"] = in_line if c.owner == "queue" else agent_work(c.agent)
        values["waiting_since"] = c.waiting_since
    elif sk == HEAD and c.pieces:
        values |= {"work": open_work(shard(c.thread)), "waiting_since": c.last_at}
    if c.owner not in ("queue", "agent") and c.address != ERASED:
        values |= retention.until(max(c.last_at, c.resolved_at, c.opened_at), retention.of_conversations())
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
    if is_beside(m):
        values[UNORDERED] = values.pop("at")
    values |= {"pk": thread_pk(m.thread), "sk": message_sk(m.id), "type": m.direction, "text": m.text}
    todo = "fetch" if m.meta.get("media") else "report" if m.meta.get("about") else ""
    if todo:
        values["todo"] = todo  # the stream's filter lets only such incoming messages through to the function that does it (chores)
    if m.meta:
        values["meta"] = json.dumps(m.meta, ensure_ascii=False, separators=(",", ":"))
    return encode(values | retention.until(m.at, retention.CODE if "code_for" in m.meta else retention.of_conversations()))


def message(item: Item) -> Message:
    values = decode(item)
    values |= {"thread": thread_of(values["pk"]), "id": values["sk"].removeprefix("M#"), "at": time_of(item)}
    values["meta"] = json.loads(values["meta"]) if "meta" in values else {}
    return Message(**{name: values[name] for name in _MESSAGE if name in values})


def is_beside(m: Message) -> bool:
    """Is this message found by the one that it answers? Then it needs no place of its own in by_time, which would cost a write unit."""
    return ids.is_beside(m.id) and m.by == "bot" and 0 <= m.at - m.meta.get("asked_at", m.at + 1) <= BESIDE


def time_of(item: Item) -> int:
    """When (Unix ms) a message was said, or an event happened."""
    return int((item.get("at") or item[UNORDERED])["N"])


def event_item(c: Conversation, event: Event) -> Item:
    detail = json.dumps(event.detail, ensure_ascii=False, separators=(",", ":"))
    return encode(
        {
            "pk": thread_pk(c.thread),
            "sk": event_sk(c),
            "type": "event",
            "kind": event.kind,
            UNORDERED: event.at,
            "by": event.by,
            "detail": detail,
            **retention.until(event.at, retention.of_conversations()),
        }
    )


def event(item: Item) -> Event:
    values = decode(item)
    detail = {_BEFORE.get(name, name): value for name, value in json.loads(values["detail"]).items()}
    return Event(_BEFORE.get(values["kind"], values["kind"]), time_of(item), values["by"], detail)


def proof(item: Item) -> Proof:
    values = decode(item)
    channel, _, address = values["sk"].removeprefix(PROOFS).partition("#")
    return Proof(channel, address, values["how"], time_of(item))


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
