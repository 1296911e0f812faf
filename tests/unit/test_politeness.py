"""A message's question without the courtesies and the feelings around it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.bot.interpretation.courtesies.politeness import core


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("Good morning, could you please tell me where my order is? Thanks, Ann", "where is my order"),
        ("您好，请问一下，怎么退货？谢谢", "怎么退货"),
        ("My kettle came dented, I'm really angry!", "My kettle came dented!"),
        ("I am so disappointed. The handle is cracked", "The handle is cracked"),
        ("we are very annoyed, where is our parcel?", "where is our parcel?"),
        ("杯子裂了，我很失望", "杯子裂了"),
        ("氣死我了，包裹呢", "包裹呢"),
    ],
)
def test_what_is_around_a_question_is_not_searched(text: str, asked: str) -> None:
    assert core(text) == asked


@pytest.mark.parametrize(
    "text", ["I'm mad about matcha, which do you have?", "I am angry that the parcel is late", "I'm upset", "谢谢", "真失望"]
)
def test_what_is_the_message_itself_stays(text: str) -> None:
    assert core(text) == text


def test_lines_stay_lines() -> None:
    """A mail's subject and its text are looked for each by itself: "spf-fail-only" must not spoil the question below it."""
    assert core("spf-fail-only-1a2b\nHow long does shipping take?") == "spf-fail-only-1a2b\nHow long does shipping take?"


@given(st.text(max_size=200))
def test_a_text_never_becomes_empty(text: str) -> None:
    assert core(text).strip() or not text.strip()
