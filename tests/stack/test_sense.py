"""One conversation in the chat, on the running stack: follow-up, pick, script, person."""

from __future__ import annotations

from tests.conftest import Stack
from tests.people import Visitor


def ask(visitor: Visitor, text: str) -> dict[str, object]:
    visitor.say(text)
    return visitor.answer()


def test_a_conversation_is_understood_as_one(stack: Stack) -> None:
    visitor = stack.visitor()
    assert "working days" in str(ask(visitor, "How long does delivery take?")["text"])
    abroad = ask(visitor, "and to Canada?")
    offered = abroad.get("choices")
    if offered:
        assert isinstance(offered, list)
        abroad = ask(visitor, "the first one")
    assert "60 countries" in str(abroad["text"])
    traditional = str(ask(visitor, "請問怎麼退貨？")["text"])
    assert "單" in traditional
    assert "单" not in traditional
    told = ask(visitor, "可唔可以轉真人")
    assert told["handover"]
    agent = stack.agent()
    c = agent.claim(visitor.address)
    (event,) = [e for e in agent.read(c["id"])["events"] if e["kind"] == "escalated"]
    agent.ask("POST", f"conversations/{c['id']}/resolve")
    assert event["detail"]["rule"] == "asked-for-person"


def test_what_is_offered_comes_as_choices_and_is_picked(stack: Stack) -> None:
    visitor, offer = _unsure(stack)
    choices = offer["choices"]
    assert isinstance(choices, list)
    assert choices[-2:] == ["Something else", "Talk to a person"]
    listed = [str(offer["text"]).split("\n")[line] for line in offer["listed"]]  # type: ignore[attr-defined]
    assert [line.partition(". ")[2] for line in listed[: len(choices) - 2]] == choices[:-2]
    picked = ask(visitor, "the last one")
    assert picked["link"]
    assert "handover" not in picked


def _unsure(stack: Stack) -> tuple[Visitor, dict[str, object]]:
    """How sure the bot is of what is the knowledge's own; one of these it is not."""
    for vague in (
        "how long does the refund take?",
        "what about the tea?",
        "I would like to change something",
        "is it late?",
        "the delivery cost problem",
    ):
        visitor = stack.visitor()
        answer = ask(visitor, vague)
        if "choices" in answer:
            return visitor, answer
    raise AssertionError("the bot is never unsure")
