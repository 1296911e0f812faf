"""The first whole path: a customer writes, the bot answers or hands over, an agent claims and replies, the customer reads it."""

from __future__ import annotations

import pytest

from chalicelib.observability import now
from tests.conftest import Stack
from tests.people import Agent, eventually

KNOWN = "How long does shipping take?"
PERSON = "I want to talk to a person, please"


@pytest.fixture(scope="module")
def agent(stack: Stack) -> Agent:
    return stack.agent()


@pytest.fixture(autouse=True)
def free_hands(agent: Agent) -> None:
    agent.resolve_all()


def test_a_visitor_is_answered_by_the_bot(stack: Stack) -> None:
    visitor = stack.visitor()
    sent = visitor.say(KNOWN)
    answer = visitor.answer()
    assert (answer["by"], answer["id"]) == ("bot", f"a+{sent}")
    assert answer["text"]
    assert [m["id"] for m in visitor.replay()] == [sent, answer["id"]]


def test_a_visitor_is_answered_in_chinese(stack: Stack) -> None:
    visitor = stack.visitor()
    visitor.say("快递要多久才能到？")
    answer = visitor.answer()
    assert answer["by"] == "bot"
    assert any("一" <= letter <= "鿿" for letter in answer["text"])


def test_the_baton_passes_to_a_person_with_the_whole_story(stack: Stack, agent: Agent) -> None:
    visitor = stack.visitor()
    visitor.say(KNOWN)
    first = visitor.answer()
    visitor.say(PERSON)
    told = visitor.answer()
    assert told["handover"]
    c = agent.claim(visitor.address)
    story = agent.read(c["id"])
    assert [m["text"] for m in story["messages"]] == [KNOWN, first["text"], PERSON, told["text"]]
    escalation = next(e for e in story["events"] if e["kind"] == "escalated")
    assert KNOWN in escalation["detail"]["summary"]
    assert {"rule", "reason", "queue", "urgency", "facts"} <= set(escalation["detail"])
    agent.ask("POST", f"conversations/{c['id']}/notes", {"id": "note-000001", "text": "SECRET-NOTE"})
    agent.reply(c["id"], "Good day, this is Ann.")
    heard = visitor.answer()
    assert (heard["by"], heard["text"]) == ("agent", "Good day, this is Ann.")
    visitor.say("Thank you!")
    eventually(lambda: [m["text"] for m in agent.read(c["id"])["messages"]][-1] == "Thank you!")
    assert "SECRET-NOTE" not in str(visitor.replay())
    agent.ask("POST", f"conversations/{c['id']}/resolve")
    visitor.say(KNOWN)
    assert visitor.answer()["by"] == "bot"


def test_a_reply_sent_twice_is_read_once(stack: Stack, agent: Agent) -> None:
    visitor = stack.visitor()
    visitor.say(PERSON)
    visitor.answer()
    c = agent.claim(visitor.address)
    for _ in range(3):
        agent.reply(c["id"], "Only once", "reply-00000001")
    assert visitor.answer()["text"] == "Only once"
    assert [m["text"] for m in visitor.replay()].count("Only once") == 1


def test_a_visitor_who_was_away_reads_everything_later(stack: Stack, agent: Agent) -> None:
    visitor = stack.visitor()
    visitor.say(PERSON)
    told = visitor.answer()
    visitor.disconnect()
    c = agent.claim(visitor.address)
    agent.reply(c["id"], "Are you there?")
    eventually(lambda: agent.read(c["id"])["messages"][-1]["text"] == "Are you there?")
    visitor.connect()
    missed = visitor.replay(told["at"])
    assert [m["text"] for m in missed][-1] == "Are you there?"


def test_a_mail_is_answered_by_mail_in_its_thread(stack: Stack) -> None:
    mailer = stack.mailer()
    message_id = mailer.send("Shipping", KNOWN)
    answer = eventually(mailer.inbox)[0]
    assert answer["subject"] == "Re: Shipping"
    assert answer["text"].strip()
    assert message_id


def test_a_mail_goes_to_a_person_and_the_reply_joins_its_conversation(stack: Stack, agent: Agent) -> None:
    mailer = stack.mailer()
    mailer.send("Broken pot", PERSON)
    eventually(mailer.inbox)
    c = agent.claim(mailer.address)
    agent.reply(c["id"], "We send you a new one.")
    answer = eventually(lambda: [m for m in mailer.inbox() if "We send you a new one." in m["text"]])[0]
    mailer.reply(answer, "Wonderful!")
    eventually(lambda: any(m["text"].strip() == "Wonderful!" for m in agent.read(c["id"])["messages"]))


