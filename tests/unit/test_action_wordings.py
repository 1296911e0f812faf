"""How many ways to say it are understood: wordings of one kind each (tests/fixtures/action_wordings), half of them never looked at.

A wording is held out by the hash of its text. Only the other half was used while the lists of phrases were written; of the held-out half
only the shares were looked at.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from chalicelib.bot.actions import flow
from chalicelib.bot.actions.state import Directive, Flow
from tests.unit.action_flows import ADDRESS, CANCEL, STATUS, heard
from tests.unit.halves import is_held_out

WORDINGS: dict[str, list[str]] = json.loads(
    (Path(__file__).parents[1] / "fixtures" / "action_wordings" / "wordings.json").read_text("utf-8")
)
ASKED = Flow("order-status", "ask", "order")
CODE = Flow("change-address", "code", values={"order": "A-10342"}, to="email#mia@customer.example")
OFFERED = Flow("cancel", "offer", "order")


def asked(text: str) -> Directive:
    return flow.step(ASKED, STATUS, heard(ASKED, text))


def coded(text: str) -> Directive:
    return flow.step(CODE, ADDRESS, heard(CODE, text))


def offered(text: str) -> Directive:
    return flow.step(OFFERED, CANCEL, heard(OFFERED, text))


def is_nothing(text: str) -> bool:
    """Nothing is sent or ended because of it, and no offer is taken up."""
    return coded(text).say in ("code_unread", "code_hint") and offered(text).do == "pass" and asked(text).say != "where"


RIGHT: dict[str, Callable[[str], bool]] = {
    "lost": lambda text: asked(text).say == "where",
    "resend": lambda text: coded(text).do == "resend",
    "what_code": lambda text: coded(text).say == "code_hint",
    "elsewhere": lambda text: coded(text).do == "elsewhere",
    "leave": lambda text: coded(text).do == "leave",
    "do_it": lambda text: offered(text).say == "ask",
    "other": is_nothing,
}


def score(kind: str, *, held_out: bool) -> tuple[int, int, list[str]]:
    """How many are right, of how many, and the wrong ones."""
    texts = [text for text in WORDINGS[kind] if is_held_out(text) == held_out]
    wrong = [text for text in texts if not RIGHT[kind](text)]
    return len(texts) - len(wrong), len(texts), wrong


@pytest.mark.parametrize("kind", WORDINGS)
def test_the_half_that_was_looked_at(kind: str) -> None:
    assert score(kind, held_out=False)[2] == []


@pytest.mark.parametrize(
    ("kind", "least"),
    [("lost", 0.9), ("resend", 0.8), ("what_code", 0.9), ("elsewhere", 0.9), ("leave", 0.9), ("do_it", 0.9), ("other", 0.95)],
)
def test_the_half_that_was_never_looked_at(kind: str, least: float) -> None:
    right, all_of_it, _ = score(kind, held_out=True)
    assert right / all_of_it >= least


@pytest.mark.parametrize("kind", ["resend", "what_code", "elsewhere", "leave"])
def test_none_of_it_is_a_wrong_code(kind: str) -> None:
    """Of both halves: whatever it is taken for, nobody is told that it is not the code."""
    assert [text for text in WORDINGS[kind] if coded(text).say == "code_retry"] == []
