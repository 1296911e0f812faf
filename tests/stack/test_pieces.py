"""Several short messages in a row are one turn, on the running stack: with its pauses, its stream and its races."""

from __future__ import annotations

import pytest

from tests.conftest import Stack
from tests.people import Visitor, eventually


def answers(visitor: Visitor) -> list[str]:
    return [m["text"] for m in visitor.replay() if m["by"] == "bot"]


def settled(stack: Stack, visitor: Visitor, spoken: int) -> None:
    """Everything was taken in, and no pause is left that could still speak: a later question has been answered."""
    visitor.say("Which payment methods do you accept?")
    eventually(lambda: len(answers(visitor)) > spoken)


@pytest.mark.parametrize(
    "pieces",
    [("hi", "quick question", "how long does shipping take?"), ("你好", "想问一下", "快递要多久才能到？")],
)
def test_a_question_in_three_pieces_is_answered_once(stack: Stack, pieces: tuple[str, ...]) -> None:
    visitor = stack.visitor()
    for piece in pieces:
        visitor.say(piece)
    visitor.answer()
    settled(stack, visitor, 1)
    assert len(answers(visitor)) == 2


def test_a_greeting_alone_is_answered_after_the_pause(stack: Stack) -> None:
    visitor = stack.visitor()
    visitor.say("hi")
    assert "What can I do for you?" in visitor.answer()["text"]
    assert len(answers(visitor)) == 1


def test_unclear_pieces_are_asked_about_once_and_reach_a_person_whole(stack: Stack) -> None:
    visitor = stack.visitor()
    pieces = ["hm", "the thing", "it blinks"]
    for piece in pieces:
        visitor.say(piece)
    assert not visitor.answer().get("handover")
    visitor.say("none of these, get me a person please")
    assert visitor.answer()["handover"]
    assert len(answers(visitor)) == 2
    agent = stack.agent()
    c = agent.claim(visitor.address)
    story = agent.read(c["id"])
    agent.ask("POST", f"conversations/{c['id']}/resolve")
    assert [m["text"] for m in story["messages"] if m["direction"] == "incoming"] == [*pieces, "none of these, get me a person please"]
    assert [e["kind"] for e in story["events"]].count("escalated") == 1
