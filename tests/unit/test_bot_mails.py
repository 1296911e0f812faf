"""Mails as people write them: what stands around the question must not answer it."""

from __future__ import annotations

import pytest

from chalicelib.bot.answers.answer import Context, answer
from chalicelib.conversations.model import Answer
from tests.unit.conftest import T0
from tests.unit.lantern import lantern

QUESTION = "How long does shipping take?"


@pytest.mark.parametrize("close", ["Best\nMia", "Best,\nMia", "Best regards\nMia", "Kind regards,\nMia Best", "Thanks\nMia", "Cheers!\nM."])
@pytest.mark.parametrize("subject", ["Shipping", "Shipping to France", "Question"])
def test_a_sign_off_is_no_question(subject: str, close: str) -> None:
    """ "Best" once brought up the best-before date of tea."""
    decision = answer(f"{subject}\nHello, {QUESTION.lower()}\n\n{close}", Context(channel="email", now=T0), lantern())
    assert isinstance(decision, Answer)
    assert decision.article == "delivery-time"
