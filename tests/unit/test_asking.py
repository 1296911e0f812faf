"""What the customer asked, out of what was said."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.conversations import asking
from tests.unit.conftest import T0, incoming


def test_a_robots_word_is_no_question_and_begins_none() -> None:
    """A bounce came first: her words behind it had no turn to join."""
    bounce = replace(incoming("Undeliverable", id="m-0000001"), by="robot")
    words = [bounce, incoming("My parcel", id="m-0000002", at=T0 + 1), incoming("never came", id="m-0000003", at=T0 + 2)]
    assert asking.handed_over(words, T0 + 5) == "My parcel\nnever came"
