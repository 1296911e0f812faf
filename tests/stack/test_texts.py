"""Text messages on the running stack, the whole way in and out, by both carriers."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import httpx
import pytest

from tests.conftest import Stack
from tests.people import Agent, Phone, eventually
from tests.stack.webhooks import Entrance, settled

QUESTION = "How long does shipping take?"
PERSON = "I want to talk to a person, please."
PDF = b"%PDF-1.7\n" + b"an invoice " * 100
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 2000


@pytest.fixture
def entrance(stack: Stack) -> Entrance:
    return Entrance(stack)


@pytest.fixture
def agent(stack: Stack) -> Iterator[Agent]:
    signed_in = stack.agent()
    yield signed_in
    signed_in.resolve_all()


def states(entrance: Entrance, phone: Phone) -> list[str]:
    return [m.state for m in entrance.books(phone.number).outgoing]


def held(agent: Agent, phone: Phone) -> dict[str, Any]:
    phone.send(PERSON)
    return agent.claim(phone.number)


def test_twilios_reports_settle_each_message(stack: Stack, entrance: Entrance) -> None:
    phone = stack.phone()
    phone.send(QUESTION)
    settled(lambda: entrance.books(phone.number), lambda b: [m.state for m in b.outgoing] == ["delivered"])


def test_a_phone_out_of_reach_calls_a_person(stack: Stack, entrance: Entrance, agent: Agent) -> None:
    phone = Phone(stack.addresses.phone, "+15005553003")
    phone.send(QUESTION)
    claimed = agent.claim(phone.number)
    assert claimed["reason"] == "undelivered"
    shown = agent.read(claimed["id"])["messages"]
    assert [(m["state"], m["detail"]) for m in shown if m["direction"] == "outgoing"] == [
        ("failed", "the phone is switched off or out of reach (30003)")
    ]


def test_after_stop_comes_one_confirmation_and_nothing_else_until_start(stack: Stack, entrance: Entrance, agent: Agent) -> None:
    phone = stack.phone()
    phone.send(QUESTION)
    eventually(lambda: len(phone.inbox()) == 1)
    stop = phone.send("STOP")
    eventually(lambda: len(phone.inbox()) == 2)
    phone.redeliver(stop["id"])
    phone.send("How do I return an item?")
    settled(lambda: entrance.books(phone.number), lambda b: [m.state for m in b.outgoing].count("failed") == 1)
    assert [text for text in phone.inbox() if "no more text messages" in text] == phone.inbox()[1:]
    claimed = agent.claim(phone.number)
    assert claimed["reason"] == "undelivered"
    refused = agent.call("POST", f"conversations/{claimed['id']}/replies", {"id": f"reply-{secrets.token_hex(6)}", "text": "Hello"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "blocked")
    phone.send("START")
    eventually(lambda: len(phone.inbox()) == 3)
    phone.redeliver(stop["id"])
    agent.reply(claimed["id"], "Welcome back")
    eventually(lambda: phone.inbox()[3:] == ["Welcome back"])


def test_a_long_reply_arrives_whole_and_in_order(stack: Stack, agent: Agent) -> None:
    phone = stack.phone()
    claimed = held(agent, phone)
    eventually(lambda: len(phone.inbox()) == 1)
    reply = agent.reply(claimed["id"], "Your parcel is with the carrier. " * 80)
    assert (reply["parts"], reply["segments"]) == (2, 18)
    first, second = eventually(lambda: phone.inbox()[1:] if len(phone.inbox()) == 3 else None) or ("", "")
    assert (first[:6], second[:6]) == ("(1/2) ", "(2/2) ")


def test_an_agents_file_goes_as_a_link_that_leads_to_it(stack: Stack, agent: Agent) -> None:
    phone = stack.phone()
    claimed = held(agent, phone)
    file = {"name": "Rechnung 发票.pdf", "type": "application/pdf", "size": len(PDF), "sha256": sha256(PDF).hexdigest()}
    place = agent.ask("POST", f"conversations/{claimed['id']}/uploads", file)
    httpx.put(place["url"], content=PDF, headers=place["headers"], timeout=60).raise_for_status()
    body = {"id": f"reply-{secrets.token_hex(6)}", "text": "Your invoice", "attachments": [file]}
    agent.ask("POST", f"conversations/{claimed['id']}/replies", body)
    text = eventually(lambda: next((t for t in phone.inbox() if "Your invoice" in t), ""))
    link = text.splitlines()[1]
    assert link.startswith(f"{stack.addresses.site}files/")
    found = httpx.get(link, follow_redirects=True, timeout=60)
    assert (found.status_code, found.content) == (200, PDF)
    assert found.headers["Content-Disposition"].startswith("attachment")
    forged = link[:-1] + ("a" if link[-1] != "a" else "b")
    assert httpx.get(forged, timeout=60).status_code == 401


def test_a_picture_comes_as_a_file_of_the_message(stack: Stack, entrance: Entrance, agent: Agent) -> None:
    phone = stack.phone()
    claimed = held(agent, phone)
    picture = {"type": "image/png", "content": base64.b64encode(PNG).decode()}
    body = {"phone": phone.number, "text": "Look", "media": [picture]}
    httpx.post(f"{phone.page}/messages", json=body, timeout=120).raise_for_status()

    def fetched() -> list[Any]:
        last = [m for m in agent.read(claimed["id"])["messages"] if m["text"] == "Look"]
        return list(last[0]["attachments"]) if last else []

    (entry,) = eventually(fetched)
    assert (entry["name"], entry["type"], entry["size"], entry["fate"]) == ("file-1.png", "image/png", len(PNG), "stored")
    key = f"files/{claimed['id'].rpartition('.')[0]}/{entry['sha256']}"
    stored = entrance.client("s3").get_object(Bucket=stack.addresses.outputs["FilesBucket"], Key=key)["Body"].read()
    assert stored == PNG


@pytest.fixture
def by_aws(stack: Stack, entrance: Entrance) -> Iterator[None]:
    """The function that sends, told to send by AWS, as the deployment's parameter SmsProvider does."""
    functions, name = entrance.client("lambda"), stack.addresses.outputs["SendName"]
    known = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]

    def choose(provider: str) -> None:
        functions.update_function_configuration(FunctionName=name, Environment={"Variables": known | {"SMS_PROVIDER": provider}})

    choose("aws")
    yield
    choose(known["SMS_PROVIDER"])


