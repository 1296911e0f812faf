"""`python -m tests.bench.mail [FOLDER]`: CPU of a mail from SES's notification to the acknowledgement handed to SES, without the wire.

The functions are those of app.py, called one after the other as Lambda would: the topic calls `email_webhook`, and the table's
stream, by the template's own filters, calls `bot_answer` and `deliver`. With a folder, its mails `in/*.eml` are taken in in the order
of their names: what is sent goes to `out/*.eml`, what is stored to `texts.json` ([[conversation, text], …]), and the last line is
`{"tickets": conversations}`; a second call goes on where the first one ended. Without, it makes mails of its own and tells what they cost.
"""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from email.utils import parseaddr
from functools import cache
from pathlib import Path
from typing import Any

from botocore.httpsession import URLLib3Session

import app
from chalicelib.conversations import keys
from chalicelib.knowledge.index import index
from infra.template.events import FILTERS
from tests.bench import letters
from tests.bench.wire import Item, Wire

SUPPORT = letters.SUPPORT

SURROUNDINGS = {
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "STAGE": "bench",
    "PARAMETERS": "parameters",
    "TABLE": "table",
    "MAIL_BUCKET": "mails",
    "FILES_BUCKET": "files",
    "KNOWLEDGE_BUCKET": "knowledge",
    "SUPPORT_ADDRESS": SUPPORT,
    "BUSINESS": "The Shop",
    "TIME_ZONE": "UTC",
    "QUEUES": json.dumps(
        {f"{s}.{u}": f"https://sqs/{s}" for s in ("general", "billing", "orders", "technical") for u in ("urgent", "normal")}
    ),
    "FAILED_QUEUE": "https://sqs/failed",
    "POSTPONED_QUEUE": "https://sqs/postponed",
}

_FUNCTIONS = {"BotAnswer": app.bot_answer, "Deliver": app.deliver}
_PASS = {"status": "PASS"}
# The attributes that the template's filters look at.
_FILTERED = tuple(sorted({field for patterns in FILTERS.values() for p in patterns for image in p["dynamodb"].values() for field in image}))
_FOLD, _HEADER = re.compile(r"\r?\n[ \t]+"), re.compile(r"^([!-9;-~]+):[ \t]*(.*?)\r?$", re.MULTILINE)


class _Context:
    function_name, memory_limit_in_mb, aws_request_id = "bench", 512, "1"
    invoked_function_arn = "arn:aws:lambda:eu-west-1:000000000000:function:bench"

    def get_remaining_time_in_millis(self) -> int:
        return 30_000


def take_in(folder: Path) -> Wire:
    """Everything in `folder/in`; returns the wire with what was stored and counted."""
    os.environ.update(SURROUNDINGS)
    wire = Wire(folder, _knowledge(folder / "knowledge"))
    URLLib3Session.send = lambda _self, request: wire.send(request)
    for n, path in enumerate(sorted((folder / "in").glob("*.eml"))):
        app.email_webhook(_told(f"{time.time_ns()}-{n}@{path.name}", path.read_bytes()), _Context())
        while wire.changes:
            old, new = wire.changes.pop(0)
            _stream(old, new)
    wire.keep()
    (folder / "texts.json").write_text(json.dumps(list(texts(wire)), ensure_ascii=False), "utf-8")
    return wire


def _knowledge(kept: Path) -> dict[str, bytes]:
    """The bot knows nothing: every mail is acknowledged and handed to a person. What an answer costs is `make bench-bot`'s to tell."""
    if not kept.exists():
        version, files = index.build((), (), None)
        kept.mkdir(parents=True)
        (kept / index.POINTER).write_bytes(index.pointer(version))
        for name, content in files.items():
            (kept / name).write_bytes(content)
    return {path.name: path.read_bytes() for path in kept.iterdir()}


def texts(wire: Wire) -> Iterator[tuple[str, str]]:
    """(conversation, text) of everything that customers wrote."""
    for items in wire.threads.values():
        heads = sorted((keys.conversation(i) for i in items.values() if i["type"]["S"] in ("head", "past")), key=lambda c: c.number)
        for item in items.values():
            if item["type"]["S"] == "incoming":
                m = keys.message(item)
                yield next((c.id for c in reversed(heads) if c.opened_at <= m.at), heads[0].id), m.text


def tickets(wire: Wire) -> int:
    return sum(item["type"]["S"] in ("head", "past") for item in wire.items())


