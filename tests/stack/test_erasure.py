"""A mail with a file and a chat, copied and erased in the packaged stack: what the local AWS keeps in versions is looked through."""

from __future__ import annotations

import io
import json
import zipfile
from email.message import EmailMessage
from typing import Any

import httpx
import pytest

from chalicelib.customers.erasure import work
from infra import customer as commands
from infra.cloud import Cloud
from infra.local.aws import session
from infra.users import add_user
from tests.conftest import Stack
from tests.people import Agent, Mailer, eventually

MARK = "zq9stack"
ADMIN, PASSWORD = ("ada@shop.example", "admins"), "correct-Horse-7-battery"


def test_a_copy_is_made_by_the_function_and_an_erasure_leaves_nothing_anywhere(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    mailer = stack.mailer()
    mailer.post(letter(mailer, stack.addresses.support_address))
    cloud = Cloud(session(), stack.addresses.aws)
    eventually(mailer.inbox)
    with commands.at(cloud, stack.addresses.stack):
        customer = commands.named(mailer.address)
    assert mailer.address in (before := "".join(everything(stack, cloud)))
    assert MARK in before
    copied(stack, cloud, customer, mailer.address)
    monkeypatch.setattr(work, "SETTLING", 100)
    with commands.at(cloud, stack.addresses.stack):
        done = commands.carry_out("erase", customer, lambda job: None, force=True)
    assert (done.state, done.left) == ("done", 0)
    after = "".join(everything(stack, cloud))
    assert [mark for mark in (mailer.address, MARK, customer) if mark in after] == []


def letter(mailer: Mailer, support: str) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = f"{MARK} <{mailer.address}>", support, f"{MARK} subject"
    mail["Message-ID"] = f"<{MARK}@customer.example>"
    mail.set_content("How long does shipping take?")
    mail.add_attachment(f"{MARK} file".encode(), maintype="text", subtype="plain", filename="list.txt")
    return mail.as_bytes()


def copied(stack: Stack, cloud: Cloud, customer: str, address: str) -> None:
    """An admin gives herself the right and uses it; the function does the work."""
    add_user(cloud, stack.addresses.outputs["UserPool"], *ADMIN, name="Ada", password=PASSWORD)
    admin = Agent(stack.addresses.site, ADMIN[0], PASSWORD)
    me = admin.ask("GET", "/me")
    assert admin.call("POST", f"/customers/{customer}/export").status_code == 403
    admin.ask("PUT", f"/agents/{me['id']}", {"privacy": True})
    ordered = admin.ask("POST", f"/customers/{customer}/export")

    def finished() -> Any:
        job = admin.ask("GET", f"/customer-jobs/{ordered['id']}")
        return job if job["state"] in ("done", "failed") else None

    job = eventually(finished, 60)
    assert job["state"] == "done", job
    with zipfile.ZipFile(io.BytesIO(httpx.get(job["url"], timeout=10).content)) as archive:
        assert archive.testzip() is None
        content = b"".join(archive.read(name) for name in archive.namelist()).decode("utf-8", "replace")
    assert address in content
    assert f"{MARK} file" in content


def everything(stack: Stack, cloud: Cloud) -> list[str]:
    """All items and all versions of all objects."""
    outputs, found = stack.addresses.outputs, list[str]()
    for name in ("Table", "NotesTable", "KnowledgeTable"):
        pages = cloud.client("dynamodb").get_paginator("scan").paginate(TableName=outputs[name], ConsistentRead=True)
        found += [json.dumps(item) for page in pages for item in page["Items"]]
    for name in ("MailBucket", "FilesBucket", "ReportsBucket", "ExportsBucket"):
        s3 = cloud.client("s3")
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=outputs[name]):
            for version in page.get("Versions", []):
                stored = s3.get_object(Bucket=outputs[name], Key=version["Key"], VersionId=version["VersionId"])["Body"].read()
                found.append(version["Key"] + stored.decode("utf-8", "replace"))
    return found
