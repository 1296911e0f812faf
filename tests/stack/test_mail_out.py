"""What becomes of our mails, on the running stack: SES's events settle each message, and who bounced or complained is left alone."""

from __future__ import annotations

import secrets
from hashlib import sha256
from typing import Any

import httpx
import pytest

from infra.local.ses_events import SIMULATOR
from tests.conftest import Stack
from tests.people import Agent, Mailer, eventually
from tests.stack.webhooks import Entrance, settled

QUESTION = "How long does shipping take?"
PERSON = "I want to talk to a person, please."
PDF = b"%PDF-1.7\n" + b"an invoice " * 1000


@pytest.fixture
def entrance(stack: Stack) -> Entrance:
    return Entrance(stack)


@pytest.fixture
def agent(stack: Stack) -> Agent:
    return stack.agent()


def simulated(stack: Stack, role: str) -> Mailer:
    """A customer whose mailbox does what Amazon's simulator does."""
    mailer = stack.mailer()
    mailer.address = f"customer-{secrets.token_hex(4)}@{role}.{SIMULATOR}"
    return mailer


def identity(entrance: Entrance, address: str) -> dict[str, Any]:
    key = {"pk": {"S": f"I#email#{address}"}, "sk": {"S": "-"}}
    found = entrance.client("dynamodb").get_item(TableName=entrance.stack.addresses.outputs["Table"], Key=key, ConsistentRead=True)
    return {name: next(iter(value.values())) for name, value in found.get("Item", {}).items()}


def state(entrance: Entrance, address: str) -> list[str]:
    return [m.state for m in sorted(entrance.books(address).outgoing, key=lambda m: m.at)]


def test_a_mail_that_arrived_is_marked_delivered_by_evidence(stack: Stack, entrance: Entrance) -> None:
    mailer = stack.mailer()
    mailer.send("Shipping", QUESTION)
    books = settled(lambda: entrance.books(mailer.address), lambda b: [m.state for m in b.outgoing] == ["delivered"])
    assert books.outgoing[0].provider_id
    assert "blocked" not in identity(entrance, mailer.address)


def test_a_bounce_ends_mail_to_the_address_and_a_person_sees_it(stack: Stack, entrance: Entrance, agent: Agent) -> None:
    mailer = simulated(stack, "bounce")
    mailer.send("Shipping", QUESTION)
    settled(lambda: entrance.books(mailer.address), lambda b: [m.state for m in b.outgoing] == ["bounced"])
    assert identity(entrance, mailer.address)["blocked"] == "bounced"
    held = agent.claim(mailer.address)
    story = agent.read(held["id"])
    (ours,) = [m for m in story["messages"] if m["direction"] == "outgoing"]
    assert (ours["state"], ours["detail"]) == ("bounced", "General: 550 5.1.1 user unknown")
    assert story["contact"]["blocked"] == "bounced"
    refused = agent.call("POST", f"conversations/{held['id']}/replies", {"id": f"reply-{secrets.token_hex(4)}", "text": "Did you get it?"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "blocked")
    agent.ask("POST", f"conversations/{held['id']}/resolve")

    sent = len(mailer.inbox())
    mailer.send("Another question", "How can I return something?")
    books = settled(
        lambda: entrance.books(mailer.address), lambda b: len(b.incoming) == 2 and state(entrance, mailer.address)[-1:] == ["failed"]
    )
    assert len(mailer.inbox()) == sent, "the bot sends nothing more"
    assert len(books.outgoing) == 2


def test_a_complaint_ends_everything_but_the_answer_to_a_new_message(stack: Stack, entrance: Entrance, agent: Agent) -> None:
    mailer = simulated(stack, "complaint")
    mailer.send("A person", PERSON)
    settled(lambda: entrance.books(mailer.address), lambda b: [m.state for m in b.outgoing] == ["delivered"])
    eventually(lambda: identity(entrance, mailer.address).get("blocked") == "complaint")
    held = agent.claim(mailer.address)
    body = {"id": f"reply-{secrets.token_hex(4)}", "text": "Here I am."}
    refused = agent.call("POST", f"conversations/{held['id']}/replies", body)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "blocked")
    mailer.reply(mailer.inbox()[-1], "Sorry, wrong button. Where is my parcel?")
    eventually(lambda: len(entrance.books(mailer.address).incoming) == 2)
    assert agent.call("POST", f"conversations/{held['id']}/replies", body).status_code == 201
    eventually(lambda: any("Here I am." in m["text"] for m in mailer.inbox()))
    agent.ask("POST", f"conversations/{held['id']}/resolve")


@pytest.mark.parametrize(("role", "end"), [("ooto", "delivered"), ("delay", "sent")])
def test_what_is_temporary_blocks_nobody(stack: Stack, entrance: Entrance, role: str, end: str) -> None:
    mailer = simulated(stack, role)
    mailer.send("Shipping", QUESTION)
    books = settled(lambda: entrance.books(mailer.address), lambda b: [m.state for m in b.outgoing] == [end], 4)
    assert books.outgoing[0].detail == ("MailboxFull: 452 4.2.2 mailbox full" if role == "delay" else "")
    assert "blocked" not in identity(entrance, mailer.address)