def test_an_sms_is_answered_by_sms_and_its_redelivery_is_not(stack: Stack) -> None:
    phone = stack.phone()
    sent = phone.send(KNOWN)
    eventually(phone.inbox)
    for _ in range(3):
        phone.redeliver(sent["id"])
    second = phone.send("快递要多久才能到？")
    assert second["id"] != sent["id"]
    eventually(lambda: len(phone.inbox()) == 2)


def test_an_agent_sees_the_customers_earlier_conversation(stack: Stack, agent: Agent) -> None:
    phone = stack.phone()
    phone.send(PERSON)
    first = agent.claim(phone.number)
    agent.ask("POST", f"conversations/{first['id']}/resolve")
    phone.send(PERSON)
    second = agent.claim(phone.number)
    assert second["id"] != first["id"]
    assert [o["id"] for o in agent.read(second["id"])["others"]] == [first["id"]]


def test_a_transferred_conversation_waits_in_the_other_queue_with_its_age(stack: Stack, agent: Agent) -> None:
    visitor = stack.visitor()
    visitor.say(PERSON)
    visitor.answer()
    c = agent.claim(visitor.address)
    moved = agent.ask("POST", f"conversations/{c['id']}/transfer", {"queue": "technical", "urgency": "urgent"})
    assert (moved["owner"], moved["waiting_since"]) == ("queue", c["waiting_since"])
    listed = agent.ask("GET", "conversations?queue=technical")["conversations"]
    assert c["id"] in [x["id"] for x in listed]
    assert agent.claim(visitor.address)["id"] == c["id"]


def test_a_vip_who_asks_for_a_person_goes_to_the_front(stack: Stack, agent: Agent) -> None:
    phone, supervisor = stack.phone(), stack.agent("supervisor")
    phone.send(PERSON)
    first = agent.claim(phone.number)
    assert first["urgency"] == "normal"
    assert supervisor.ask("POST", f"conversations/{first['id']}/customer", {"tier": "vip"})["tier"] == "vip"
    agent.ask("POST", f"conversations/{first['id']}/resolve")
    phone.send(PERSON)
    second = agent.claim(phone.number)
    escalation = next(e for e in agent.read(second["id"])["events"] if e["kind"] == "escalated")
    assert (second["urgency"], escalation["detail"]["rule"]) == ("urgent", "vip-asked")


def test_handed_back_the_bot_answers_again(stack: Stack, agent: Agent) -> None:
    visitor = stack.visitor()
    visitor.say(PERSON)
    visitor.answer()
    c = agent.claim(visitor.address)
    agent.ask("POST", f"conversations/{c['id']}/hand-back")
    visitor.say(KNOWN)
    assert visitor.answer()["by"] == "bot"


def test_the_console_is_told_of_what_concerns_it(stack: Stack, agent: Agent) -> None:
    visitor = stack.visitor()
    with agent.socket() as console:
        visitor.say(PERSON)
        visitor.answer()
        assert "queues" in console.recv(timeout=20)
        c = agent.claim(visitor.address)
        visitor.say("Hello?")
        told = ""
        while c["id"] not in told:
            told = str(console.recv(timeout=20))
        assert '"conversation"' in told


def test_a_report_is_made_on_demand(stack: Stack, agent: Agent) -> None:
    from datetime import UTC, datetime

    import httpx

    supervisor = stack.agent("supervisor")
    day = datetime.now(UTC).date().isoformat()
    ordered = now() // 1000 * 1000  # the bucket counts in seconds; another test may have made the day's report before
    supervisor.ask("POST", "reports", {"day": day})
    eventually(lambda: [r for r in supervisor.ask("GET", "reports")["reports"] if r["day"] == day and r["made_at"] >= ordered])
    files = supervisor.ask("GET", f"reports/{day}")
    figures = httpx.get(files["json"]).raise_for_status().json()
    assert figures
    page = httpx.get(files["html"]).raise_for_status()
    assert page.headers["content-type"].startswith("text/html")
    rows = httpx.get(files["csv"]).raise_for_status().text
    assert "webchat" in rows
    assert agent.call("POST", "reports", {"day": day}).status_code == 403