def _told(ses_id: str, raw: bytes) -> dict[str, Any]:
    """SES's notification as the topic brings it."""
    headers = dict(_HEADER.findall(_FOLD.sub(" ", raw[:20_000].decode("latin-1").replace("\r\n", "\n").partition("\n\n")[0])))
    at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    source = parseaddr(headers.get("Return-Path") or headers.get("From", ""))[1]
    names = ("spamVerdict", "virusVerdict", "spfVerdict", "dkimVerdict", "dmarcVerdict")
    told = {
        "notificationType": "Received",
        "mail": {
            "timestamp": at,
            "source": source,
            "messageId": ses_id,
            "destination": [SUPPORT],
            "headers": [{"name": name, "value": value} for name, value in headers.items()],
        },
        "receipt": {
            "timestamp": at,
            "recipients": [parseaddr(headers.get("To", ""))[1]],
            "action": {"type": "S3", "objectKey": f"raw/{ses_id}"},
        }
        | dict.fromkeys(names, _PASS),
    }
    return {
        "Records": [
            {
                "EventSource": "aws:sns",
                "Sns": {"Message": json.dumps(told), "Subject": "Amazon SES Email Receipt Notification", "MessageAttributes": {}},
            }
        ]
    }


def _stream(old: Item | None, new: Item) -> None:
    """What AWS does itself, the filtering, costs as little as it can: it is not ours."""
    images = {"Keys": {"pk": new["pk"], "sk": new["sk"]}, "NewImage": new, "SequenceNumber": "1"} | ({"OldImage": old} if old else {})
    record = {"eventName": "MODIFY" if old else "INSERT", "eventSource": "aws:dynamodb", "dynamodb": images}
    for name in _wanting(record["eventName"], *(new.get(field, {}).get("S", "") for field in _FILTERED)):
        answer = _FUNCTIONS[name]({"Records": [record]}, _Context())
        assert not answer["batchItemFailures"], f"{name} failed"


@cache
def _wanting(event: str, *values: str) -> list[str]:
    """The functions whose filters let such a record pass."""
    image = {field: {"S": value} for field, value in zip(_FILTERED, values, strict=True) if value}
    record = {"eventName": event, "dynamodb": {"NewImage": image}}
    return [name for name in _FUNCTIONS if any(_matches(pattern, record) for pattern in FILTERS[name])]


def _matches(pattern: Any, record: Any) -> bool:
    if isinstance(pattern, list):
        return record in pattern
    return all(name in record and _matches(wanted, record[name]) for name, wanted in pattern.items())


def _measured(folder: Path, mails: Iterable[bytes]) -> tuple[Wire, float, int]:
    """(the wire, CPU milliseconds per mail, mails sent)."""
    for old in (folder / "in").glob("*.eml"):
        old.unlink()
    written = [(folder / "in" / f"{n:06d}.eml").write_bytes(raw) for n, raw in enumerate(mails)]
    before, start = len(list((folder / "out").iterdir())), time.process_time()
    wire = take_in(folder)
    return wire, 1000 * (time.process_time() - start) / len(written), wire.sent - before


def report(folder: Path) -> Iterator[str]:
    for name in ("in", "out"):
        (folder / name).mkdir()
    _measured(folder, letters.first(8, start=900_000))  # whatever is done once
    new = letters.first(200)
    wire, cost, sent = _measured(folder, new)
    found = {text for _, text in texts(wire)}
    read = sum(any(letters.token(n) in text for text in found) for n in range(len(new)))
    yield f"new mails: {cost:.2f} ms CPU each; {read}/{len(new)} texts read, {sent} acknowledged, calls {wire.calls}"
    answers = [path.read_bytes() for path in sorted((folder / "out").iterdir())[8:]]
    for what, mails in (
        ("replies to us", letters.replies(answers[:80])),
        ("own second mails", letters.follow_ups(40)),
        ("delivered again", letters.first(20)),
        ("automatic mails", letters.automatic(10)),
    ):
        before = tickets(wire)
        wire, cost, sent = _measured(folder, mails)
        yield f"{what}: {cost:.2f} ms CPU each; {len(mails)} mails, {tickets(wire) - before} new conversations, {sent} answers"


def main() -> None:
    if len(sys.argv) > 1:
        print(json.dumps({"tickets": tickets(take_in(Path(sys.argv[1])))}))
        return
    os.environ["POWERTOOLS_LOG_LEVEL"] = "CRITICAL"
    with tempfile.TemporaryDirectory() as folder:
        for line in report(Path(folder)):
            print(line, file=sys.stderr)


if __name__ == "__main__":
    main()
