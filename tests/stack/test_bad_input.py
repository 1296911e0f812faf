"""Bad input through the public addresses: a clear refusal, nothing stored; and what fails later is kept, watched and replayed."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from click.testing import CliRunner
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from chalicelib.channels.email import adapter, parse
from chalicelib.conversations import keys
from chalicelib.observability import now
from infra.cloud import Cloud
from infra.local import mails, twilio
from infra.local.aws import session
from infra.local.smtp import SUBJECT
from infra.operate.redrive import command as redrive
from infra.redrive import replay
from tests.conftest import Stack
from tests.people import eventually
from tests.unit.conftest import incoming

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def cloud(stack: Stack) -> Cloud:
    return Cloud(session(), stack.addresses.aws)


def client(cloud: Cloud, service: str) -> Any:
    return cloud.session.client(service, endpoint_url=cloud.endpoint_url)


def stored(stack: Stack, cloud: Cloud) -> set[str]:
    table = client(cloud, "dynamodb").get_paginator("scan").paginate(TableName=stack.addresses.outputs["Table"])
    return {item["sk"]["S"] for page in table for item in page["Items"]}


def token(cloud: Cloud) -> str:
    found = client(cloud, "ssm").get_parameter(Name="/baton/local/secrets/twilio_auth_token", WithDecryption=True)
    return str(found["Parameter"]["Value"])


def sms(stack: Stack, form: dict[str, str], signed_with: str, address: str = "") -> httpx.Response:
    url = stack.addresses.site + "sms/twilio"
    headers = {**FORM, "X-Twilio-Signature": twilio.signature(signed_with, address or url, form)}
    return httpx.post(url, content=urlencode(form), headers=headers, timeout=60)


def an_sms(text: str = "Hello") -> dict[str, str]:
    return twilio.incoming("AC" + "0" * 32, "+12025550100", "+12025550177", text, twilio.new_sid("SM"))


def test_a_right_signature_is_stored_and_a_wrong_one_is_refused(stack: Stack, cloud: Cloud) -> None:
    good, bad, moved = an_sms(), an_sms(), an_sms()
    assert sms(stack, good, token(cloud)).status_code == 200
    assert sms(stack, bad, "another token").status_code == 403
    assert sms(stack, moved, token(cloud), "https://elsewhere.example/sms/twilio").status_code == 403
    unsigned = httpx.post(stack.addresses.site + "sms/twilio", content=urlencode(bad), headers=FORM, timeout=60)
    assert (unsigned.status_code, unsigned.json()["error"]["code"]) == (403, "forbidden")
    names = stored(stack, cloud)
    assert f"M#{good['MessageSid']}" in names
    assert not {f"M#{bad['MessageSid']}", f"M#{moved['MessageSid']}"} & names


def test_a_signed_form_that_is_no_message_is_refused(stack: Stack, cloud: Cloud) -> None:
    assert sms(stack, {"To": "+12025550100"}, token(cloud)).status_code == 400
    huge = sms(stack, {**an_sms("x" * 300_000)}, token(cloud))
    assert (huge.status_code, huge.json()["error"]["code"]) == (413, "too_large")


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("POST", "chat/session", b"{", 400, "bad_request"),
        ("POST", "chat/session", b'{"token": 7}', 400, "bad_request"),
        ("POST", "chat/session", b'{"token": "w1~9~forged"}', 401, "not_authenticated"),
        ("POST", "chat/session", b'{"token": "' + b"x" * 70_000 + b'"}', 413, "too_large"),
        ("POST", "agents/session", b"[]", 400, "bad_request"),
        ("POST", "agents/session", b'{"email": "a@b.example", "password": "wrong"}', 401, "not_authenticated"),
        ("POST", "agents/session/refresh", b"", 401, "not_authenticated"),
        ("GET", "assets/shared/nothing.js", b"", 404, "not_found"),
        ("GET", "assets/shared/%2e%2e/chat.html", b"", 404, "not_found"),
        ("GET", "assets/shared/..%2fpages.py", b"", 404, "not_found"),
    ],
)
def test_malformed_requests_get_a_clear_answer(stack: Stack, method: str, path: str, body: bytes, status: int, code: str) -> None:
    response = httpx.request(method, stack.addresses.site + path, content=body, headers={"Content-Type": "application/json"}, timeout=60)
    assert (response.status_code, response.json()["error"]["code"]) == (status, code)
    assert response.json()["error"]["message"]


@pytest.mark.parametrize(
    "path", ["assets/nothing.js", "assets/shared", "assets/shared/..%2f..%2fpages.py", "assets/console/words/../../../pages.py"]
)
def test_where_no_route_leads_the_gateway_answers(stack: Stack, path: str) -> None:
    """The local one in words of its own; AWS's as the template tells it (test_template.py)."""
    response = httpx.get(stack.addresses.site + path, timeout=60)
    assert response.status_code in {403, 404}
    assert response.headers["Content-Type"].startswith("application/json")


@pytest.mark.parametrize("header", [{}, {"Authorization": "nonsense"}, {"Authorization": "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0."}])
def test_without_a_valid_token_no_route_is_reached(stack: Stack, header: dict[str, str]) -> None:
    for method, path in (("GET", "me"), ("POST", "claims"), ("GET", "conversations/x.1"), ("PUT", "agents/x"), ("POST", "reports")):
        assert httpx.request(method, stack.addresses.site + path, headers=header, timeout=60).status_code in (401, 403)


def test_an_unknown_conversation_cannot_be_told_from_an_impossible_one(stack: Stack) -> None:
    agent = stack.agent()
    answers = {agent.call("GET", f"conversations/{name}").text for name in ("nobody.1", "x", "w0.99", "..1", "%00.1")}
    assert len(answers) == 1
    assert agent.call("GET", "conversations/nobody.1").status_code == 404