def test_a_bounce_by_mail_joins_the_conversation_as_a_robots(stack: Stack, entrance: Entrance) -> None:
    """A server far away answers by mail, days later; it quotes what we sent. A forged one changes nothing."""
    mailer, daemon = stack.mailer(), stack.mailer()
    daemon.address = "mailer-daemon@mx.example.net"
    mailer.send("Shipping", QUESTION)
    eventually(lambda: state(entrance, mailer.address) == ["delivered"])
    (mail,) = mailer.inbox()
    quoted = httpx.get(f"{mailer.mailbox}/messages/{mail['id']}/raw").text.partition("\r\n\r\n")[0]
    for headers in ("Message-ID: <invented@lantern-tea.example>", quoted):
        _bounce(daemon, mailer.address, headers)
    books = settled(lambda: entrance.books(mailer.address), lambda b: [m.state for m in b.outgoing] == ["bounced"])
    thread = books.outgoing[0].thread
    told = [m for m in entrance.books(daemon.address).incoming if m.thread == thread]
    assert [(m.by, m.meta["automatic"]) for m in told] == [("robot", "auto-submitted")]
    assert not entrance.books(daemon.address).outgoing
    assert identity(entrance, mailer.address)["blocked"] == "bounced"


def _bounce(daemon: Mailer, recipient: str, headers: str) -> None:
    report = f"Final-Recipient: rfc822; {recipient}\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 user unknown\r\n"
    lines = (
        f"From: {daemon.address}\r\nTo: {daemon.support}\r\nSubject: Undelivered\r\nMessage-ID: <{secrets.token_hex(6)}@mx.example.net>\r\n"
        "Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n'
        f"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\n{report}\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\n{headers}\r\n--b--\r\n"
    )
    daemon.post(lines.encode())


def test_agents_send_files_and_a_name_and_stay_in_the_thread(stack: Stack, entrance: Entrance, agent: Agent) -> None:
    mailer = stack.mailer()
    first = mailer.send("Rechnung für Tee", PERSON)
    held = agent.claim(mailer.address)
    file = {"name": "Rechnung ü 发票.pdf", "type": "application/pdf", "size": len(PDF), "sha256": sha256(PDF).hexdigest()}
    body = {"id": f"reply-{secrets.token_hex(4)}", "text": "Anbei.", "attachments": [file]}
    early = agent.call("POST", f"conversations/{held['id']}/replies", body)
    assert early.status_code == 400, "nothing was uploaded yet"
    place = agent.ask("POST", f"conversations/{held['id']}/uploads", file)
    httpx.put(place["url"], content=PDF, headers=place["headers"]).raise_for_status()
    agent.ask("POST", f"conversations/{held['id']}/replies", body)
    mail = eventually(lambda: next((m for m in mailer.inbox() if "Anbei." in m["text"]), None))
    assert mail
    assert mail["attachments"] == [file["name"]]
    assert (mail["subject"], mail["from"]) == ("Re: Rechnung für Tee", f'"{agent.me["name"]} (Lantern Tea)" <{mailer.support}>')
    raw = httpx.get(f"{mailer.mailbox}/messages/{mail['id']}/raw").text
    assert f"In-Reply-To: {first}" in raw.replace("\r\n ", " ")
    assert "Auto-Submitted" not in raw
    (listed,) = [m for m in agent.read(held["id"])["messages"] if m["text"] == "Anbei."]
    assert listed["attachments"] == [{**file, "fate": "stored"}]
    agent.ask("POST", f"conversations/{held['id']}/resolve")


def test_an_out_of_office_note_wakes_no_resolved_conversation(stack: Stack, entrance: Entrance, agent: Agent) -> None:
    mailer = stack.mailer()
    mailer.send("A person", PERSON)
    held = agent.claim(mailer.address)
    agent.reply(held["id"], "All done.")
    agent.ask("POST", f"conversations/{held['id']}/resolve")
    mail = eventually(lambda: next((m for m in mailer.inbox() if "All done." in m["text"]), None))
    assert mail
    raw = httpx.get(f"{mailer.mailbox}/messages/{mail['id']}/raw").text
    references = next(line for line in raw.replace("\r\n ", " ").split("\r\n") if line.startswith("References:")).partition(":")[2].strip()
    mailer.send("Automatic reply: A person", "I am away.", Auto_Submitted="auto-replied", References=references)
    settled(lambda: entrance.books(mailer.address), lambda b: len(b.incoming) == 2 and len(b.threads) == 1)
    head = agent.read(held["id"])
    assert head["conversation"]["owner"] == "none"
    assert [m["by"] for m in head["messages"] if m["direction"] == "incoming"] == ["customer", "robot"]
    assert len(entrance.books(mailer.address).outgoing) == 2
