"""Every message of a customer has a visible outcome, on the running stack and in all three channels: answered, noted, or with a person."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Stack
from tests.people import Agent, eventually

TALKS = {
    "en": [
        ("How long does delivery take?", "answer"),
        ("and to Norway?", "answer"),
        ("thanks!", "courtesy"),
        ("Let me talk to a person please", "person"),
        ("The lid of my teapot is chipped at the rim, item 4711", "taken"),
        ("How long will it take?", "status"),
        ("Which payment methods do you accept?", "answer"),
    ],
    "zh": [
        ("快递要多久才能到？", "answer"),
        ("谢谢", "courtesy"),
        ("转人工", "person"),
        ("茶壶盖子边上有个缺口，编号4711", "taken"),
        ("还要等多久？", "status"),
        ("可以用哪些方式付款？", "answer"),
    ],
}


@pytest.fixture
def agent(stack: Stack) -> Agent:
    return stack.agent()


@pytest.mark.parametrize("language", TALKS)
def test_every_message_of_a_chat_has_the_outcome_that_it_asks_for(stack: Stack, agent: Agent, language: str) -> None:
    visitor = stack.visitor()
    for said, _ in TALKS[language]:
        visitor.say(said)
        visitor.answer()
    assert _outcomes(agent, visitor.address) == TALKS[language]


@pytest.mark.parametrize("language", TALKS)
def test_every_text_message_has_the_outcome_that_it_asks_for(stack: Stack, agent: Agent, language: str) -> None:
    phone = stack.phone()
    for said, _ in TALKS[language]:
        spoken = len(phone.inbox())
        phone.send(said)
        eventually(lambda spoken=spoken: len(phone.inbox()) > spoken)
    assert _outcomes(agent, phone.number) == TALKS[language]


def test_every_mail_has_an_outcome(stack: Stack, agent: Agent) -> None:
    mailer = stack.mailer()
    mailer.send("Delivery", "How long does delivery take?")
    [answer] = eventually(mailer.inbox)
    mailer.reply(answer, "Let me talk to a person please")
    eventually(lambda: len(mailer.inbox()) == 2)
    mailer.reply(answer, "Which payment methods do you accept?")
    eventually(lambda: len(mailer.inbox()) == 3)
    assert [outcome for _, outcome in _outcomes(agent, mailer.address)] == ["answer", "person", "answer"]


def _outcomes(agent: Agent, customer: str) -> list[tuple[str, str]]:
    """What each message of the customer led to, as docs/api.md says where it stands."""
    c = agent.claim(customer)
    messages = agent.read(c["id"])["messages"]
    agent.ask("POST", f"conversations/{c['id']}/resolve")
    ours = [m for m in messages if m["direction"] == "outgoing"]
    return [(m["text"], _outcome(m, ours)) for m in messages if m["direction"] == "incoming"]


def _outcome(message: dict[str, Any], ours: list[dict[str, Any]]) -> str:
    told = [m["meta"]["outcome"] for m in ours if m["id"].endswith(f"+{message['id']}") or message["id"] in m["meta"].get("to", ())]
    return str(told[0] if told else message["outcome"])
