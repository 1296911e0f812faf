"""A customer's copy and end, done from here with the operator's credentials: the same code as the function's. The commands are in
infra/operate/customer.py."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from chalicelib import settings
from chalicelib.aws import dynamodb, objects
from chalicelib.customers import customer as customers
from chalicelib.customers import identities
from chalicelib.customers.erasure import jobs, work
from chalicelib.customers.erasure.jobs import Do, Job
from chalicelib.desk import closing
from chalicelib.errors import BatonError, NotFound
from chalicelib.insight import erasing
from chalicelib.observability import now
from infra import shared_parameters
from infra.cloud import Cloud
from infra.errors import DeployError
from infra.inside import inside
from infra.progress import outputs
from infra.stack import parameters, stored

BY = "operator"
_STORES = {
    "TABLE": "Table",
    "NOTES_TABLE": "NotesTable",
    "KNOWLEDGE_TABLE": "KnowledgeTable",
    "MAIL_BUCKET": "MailBucket",
    "FILES_BUCKET": "FilesBucket",
    "KNOWLEDGE_BUCKET": "KnowledgeBucket",
    "REPORTS_BUCKET": "ReportsBucket",
    "EXPORTS_BUCKET": "ExportsBucket",
    "FAILED_QUEUE": "FailedQueue",
    "POSTPONED_QUEUE": "PostponedQueue",
}
_CHOSEN = {"SMS_NUMBER": "SmsNumber", "BUSINESS": "Business", "TIME_ZONE": "TimeZone", "KEEP_CONVERSATIONS": "ConversationRetentionDays"}
_FOREVER = 10**15


@contextmanager
def at(cloud: Cloud, stack: str) -> Iterator[None]:
    """Works with a stage's stores; what goes wrong becomes a DeployError."""
    known, chosen = outputs(cloud, stack), parameters(cloud, stack)
    missing = [name for name in _STORES.values() if name not in known]
    if missing:
        raise DeployError(f"the stack has no output {missing[0]}", "deploy this version first: python -m infra deploy")
    told = {variable: known[name] for variable, name in _STORES.items()}
    settings.forget()
    settings.know(shared_parameters.items(stored(cloud, stack, with_secrets=True)))
    with inside(cloud, told | {variable: chosen.get(name, "") for variable, name in _CHOSEN.items()}):
        try:
            yield
        except BatonError as error:
            raise DeployError(str(error)) from error
        finally:
            settings.forget()


def named(who: str) -> str:
    """The customer's id, for an id, an address (as mail or a number) or `channel:address`. Raises NotFound."""
    channel, colon, address = who.partition(":")
    if not colon:
        channel, address = ("email", who.lower()) if "@" in who else ("sms", who) if who.startswith("+") else ("", who)
    if not channel:
        return customers.current(address)
    known = identities.read(channel, address)
    if not known or not known.customer:
        raise NotFound("nobody is known by this address")
    return known.customer


def carry_out(do: Do, customer: str, show: Callable[[Job], None], *, force: bool = False) -> Job:
    """From the order to the end, inside `at`; stopped on the way the clock goes on with it, or `go_on`."""
    return go_on(work.order(do, customer, BY, now(), force=force), show)


def go_on(job: Job, show: Callable[[Job], None]) -> Job:
    house = work.house([erasing.HOLDING], closing.close, now)
    while not job.is_over:
        show(job)
        time.sleep(max(0, job.free_at - now()) / 1000 + 0.05 if job.free_at else 0)
        job = work.work(job.id, house, _FOREVER, show)
    show(job)
    return job


def fetch(job: Job, target: Path) -> int:
    """Puts a finished copy into a file; its bytes."""
    content = objects.read(settings.env("EXPORTS_BUCKET"), job.archive) or b""
    target.write_bytes(content)
    return len(content)


def erased_before(cloud: Cloud) -> list[str]:
    """Customers of whom a certificate says that they were erased, and who are there: a backup brought them back. Reads the whole table."""
    bucket = settings.env("EXPORTS_BUCKET")
    gone = {_subject(objects.read(bucket, name)) for name in objects.names(bucket, jobs.CERTIFICATES)}
    return sorted(customer for customer in _everybody(cloud) if jobs.subject(customer) in gone)


def _subject(certificate: bytes | None) -> str:
    told: Mapping[str, str] = json.loads(certificate or b"{}")
    return told.get("subject", "")


def _everybody(cloud: Cloud) -> set[str]:
    request = {"TableName": settings.env("TABLE"), "ProjectionExpression": "customer", "FilterExpression": "attribute_exists(customer)"}
    pages = cloud.client("dynamodb").get_paginator("scan").paginate(**request)
    return {dynamodb.decode(item)["customer"] for page in pages for item in page["Items"]}