@pytest.mark.parametrize("query", ["", "?token=forged", "?ticket=forged", "?token=a~9999999999999~b"])
def test_a_socket_without_a_valid_token_is_refused(stack: Stack, query: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        connect(stack.addresses.websocket + query, open_timeout=60)
    assert refused.value.response.status_code == 403


def test_bad_frames_are_answered_and_the_socket_stays(stack: Stack) -> None:
    visitor = stack.visitor()
    visitor.connect()
    assert visitor.socket
    for frame in ("no json", "[]", '{"action": "drop"}', '{"action": "message", "token": "x", "id": "client-0001", "text": "x"}'):
        visitor.socket.send(frame)
        assert visitor.hear(lambda f: f["type"] == "error")["message"]
    visitor.say("x" * 8_001)
    assert visitor.hear(lambda f: f["type"] == "error")["code"] == "too_large"
    visitor.tell({"action": "ping"})
    visitor.hear(lambda f: f["type"] == "pong")


@pytest.fixture
def no_failures(stack: Stack, cloud: Cloud) -> Iterator[None]:
    """What other tests put aside is not counted, and nothing is left for them."""
    replay(cloud, stack.addresses.stack)
    yield
    replay(cloud, stack.addresses.stack)


def depth(stack: Stack, cloud: Cloud) -> int:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = client(cloud, "sqs").get_queue_attributes(QueueUrl=stack.addresses.outputs["FailedQueue"], AttributeNames=names)
    return sum(int(found["Attributes"][name]) for name in names)


def redriven(stack: Stack) -> str:
    result = CliRunner().invoke(
        redrive, ["--stage", "local", "--region", stack.addresses.region, "--endpoint-url", stack.addresses.aws], env=KEYS
    )
    return result.output


KEYS = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local"}


@pytest.mark.usefixtures("no_failures")
def test_a_poison_record_is_put_aside_and_replayed_once_it_is_mended(stack: Stack, cloud: Cloud) -> None:
    """A message whose item lost its text; its neighbour in the stream is answered meanwhile."""
    dynamodb, name = client(cloud, "dynamodb"), stack.addresses.outputs["Table"]
    thread = "poison" + secrets.token_hex(8)
    broken = keys.message_item(incoming("How long does shipping take?", thread=thread, at=now()))
    whole = dict(broken)
    del broken["text"], broken["at"]
    dynamodb.put_item(TableName=name, Item=broken)
    try:
        visitor = stack.visitor()
        visitor.say("How long does shipping take?")
        assert visitor.answer()["by"] == "bot"
        eventually(lambda: depth(stack, cloud) == 1)
    finally:  # dozens of other tests read this table
        dynamodb.put_item(TableName=name, Item=whole)
    assert "1 replayed, 0 left" in redriven(stack)
    assert depth(stack, cloud) == 0
    answer = keys.key(keys.thread_pk(thread), keys.message_sk("a+m-0000001"))
    eventually(lambda: "Item" in dynamodb.get_item(TableName=name, Key=answer, ConsistentRead=True))


def mail_place(stack: Stack) -> dict[str, str]:
    outputs = stack.addresses.outputs
    return {"topicArn": outputs["MailTopic"], "bucketName": outputs["MailBucket"]}


NONSENSE = [b"", b"\x00\xff\xfe", b"no header at all", b"From: \r\nTo: x\r\n\r\n", b"Content-Type: multipart/mixed\r\n\r\n--x"]


@pytest.mark.usefixtures("no_failures")
def test_a_mail_whose_object_is_missing_is_kept_and_replayed_once_it_is_there(stack: Stack, cloud: Cloud) -> None:
    mailer = stack.mailer()
    ses_id, place = (
        mails.new_ses_id(),
        {"topicArn": stack.addresses.outputs["MailTopic"], "bucketName": stack.addresses.outputs["MailBucket"]},
    )
    raw = f"From: {mailer.address}\r\nTo: {mailer.support}\r\nSubject: Late\r\n\r\nHow long does shipping take?\r\n".encode()
    told = mails.notification(raw, ses_id, mailer.address, [mailer.support], place=place, now=mails.datetime.now(mails.UTC))
    client(cloud, "sns").publish(TopicArn=place["topicArn"], Subject=SUBJECT, Message=json.dumps(told))
    eventually(lambda: depth(stack, cloud) == 1, 120)
    client(cloud, "s3").put_object(Bucket=place["bucketName"], Key=mails.PREFIX + ses_id, Body=raw)
    assert "1 replayed, 0 left" in redriven(stack)
    eventually(mailer.inbox)


@pytest.mark.usefixtures("no_failures")
@pytest.mark.parametrize("raw", NONSENSE)
def test_a_mail_without_sense_breaks_nothing(stack: Stack, cloud: Cloud, raw: bytes) -> None:
    ses_id, place = (
        mails.new_ses_id(),
        {"topicArn": stack.addresses.outputs["MailTopic"], "bucketName": stack.addresses.outputs["MailBucket"]},
    )
    client(cloud, "s3").put_object(Bucket=place["bucketName"], Key=mails.PREFIX + ses_id, Body=raw)
    told = mails.notification(raw, ses_id, "someone@customer.example", ["x@y.example"], place=place, now=mails.datetime.now(mails.UTC))
    client(cloud, "sns").publish(TopicArn=place["topicArn"], Subject=SUBJECT, Message=json.dumps(told))
    expected = adapter.content_id(parse.parse(raw), raw, ses_id)
    eventually(lambda: f"M#{expected}" in stored(stack, cloud))
    assert client(cloud, "s3").head_object(Bucket=place["bucketName"], Key=mails.PREFIX + ses_id)
    assert depth(stack, cloud) == 0
