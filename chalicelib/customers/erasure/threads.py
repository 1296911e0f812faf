"""What was said: conversations, messages, events and whatever else stands in a thread; its notes, files and raw mails.

Of a conversation a stub stays, in a thread of its own: day, channel, times, queue and outcome, so that reports still count it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, islice
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from chalicelib import settings
from chalicelib.aws import dynamodb, objects
from chalicelib.aws.dynamodb import Item
from chalicelib.conversations import baton, files, keys, mail_copies, partitions
from chalicelib.conversations.model import Conversation
from chalicelib.customers.erasure.footprint import Footprint
from chalicelib.customers.erasure.holding import Found, Holding, Mask

_KINDS = {"head": "conversations", "past": "conversations", "incoming": "messages", "outgoing": "messages", "event": "events"}
_IN_MEMORY = 4 * 1024 * 1024  # bytes of one file of an export; what is larger waits on the disk
_CHUNK, _AT_ONCE = 25, 8
_UNSAFE = re.compile(r"[^\w.()-]+")
_COUNTED = (
    *("channel", "opened_at", "owner", "language", "agent", "queue", "urgency", "reason", "last_at", "escalated_at", "claimed_at"),
    *(
        "first_reply_at",
        "first_reply_by",
        "resolved_at",
        "resolved_by",
        "waited",
        "incoming",
        "bot_answers",
        "replies",
        "misses",
        "article",
    ),
)


def find(who: Footprint) -> Iterator[Found]:
    """By thread; a thread's items as JSON, one a line."""
    return chain.from_iterable(_of_thread(thread) for thread in who.threads)


def erase(who: Footprint, mask: Mask) -> Iterator[bool]:
    """Each thread's contents first, what leads to them last."""
    for thread in who.threads:
        yield from _contents(keys.thread_pk(thread))
        objects.erase(settings.env("FILES_BUCKET"), files.prefix(thread))
        partitions.remove(partitions.items(keys.thread_pk(thread), "NOTES_TABLE"), "NOTES_TABLE")
        talks = [item for item in partitions.items(keys.thread_pk(thread)) if keys.is_conversation(item)]
        for item in talks:
            partitions.replace(item, stub(item, mask))
        yield bool(talks)


HOLDING = Holding("threads", find, erase)


def stub(item: Item, mask: Mask) -> Item:
    """What stays of a conversation."""
    c = keys.conversation(item)
    c = baton.expired(c, settings.IDLE) if c.owner == "bot" else c
    kept: dict[str, Any] = {name: getattr(c, name) for name in _COUNTED}
    return keys.conversation_item(Conversation(thread=mask.thread(c.id), number=1, address=keys.ERASED, version=1, **kept))


def _contents(pk: str) -> Iterator[bool]:
    """A mail's object goes before the message that names it, so that nothing is left that nobody finds."""
    rest = (item for item in partitions.items(pk) if not keys.is_conversation(item))
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        while chunk := list(islice(rest, _CHUNK)):
            mails = [mail for item in chunk for mail in mail_copies.named(item)]
            list(pool.map(lambda mail: objects.erase(settings.env("MAIL_BUCKET"), mail, exactly=True), mails))
            partitions.remove(chunk)
            yield True


def _of_thread(thread: str) -> Iterator[Found]:
    folder, spools, counts = f"threads/{_plain(thread)}", dict[str, IO[bytes]](), dict[str, int]()
    mails, named = dict[str, None](), dict[str, str]()
    notes = (("notes", item) for item in partitions.items(keys.thread_pk(thread), "NOTES_TABLE"))
    for kind, item in chain(((_KINDS.get(one["type"]["S"], "other"), one) for one in partitions.items(keys.thread_pk(thread))), notes):
        if kind not in spools:
            spools[kind] = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - read later, and gone with its Found
        spools[kind].write(json.dumps(shown(item), ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n")
        counts[kind] = counts.get(kind, 0) + 1
        mails |= dict.fromkeys(mail_copies.named(item))
        named |= {entry["sha256"]: entry["name"] for entry in _meta(item).get("attachments", []) if "sha256" in entry}
    for kind, spool in spools.items():
        yield Found(kind, f"{folder}/{kind}.jsonl", counts[kind], lambda spool=spool: _read(spool))  # type: ignore[misc]
    yield from _objects("mails", settings.env("MAIL_BUCKET"), [(mail, f"{folder}/mails/{_plain(mail)}.eml") for mail in mails])
    stored = objects.names(settings.env("FILES_BUCKET"), files.prefix(thread))
    hashes = [(key, key.rpartition("/")[2]) for key in stored]
    found = [(key, f"{folder}/files/{sha[:12]}-{_plain(named.get(sha, 'file'))}") for key, sha in hashes]
    yield from _objects("files", settings.env("FILES_BUCKET"), found)


def _objects(kind: str, bucket: str, found: Sequence[tuple[str, str]]) -> Iterator[Found]:
    """What was deleted meanwhile, as by a lifecycle rule, is an empty file."""

    def content(key: str) -> Iterable[bytes]:
        yield objects.read(bucket, key) or b""

    for key, path in found:
        if kind != "mails" or any(name == key for name in objects.names(bucket, key)):
            yield Found(kind, path, 1, lambda key=key: content(key))  # type: ignore[misc]


def shown(item: Item) -> dict[str, Any]:
    """An item as an export tells it."""
    values = dynamodb.decode(item)
    return values | {
        name: json.loads(values[name]) for name in ("meta", "detail") if isinstance(values.get(name), str) and values[name][:1] == "{"
    }


def _meta(item: Item) -> dict[str, Any]:
    meta: dict[str, Any] = json.loads(item["meta"]["S"]) if "meta" in item else {}
    return meta


def _read(spool: IO[bytes]) -> Iterator[bytes]:
    spool.seek(0)
    with spool:
        while block := spool.read(1 << 16):
            yield block


def _plain(name: str) -> str:
    """As part of a path, whatever a customer called a file."""
    return _UNSAFE.sub("_", name.removeprefix("raw/"))[-100:].lstrip(".") or "file"
