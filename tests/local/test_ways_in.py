"""Mail through the SMTP port reaches the bucket and the topic as from SES; the phone speaks Twilio's protocols; the mailbox replies."""

import base64
import json
import smtplib
import threading
from collections.abc import Callable
from email.header import decode_header, make_header
from typing import Any

import boto3
import httpx
import pytest

from infra.local import mails, twilio
from tests.local.entrance import ACCOUNT, OURS, THEIRS, TOKEN, House, send

RAW = b"""From: Mia <mia@customer.example>
To: support@shop.example
Subject: Order 1001
Message-ID: <m1@customer.example>

Where is it?
""".replace(b"\n", b"\r\n")


def test_a_mail_is_stored_and_told_of_as_by_ses(house: House) -> None:
    house.mail(RAW)
    (told,) = house.cloud.receive(house.notified)
    assert told["Subject"] == "Amazon SES Email Receipt Notification"
    message = json.loads(told["Message"])
    assert message["notificationType"] == "Received"
    assert message["mail"]["commonHeaders"]["from"] == ["Mia <mia@customer.example>"]
    assert message["mail"]["commonHeaders"]["subject"] == "Order 1001"
    assert message["receipt"]["spamVerdict"] == message["receipt"]["virusVerdict"] == {"status": "PASS"}
    action = message["receipt"]["action"]
    assert (action["type"], action["bucketName"], action["objectKey"]) == ("S3", house.bucket, "raw/" + message["mail"]["messageId"])
    stored = house.cloud.client("s3").get_object(Bucket=house.bucket, Key=action["objectKey"])["Body"].read()
    assert stored.startswith(b"Return-Path: <mia@customer.example>")
    assert stored.endswith(RAW)


def test_the_same_mail_sent_twice_has_two_ses_ids(house: House) -> None:
    house.mail(RAW)
    house.mail(RAW)
    told: list[str] = []
    while len(told) < 2:
        arrived = house.cloud.receive(house.notified)
        assert arrived
        told += [json.loads(message["Message"])["mail"]["messageId"] for message in arrived]
    assert len(set(told)) == 2


def test_mail_to_another_domain_is_refused(house: House) -> None:
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        house.mail(RAW, to="someone@elsewhere.example")


def test_a_mail_that_baton_sends_arrives_whole_and_can_be_replied_to(house: House) -> None:
    sent = mails.compose("support@shop.example", "mia@customer.example", "Your order 订单", "On its way. 已发货。")
    sent["Reply-To"] = "support+abc@shop.example"
    long_id = f"<{'m1' * 60}@customer.example>"
    sent["References"] = long_id
    sender, to = "support@shop.example", {"ToAddresses": ["mia@customer.example"]}
    house.cloud.client("sesv2").send_email(FromEmailAddress=sender, Destination=to, Content={"Raw": {"Data": sent.as_bytes()}})
    shown = _wait_for(lambda: _outgoing(house))
    assert (shown["subject"], shown["text"].strip()) == ("Your order 订单", "On its way. 已发货。")
    answer = httpx.post(
        house.pages + "/mailbox/messages", json={"from": "mia@customer.example", "text": "Thanks!", "reply_to": shown["id"]}
    )
    assert answer.status_code == 201
    message = json.loads(house.cloud.receive(house.notified)[0]["Message"])
    headers = {header["name"]: header["value"] for header in message["mail"]["headers"]}
    assert message["receipt"]["recipients"] == ["support+abc@shop.example"]
    assert headers["In-Reply-To"].endswith("@email.amazonses.com>")
    assert headers["References"] == f"{long_id} {headers['In-Reply-To']}"
    assert str(make_header(decode_header(headers["Subject"]))) == "Re: Your order 订单"


def _outgoing(house: House) -> dict[str, Any] | None:
    found = [mail for mail in httpx.get(house.pages + "/mailbox/state").json()["mails"] if mail["direction"] == "out"]
    return found[-1] if found else None


def _wait_for(look: Callable[[], dict[str, Any] | None]) -> dict[str, Any]:
    for _ in range(200):
        if found := look():
            return found
        threading.Event().wait(0.05)
    raise AssertionError("it did not come")


def test_an_sms_is_a_signed_webhook_and_can_come_twice(house: House) -> None:
    written = httpx.post(house.pages + "/phone/messages", json={"phone": THEIRS, "text": "Hallo 你好"})
    assert (written.status_code, written.json()["state"]) == (201, "delivered")
    path, signature, form = house.posts.get(timeout=5)
    assert (path, form["Body"], form["From"], form["To"]) == ("/stage/sms/twilio", "Hallo 你好", THEIRS, OURS)
    assert signature == twilio.signature(TOKEN, house.public_url + "/sms/twilio", form)
    httpx.post(house.pages + f"/phone/messages/{form['MessageSid']}/redeliver", json={})
    assert house.posts.get(timeout=5)[2] == form


def test_a_refused_webhook_is_shown(house: House) -> None:
    written = httpx.post(house.pages + "/phone/messages", json={"phone": THEIRS, "text": "refuse this"})
    assert written.json()["state"].startswith("403")


def test_an_sms_sent_by_the_rest_api_reaches_the_phone(house: House) -> None:
    answer = send(house, {"To": THEIRS, "From": OURS, "Body": "Your order left. 已发货"})
    assert answer.status_code == 201
    assert (answer.json()["status"], answer.json()["to"], answer.json()["direction"]) == ("queued", THEIRS, "outbound-api")
    messages = httpx.get(house.pages + "/phone/state").json()["messages"]
    assert [m["text"] for m in messages if m["id"] == answer.json()["sid"]] == ["Your order left. 已发货"]


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"From": OURS, "Body": "x"}, 21604),
        ({"To": "0123", "From": OURS, "Body": "x"}, 21211),
        ({"To": THEIRS, "Body": "x"}, 21603),
        ({"To": THEIRS, "From": "+12025550100", "Body": "x"}, 21606),
        ({"To": THEIRS, "From": OURS}, 21602),
        ({"To": THEIRS, "From": OURS, "Body": "x" * 1601}, 21617),
    ],
)
def test_the_rest_api_refuses_as_twilio_does(house: House, form: dict[str, str], code: int) -> None:
    answer = send(house, form)
    assert (answer.status_code, answer.json()["code"], answer.json()["status"]) == (400, code, 400)


