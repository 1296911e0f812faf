"""Exports and erasures as jobs: who asked for what and when, how far it is, and what came of it. The record is the audit.

| pk     | sk  | type | what |
|--------|-----|------|------|
| `JOBS` | id  | job  | an export or erasure; while it runs it stands in the index by_work, too |

Ids are in the order of time. Of whom a job is, is in it only while it runs; what then stays is a keyed hash.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from chalicelib import settings, tokens
from chalicelib.aws import clients, dynamodb, functions, objects
from chalicelib.aws.dynamodb import Item
from chalicelib.conversations import keys
from chalicelib.customers.erasure.certificate import Certificate
from chalicelib.errors import Conflict, NotFound

Do = Literal["export", "erase"]
State = Literal["ordered", "running", "settling", "done", "failed"]

LEASE = 3 * 60_000  # ms: whoever works says so more often than that
OPEN = "job"  # in the index by_work
SHOWN = 50
CERTIFICATES = "certificates/"  # in the bucket of exports, which forgets copies and no certificate


@dataclass(frozen=True, slots=True)
class Job:
    """`customer` "" once it is over. `step`: what was finished of it. `found`: how much of each kind there was. `secret`: of the masks,
    while it runs. `free_at`: until then (Unix ms) somebody works at it. `left`: what a look afterwards found."""

    id: str
    do: Do
    customer: str
    subject: str
    by: str
    at: int
    state: State = "ordered"
    force: bool = False
    step: int = 0
    found: Mapping[str, int] = field(default_factory=dict)
    secret: str = ""
    began: int = 0
    free_at: int = 0
    ended_at: int = 0
    left: int = 0
    error: str = ""
    certificate: Mapping[str, Any] = field(default_factory=dict)
    version: int = 0

    @property
    def is_over(self) -> bool:
        return self.state in ("done", "failed")

    @property
    def plan(self) -> str:
        """Where the walk lies while it is needed; in a folder that goes with the customer's exports."""
        return f"{folder(self.subject)}{self.id}.json"

    @property
    def archive(self) -> str:
        return f"{folder(self.subject)}{self.id}.zip"


def subject(customer: str) -> str:
    """A name that tells nobody which customer; the same for the same one."""
    return tokens.sign("erasure-subject", customer)


def folder(subject_of: str) -> str:
    """In the bucket of exports."""
    return f"customers/{subject_of}/"


def new(do: Do, customer: str, by: str, at: int, *, force: bool = False) -> Job:
    """Stored, but not begun."""
    job = Job(f"{at:013d}{secrets.token_hex(4)}", do, customer, subject(customer), by, at, force=force, secret=secrets.token_hex(16))
    return save(job)


def start(job: Job) -> None:
    """Has the function work at it. Raises Unavailable; then the clock does."""
    functions.start("have a customer's data seen to", settings.env("CUSTOMER_JOBS_FUNCTION"), {"job": job.id})


def resume(now: int) -> int:
    """By the clock: what nobody works at goes on; how many."""
    request = {
        "TableName": settings.env("TABLE"),
        "IndexName": "by_work",
        "KeyConditionExpression": "#w = :w AND waiting_since < :now",
        "ExpressionAttributeNames": {"#w": "work"},
        "ExpressionAttributeValues": dynamodb.encode({":w": OPEN, ":now": now}),
    }
    found = [get(item["sk"]["S"]) for item in dynamodb.query("look for unfinished jobs", request)]
    for job in found:
        start(job)
    return len(found)


def get(job_id: str) -> Job:
    """Raises NotFound."""
    with clients.translated("read a job"):
        found = clients.client("dynamodb").get_item(TableName=settings.env("TABLE"), Key=keys.key(keys.JOBS, job_id), ConsistentRead=True)
    if "Item" not in found:
        raise NotFound("there is no such job")
    return _job(dynamodb.decode(found["Item"]))


def latest(limit: int = SHOWN) -> list[Job]:
    """The newest first."""
    request = {
        "TableName": settings.env("TABLE"),
        "KeyConditionExpression": "pk = :pk",
        "ExpressionAttributeValues": dynamodb.encode({":pk": keys.JOBS}),
        "ScanIndexForward": False,
        **({"Limit": limit} if limit else {}),
    }
    return [_job(dynamodb.decode(item)) for item in dynamodb.query("read the jobs", request, limit)]


def save(job: Job) -> Job:
    """The next version. Raises Conflict if somebody else works at it."""
    written = replace(job, version=job.version + 1)
    with clients.translated("store a job"):
        clients.client("dynamodb").put_item(TableName=settings.env("TABLE"), Item=_item(written), **dynamodb.unchanged(job.version))
    return written


def taken(job: Job, now: int) -> Job:
    """From now on the caller works at it. Raises Conflict if somebody does already, or it is over."""
    if job.is_over or job.free_at > now:
        raise Conflict("somebody works at this, or it is over")
    return save(replace(job, state="running" if job.state == "ordered" else job.state, free_at=now + LEASE))


def over(job: Job, now: int) -> Job:
    """Ended; of whom it was is forgotten. Raises Conflict."""
    return save(replace(job, customer="", secret="", free_at=0, ended_at=now))


def sealed(job: Job, certify: Callable[[str], Certificate], now: int) -> Job:
    """Ended, with a certificate that follows the one before it: of two at once one is refused, and tried again. Raises Conflict."""
    table, chain = settings.env("TABLE"), keys.key(keys.JOB_CHAIN, "-")
    with clients.translated("read the last certificate"):
        known = clients.client("dynamodb").get_item(TableName=table, Key=chain, ConsistentRead=True).get("Item", {})
    before = str(known["last"]["S"]) if known else ""
    made = certify(before)
    ended = replace(job, customer="", secret="", free_at=0, ended_at=now, certificate=made.view(), version=job.version + 1)
    link = chain | dynamodb.encode({"type": "chain", "last": made.hash})
    last = {"ConditionExpression": "#last = :before", "ExpressionAttributeNames": {"#last": "last"}} if known else {}
    values = {"ExpressionAttributeValues": dynamodb.encode({":before": before})} if known else {}
    first = {} if known else {"ConditionExpression": "attribute_not_exists(pk)"}
    puts = [
        {"Put": {"TableName": table, "Item": _item(ended), **dynamodb.unchanged(job.version)}},
        {"Put": {"TableName": table, "Item": link, **last, **values, **first}},
    ]
    # Beside the table, too: whoever has to restore it finds here whom to forget again.
    objects.write(settings.env("EXPORTS_BUCKET"), f"{CERTIFICATES}{job.id}.json", json.dumps(made.view(), ensure_ascii=False).encode())
    with clients.translated("store a certificate"):
        clients.client("dynamodb").transact_write_items(TransactItems=puts)
    return ended


def _item(job: Job) -> Item:
    values = {name: value for name, value in asdict(job).items() if value not in ("", 0, {}, False) and name != "id"}
    values |= {} if job.is_over else {"work": OPEN, "waiting_since": job.free_at}
    return dynamodb.encode({"pk": keys.JOBS, "sk": job.id, "type": "job", **values})


def _job(values: Mapping[str, Any]) -> Job:
    known = {name: values[name] for name in _JOB if name in values}
    return Job(id=values["sk"], **{"customer": "", **known})


_JOB = frozenset(Job.__dataclass_fields__) - {"id"}
