"""A goodbye with other words around it is one; what asks or demands something before it is answered all the same."""

from __future__ import annotations

import pytest

from tests.unit.dialogue_world import World, make_world, seen

__all__ = ["make_world"]


@pytest.mark.parametrize(
    ("before", "text"),
    [
        ("do you take klarna", "No mail needed. I just pay with PayPal then. Bye"),
        ("old tea from 2021 is it still good", "I shall move it to the larder. Thank you kindly, and goodbye."),
        ("how much is delivery to the UK", "You have been most helpful. Good day to you."),
        ("怎么退货", "我回头把它寄给你们，再见"),
    ],
)
def test_who_takes_leave_reads_a_word_and_no_article(world: World, before: str, text: str) -> None:
    last = seen(world, before, text)[-1]
    assert (last.outcome, last.articles) == ("courtesy", ()), last.text


@pytest.mark.parametrize(
    "text",
    ["please cancel my order A-10342, bye", "how much is express? bye", "the teapot arrived broken. bye", "帮我取消订单 再见"],
)
def test_what_is_wanted_before_a_goodbye_is_heard(world: World, text: str) -> None:
    assert seen(world, "how long does delivery take", text)[-1].outcome != "courtesy"