def test_the_rest_api_checks_who_asks(house: House) -> None:
    good = {"To": THEIRS, "From": OURS, "Body": "x"}
    assert send(house, good, auth=(ACCOUNT, "wrong")).json()["code"] == 20003
    assert send(house, good, account="AC" + "1" * 32).status_code == 404


def test_other_sites_pages_cannot_write_or_read(house: House) -> None:
    simple = httpx.post(
        house.pages + "/phone/messages", content=b'{"phone": "+12025550143", "text": "x"}', headers={"Content-Type": "text/plain"}
    )
    assert simple.status_code == 415
    assert httpx.get(house.pages + "/mailbox/state", headers={"Host": "evil.example"}).status_code == 403


def test_pages_are_served_and_nothing_beside_them(house: House) -> None:
    for page in ("/phone", "/mailbox", "/ways.js", "/ways.css"):
        assert httpx.get(house.pages + page).status_code == 200
    assert httpx.get(house.pages + "/..%2fways_in.py").status_code == 404


# As Twilio publishes it: https://www.twilio.com/docs/usage/security#validating-requests (example of its SDKs, MIT).
def test_signature_is_twilios() -> None:
    form = {"CallSid": "CA1234567890ABCDE", "Digits": "1234", "From": "+14158675309", "To": "+18005551212", "Caller": "+14158675309"}
    assert twilio.signature("12345", "https://mycompany.com/myapp.php?foo=1&bar=2", form) == "RSOYDt4T1cUTdK1PDd93/VVr8B8="
    assert len(base64.b64decode(twilio.signature("t", "u", {}))) == 20


@pytest.mark.parametrize(("to", "last"), [(THEIRS, ("delivered", None)), ("+15005553003", ("undelivered", "30003"))])
def test_the_rest_api_tells_what_became_of_a_message(house: House, to: str, last: tuple[str, str | None]) -> None:
    url = f"{house.public_url}/sms/twilio/status?thread=s1&message=YSsx"
    sid = send(house, {"To": to, "From": OURS, "Body": "hello", "StatusCallback": url + "#rc=5"}).json()["sid"]
    told = [_posted(house, sid) for _ in range(2)]
    assert [form["MessageStatus"] for _, _, form in told] == ["sent", last[0]]
    assert told[1][2].get("ErrorCode") == last[1]
    for path, signature, form in told:
        assert path == "/stage/sms/twilio/status?thread=s1&message=YSsx"
        assert signature == twilio.signature(TOKEN, url, form)


def test_a_picture_is_behind_the_password_and_behind_a_redirect(house: House) -> None:
    picture = {"type": "image/png", "content": base64.b64encode(b"\x89PNG").decode()}
    sent = httpx.post(house.pages + "/phone/messages", json={"phone": THEIRS, "text": "", "media": [picture]})
    assert sent.status_code == 201
    _, _, form = _posted(house, sent.json()["id"])
    assert (form["NumMedia"], form["MediaContentType0"], form["MessageSid"][:2]) == ("1", "image/png", "MM")
    assert httpx.get(form["MediaUrl0"]).status_code == 401
    leads = httpx.get(form["MediaUrl0"], auth=(ACCOUNT, TOKEN))
    assert leads.status_code == 307
    there = house.pages + leads.headers["Location"]
    assert httpx.get(there).content == b"\x89PNG"
    assert httpx.get(there, auth=(ACCOUNT, TOKEN)).status_code == 400


def test_aws_sends_and_receives_by_the_same_phones(house: House) -> None:
    texts, arn = house.cloud.queue("texts-queue")
    topic = house.cloud.client("sns").create_topic(Name="texts")["TopicArn"]
    house.cloud.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    api = boto3.client(
        "pinpoint-sms-voice-v2", endpoint_url=house.pages, region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
    context = {"thread": "s1", "message": "YSsx"}
    name = api.send_text_message(DestinationPhoneNumber=THEIRS, OriginationIdentity=OURS, MessageBody="hello", Context=context)["MessageId"]
    told: list[dict[str, Any]] = []
    while len(told) < 2:
        told += [json.loads(message["Message"]) for message in house.cloud.receive(texts)]
    assert sorted((t["eventType"], t["messageId"], t["context"]["thread"]) for t in told) == [
        ("TEXT_DELIVERED", name, "s1"),
        ("TEXT_SENT", name, "s1"),
    ]
    with pytest.raises(api.exceptions.ConflictException, match="OPTED_OUT"):
        api.send_text_message(DestinationPhoneNumber="+15005550004", OriginationIdentity=OURS, MessageBody="hello")
    httpx.post(house.pages + "/phone/messages", json={"phone": THEIRS, "text": "你好", "carrier": "aws"}).raise_for_status()
    (message,) = [json.loads(m["Message"]) for m in house.cloud.receive(texts)]
    assert (message["originationNumber"], message["destinationNumber"], message["messageBody"]) == (THEIRS, OURS, "你好")


def _posted(house: House, sid: str) -> tuple[str, str, dict[str, str]]:
    """What is posted next about this message."""
    while True:
        posted = house.posts.get(timeout=10)
        if posted[2].get("MessageSid") == sid:
            return posted