def test_aws_carries_messages_both_ways_and_tells_what_became_of_them(stack: Stack, entrance: Entrance, by_aws: None) -> None:
    phone = stack.phone()
    body = {"phone": phone.number, "text": QUESTION, "carrier": "aws"}
    sent = httpx.post(f"{phone.page}/messages", json=body, timeout=120).raise_for_status().json()
    books = settled(lambda: entrance.books(phone.number), lambda b: [m.state for m in b.outgoing] == ["delivered"])
    assert [m.id for m in books.incoming] == [sent["id"]]
    assert len(phone.inbox()) == 1
    phone.redeliver(sent["id"])
    httpx.post(f"{phone.page}/messages", json=body | {"text": "退订"}, timeout=120).raise_for_status()
    eventually(lambda: len(phone.inbox()) == 2)
    assert "退订" in phone.inbox()[1]
    assert len(entrance.books(phone.number).incoming) == 2


def test_what_nobody_signed_is_no_text_message(stack: Stack, entrance: Entrance) -> None:
    """The function is called as AWS calls it, with a message that SNS did not sign."""
    phone = stack.phone()
    told = {
        "originationNumber": phone.number,
        "destinationNumber": stack.addresses.sms_number,
        "messageBody": "x",
        "inboundMessageId": "1" * 8,
    }
    forged = {
        "Type": "Notification",
        "TopicArn": stack.addresses.outputs["TextTopic"],
        "Message": str(told),
        "Subject": None,
        "MessageAttributes": {},
    }
    event = {"Records": [{"EventSource": "aws:sns", "Sns": forged}]}
    answer = entrance.client("lambda").invoke(FunctionName=stack.addresses.outputs["SmsAwsName"], Payload=json.dumps(event).encode())
    assert "this is no whole SNS message" in str(json.loads(answer["Payload"].read()))
    assert entrance.books(phone.number).incoming == []
